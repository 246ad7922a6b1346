package main

import (
	"slices"
	"strings"
)

// emitEvents writes the names of the events, their callbacks and the tables from an event to the type of its data.
func (g *eventGenerator) emitEvents() {
	c := newCode()
	c.use("context")
	c.p("// The types of events that Clerk documents.")
	c.p("const (")
	for _, e := range g.events {
		c.comment("\t", "Event"+g.constant(e)+" is "+e.name+"; its data is of type "+g.dataType(e)+".")
		c.p("\tEvent%s EventType = %q", g.constant(e), e.name)
	}
	c.p(")\n")
	c.p("// EventTypes returns every type of event that this version has a type of data for. The slice is the caller's own.")
	c.p("func EventTypes() []EventType {\n\treturn []EventType{")
	for _, e := range g.events {
		c.p("\t\tEvent%s,", g.constant(e))
	}
	c.p("\t}\n}\n")
	g.emitCallbacks(c)
	g.emitPayloads(c)
	g.emitDispatch(c)
	g.addFile("events_gen.go", c)
}

func (g *eventGenerator) emitCallbacks(c *code) {
	c.comment("", "Callbacks are the functions that a Handler calls, one for each type of event. A nil one leaves its events to "+
		"Other. The zero value does nothing. An error of a callback makes Clerk repeat the event, unless it is marked with Permanent.")
	c.p("type Callbacks struct {")
	for _, e := range g.events {
		c.comment("\t", g.constant(e)+" is called for "+e.name+".")
		c.p("\t%s func(ctx context.Context, event *Event, data *%s) error", g.constant(e), g.dataType(e))
	}
	c.comment("\t", "Other is called for every event that has no callback of its own, also for types of events that this "+
		"version does not know.")
	c.p("\tOther func(ctx context.Context, event *Event) error\n}\n")
}

// emitPayloads writes one case for each type of data.
func (g *eventGenerator) emitPayloads(c *code) {
	var types []string
	byType := map[string][]string{}
	for _, e := range g.events {
		name := g.dataType(e)
		if !slices.Contains(types, name) {
			types = append(types, name)
		}
		byType[name] = append(byType[name], "Event"+g.constant(e))
	}
	c.p("// newPayload returns a pointer to an empty value of the type of the data of an event, nil for an unknown type.")
	c.p("func newPayload(t EventType) any {\n\tswitch t {")
	for _, name := range types {
		c.p("\tcase %s:\n\t\treturn new(%s)", strings.Join(byType[name], ",\n\t\t"), name)
	}
	c.p("\tdefault:\n\t\treturn nil\n\t}\n}\n")
}

func (g *eventGenerator) emitDispatch(c *code) {
	c.p("// dispatch calls the callback of an event.")
	c.p("func (c *Callbacks) dispatch(ctx context.Context, event *Event) error {\n\tswitch event.Type {")
	for _, e := range g.events {
		c.p("\tcase Event%s:\n\t\treturn deliver(ctx, event, c.%s, c.Other)", g.constant(e), g.constant(e))
	}
	c.p("\tdefault:\n\t\treturn deliverOther(ctx, event, c.Other)\n\t}\n}")
}

// emitEventModels writes the types that only events have; a type that is part of another sits in its file.
func (g *eventGenerator) emitEventModels() {
	c := newCode()
	for _, name := range g.own {
		m := g.models[name]
		part := newCode()
		g.emitStruct(part, m, false)
		text := strings.ReplaceAll(part.String(), `"clerk.`+name+`{redacted}"`, `"clerkwebhook.`+name+`{redacted}"`)
		if embedded := g.embeds[name]; embedded != "" {
			text = strings.Replace(text, "\toriginal\n", "\toriginal\n\t"+embedded+"\n", 1)
		}
		for pkg := range part.imports {
			c.use(pkg)
		}
		c.text(text)
	}
	g.addFile("models_gen.go", c)
}

// emitEventEnums writes the open string types of the fields that only events have.
func (g *eventGenerator) emitEventEnums() {
	g.emitEnums()
	g.move("enums_gen.go")
}
