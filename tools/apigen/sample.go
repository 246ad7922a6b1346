package main

import (
	"encoding/json"
	"strings"
)

// variant is which fields a synthesized value has.
type variant string

const (
	variantFull    variant = "full"    // every field, unknown enum values and an unknown field
	variantMinimal variant = "minimal" // what the document requires
	variantNulls   variant = "nulls"   // every nullable field is null
	variantBody    variant = "body"    // a request body: every field, no unknown ones
	variantNeeded  variant = "needed"  // a request body: only what is required
)

// unknownField is in every object of a full sample; no model declares it.
const unknownField = "x_future_field"

// member and object keep the order of the document.
type member struct {
	name  string
	value any
}

type object []member

// MarshalJSON writes the members in order. Its signature is the interface's.
func (o object) MarshalJSON() ([]byte, error) { //nolint:unparam // see above
	var b strings.Builder
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(mustJSON(m.name) + ":" + mustJSON(m.value))
	}
	b.WriteByte('}')
	return []byte(b.String()), nil
}

// mustJSON encodes values that this program has made itself.
func mustJSON(v any) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// sampleModel synthesizes a value of a Go model.
func (g *generator) sampleModel(name string, v variant) object {
	if g.sampling[name] { // a type that contains itself ends here
		v = variantMinimal
	}
	outer := g.sampling[name]
	g.sampling[name] = true
	defer func() { g.sampling[name] = outer }()
	m := g.models[name]
	out := object{}
	for _, f := range m.fields {
		if f.optional && (v == variantMinimal || v == variantNeeded) {
			continue
		}
		out = append(out, member{f.wire, g.sampleField(m, f, v)})
	}
	if v == variantFull {
		out = append(out, member{unknownField, object{{"kept", []any{1, nil, "yes"}}}})
	}
	return out
}

func (g *generator) sampleField(m *goModel, f *goField, v variant) any {
	if f.nullable && (v == variantNulls || v == variantNeeded) {
		return nil
	}
	return g.sampleValue(f.schema, f.typ, m.name, f.wire, v)
}

// sampleValue synthesizes a value of the Go type typ.
func (g *generator) sampleValue(s *schema, typ, owner, wire string, v variant) any {
	if rest, ok := strings.CutPrefix(typ, "Opt["); ok {
		typ = strings.TrimSuffix(rest, "]")
	}
	typ = strings.TrimPrefix(typ, "*")
	if elem, ok := strings.CutPrefix(typ, "[]"); ok {
		return []any{g.sampleValue(s.items, elem, owner, wire, v)}
	}
	if _, ok := g.models[typ]; ok {
		return g.sampleModel(typ, v)
	}
	switch typ {
	case "string":
		if s.format == "date-time" {
			return "2026-05-12T07:15:20.902Z"
		}
		return wire + "-1"
	case "int64", "Timestamp", corePackage + "Timestamp":
		return 1_700_000_000_000 + int64(len(owner)*100+len(wire))
	case "float64":
		return 12.5
	case "bool":
		return true
	case "time.Time":
		return "2026-05-12T07:15:20.902Z"
	case "map[string][]string":
		return object{{"Accept", []any{"text/html"}}}
	case "Metadata":
		return object{{"kept", object{{"null", nil}, {"number", 1}}}}
	}
	if strings.HasPrefix(typ, "map[string]") {
		return object{{"first", "second"}}
	}
	return g.sampleEnum(typ, v)
}

// sampleEnum gives a value nobody knows in full samples, a known one otherwise.
func (g *generator) sampleEnum(typ string, v variant) string {
	for _, e := range g.enumList {
		if e.overlay.Go == typ && v != variantFull {
			return e.values[0]
		}
	}
	return "x_future_value"
}

// sampleAt gives the smallest body that holds a value at a dotted path.
func (g *generator) sampleAt(m *goModel, path string) object {
	head, rest, nested := strings.Cut(path, ".")
	var out object
	for _, f := range m.fields {
		switch {
		case f.wire == head && nested:
			typ := strings.TrimSuffix(strings.TrimPrefix(f.typ, "Opt["), "]")
			out = append(out, member{f.wire, g.sampleAt(g.models[typ], rest)})
		case f.wire == head:
			out = append(out, member{f.wire, g.sampleValue(f.schema, f.typ, m.name, f.wire, variantBody)})
		case !f.optional:
			out = append(out, member{f.wire, g.sampleField(m, f, variantNeeded)})
		}
	}
	return out
}
