package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

const corePackage = "clerk."

// eventGenerator makes core/webhook. Components that core has a model for are taken from there.
type eventGenerator struct {
	*generator
	core   *generator
	ov     *eventOverlay
	events []webhookEvent
	own    []string          // Go names of the types that only events have, in overlay order
	embeds map[string]string // Go name to the core model that it embeds
}

// generateWebhooks returns the files of core/webhook.
func generateWebhooks(cfg config, doc *document, ov *overlay) (outputs, error) {
	core, err := build(doc, ov)
	if err != nil {
		return nil, err
	}
	eventOv, err := loadEventOverlay(overlayFiles)
	if err != nil {
		return nil, err
	}
	eventDoc, events, err := loadEvents(cfg.webhooks, cfg.lock)
	if err != nil {
		return nil, err
	}
	return newEventGenerator(core, eventDoc, events, eventOv).run()
}

// run builds and emits everything, or fails with all that is wrong.
func (g *eventGenerator) run() (outputs, error) {
	g.buildModels()
	g.checkUnused()
	if len(g.missing) > 0 {
		return nil, missingError(g.missing)
	}
	g.emitEvents()
	g.emitEventModels()
	g.emitEventEnums()
	g.emitEventSamples()
	if len(g.problems) > 0 {
		return nil, errors.New(strings.Join(g.problems, "\n"))
	}
	return g.files, nil
}

func newEventGenerator(core *generator, doc *document, events []webhookEvent, ov *eventOverlay) *eventGenerator {
	local := &overlay{Corrections: ov.Corrections, Enums: ov.Enums}
	for _, m := range ov.Models {
		local.Models = append(local.Models, &m.modelOverlay)
	}
	local.Fields = fieldDocs{Common: core.ov.Fields.Common, Exact: ov.Fields, Names: core.ov.Fields.Names}
	b := newBuilder(doc, local)
	g := &eventGenerator{
		generator: &generator{builder: b, files: outputs{}, emitted: map[string]bool{}, sampling: map[string]bool{}},
		core:      core, ov: ov, events: events, embeds: map[string]string{},
	}
	for _, m := range ov.Models {
		g.own = append(g.own, m.Go)
	}
	// What core has a model for is known under its name there, and built already.
	for component := range doc.schemas {
		model := core.byFrom[component]
		if b.byFrom[component] != nil || model == nil || core.models[model.Go] == nil {
			continue
		}
		name := corePackage + model.Go
		b.byFrom[component] = &modelOverlay{Go: name, From: []string{component}, Doc: model.Doc}
		b.models[name] = core.models[model.Go]
		g.checkShared(component, core.models[model.Go])
	}
	return g
}

// checkShared reports what an event would lose because core's model of the same thing lacks it.
func (g *eventGenerator) checkShared(component string, model *goModel) {
	for _, p := range g.flatten(g.doc.schemas[component]).props {
		if !slices.ContainsFunc(model.fields, func(f *goField) bool { return f.wire == p.name }) {
			g.miss("events.yaml", "%s.%s: clerk.%s has no such field", component, p.name, model.name)
		}
	}
}

// buildModels builds the types that only events have. Those that are the data of an event keep its JSON.
func (g *eventGenerator) buildModels() {
	for _, m := range g.ov.Models {
		if m.Embed != "" {
			g.embed(m)
		}
		for _, f := range g.ensureModel(&m.modelOverlay).fields {
			f.typ = externalType(f.typ)
		}
	}
	for _, e := range g.events {
		name := g.dataType(e)
		if model := g.models[name]; model != nil && !strings.HasPrefix(name, corePackage) {
			model.root = true
		}
	}
}

// externalType names the types of package clerk from outside of it.
func externalType(typ string) string {
	start := strings.LastIndexAny(typ, "*]") + 1
	if name := typ[start:]; name == "Metadata" || name == "Timestamp" {
		return typ[:start] + corePackage + name
	}
	return typ
}

// embed leaves the fields of a core model to that model.
func (g *eventGenerator) embed(m *eventModel) {
	overlay := g.core.byFrom[m.Embed]
	if overlay == nil {
		g.miss("events.yaml", "%s embeds %s, which core has no model of", m.Go, m.Embed)
		return
	}
	g.embeds[m.Go] = corePackage + overlay.Go
	for _, f := range g.core.models[overlay.Go].fields {
		m.Omit = append(m.Omit, f.wire)
	}
}

// dataType is the Go type of the data of an event.
func (g *eventGenerator) dataType(e webhookEvent) string {
	if e.data == "" {
		if name := g.ov.Data[e.name]; name != "" {
			g.used["data:"+e.name] = true
			return name
		}
		g.miss("events.yaml", "data: %s needs the Go type of its data", e.name)
		return ""
	}
	model := g.byFrom[e.data]
	if model == nil {
		g.miss("events.yaml", "models: %s has no Go name", e.data)
		return ""
	}
	return model.Go
}

// constant is the Go name of an event, without its prefix.
func (g *eventGenerator) constant(e webhookEvent) string {
	if name := g.ov.Names[e.name]; name != "" {
		g.used["name:"+e.name] = true
		return name
	}
	subject, verb, _ := strings.Cut(e.name, ".")
	return goName(subject) + goName(verb)
}

// checkUnused reports overlay entries that no longer point at anything.
func (g *eventGenerator) checkUnused() {
	for _, e := range g.events {
		g.constant(e)
	}
	for name := range g.ov.Data {
		if !g.used["data:"+name] {
			g.miss("events.yaml", "data: %s is not needed", name)
		}
	}
	for name := range g.ov.Names {
		if !g.used["name:"+name] {
			g.miss("events.yaml", "names: %s is not needed", name)
		}
	}
	for key := range g.ov.Fields {
		if !g.used["doc:"+key] {
			g.miss("events.yaml", "fields: %s is not used", key)
		}
	}
	for _, c := range g.ov.Corrections {
		if !g.used[c] {
			g.miss("events.yaml", "corrections: %s is not used", c.At)
		}
	}
	for _, e := range g.ov.Enums {
		for _, at := range e.At {
			if !g.used[at] {
				g.miss("events.yaml", "enums: there is no field %s", at)
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(g.embeds)) {
		if len(g.models[key].fields) == 0 {
			g.miss("events.yaml", "%s adds nothing to %s", key, g.embeds[key])
		}
	}
}

// addFile formats a file of package clerkwebhook.
func (g *eventGenerator) addFile(name string, c *code) {
	if strings.Contains(c.String(), corePackage) {
		c.use(corePath)
	}
	g.add(name, "clerk", c)
	g.move(name)
}

// move takes a file of core to core/webhook.
func (g *eventGenerator) move(name string) {
	_, rest, _ := strings.Cut(string(g.files[name]), "\n")
	mark := fmt.Sprintf("// Code generated by apigen from webhooks %s; DO NOT EDIT.\n", g.ov.Version)
	delete(g.files, name)
	g.files["webhook/"+name] = []byte(mark + strings.Replace(rest, "package clerk\n", "package clerkwebhook\n", 1))
}
