package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// emitEventSamples writes testdata/events_gen.json: one event per type and variant, made up from the schemas.
func (g *eventGenerator) emitEventSamples() {
	var b strings.Builder
	b.WriteString("{\n")
	for i, e := range g.events {
		if i > 0 {
			b.WriteString(",\n")
		}
		fmt.Fprintf(&b, "%s: {\n", mustJSON(e.name))
		for j, v := range []variant{variantFull, variantMinimal, variantNulls} {
			if j > 0 {
				b.WriteString(",\n")
			}
			fmt.Fprintf(&b, "%s: %s", mustJSON(string(v)), mustJSON(g.sampleEvent(e, v)))
		}
		b.WriteString("\n}")
	}
	b.WriteString("\n}\n")
	g.files["webhook/testdata/events_gen.json"] = []byte(b.String())
}

// sampleEvent synthesizes a whole event.
func (g *eventGenerator) sampleEvent(e webhookEvent, v variant) object {
	out := object{
		{"object", "event"}, {"type", e.name}, {"timestamp", 1_700_000_000_000}, {"instance_id", "ins_1"},
		{"data", g.sampleData(g.dataType(e), v)},
	}
	switch v {
	case variantFull:
		request := object{{"client_ip", "203.0.113.7"}, {"user_agent", "a browser"}}
		out = append(out, member{"event_attributes", object{{"http_request", request}}}, member{unknownField, true})
	case variantNulls:
		out = append(out, member{"event_attributes", nil})
	}
	return out
}

// sampleData synthesizes the data of an event. What it embeds comes first.
func (g *eventGenerator) sampleData(name string, v variant) object {
	if rest, ok := strings.CutPrefix(name, corePackage); ok {
		return g.core.sampleModel(rest, v)
	}
	var inherited object
	if rest, ok := strings.CutPrefix(g.embeds[name], corePackage); ok {
		inherited = slices.DeleteFunc(g.core.sampleModel(rest, v), func(m member) bool { return m.name == unknownField })
	}
	return append(inherited, g.sampler().sampleModel(name, v)...)
}

// sampler knows the types of events and, under their plain names, those of core.
func (g *eventGenerator) sampler() *generator {
	both := *g.builder
	both.models = maps.Clone(g.core.models)
	maps.Copy(both.models, g.models)
	both.enumList = slices.Concat(g.enumList, g.core.enumList)
	return &generator{builder: &both, sampling: map[string]bool{}}
}
