package main

import (
	"strings"
)

// correct applies the corrections of one Go type to its merged schema.
func (b *builder) correct(typeName string, s *schema) {
	for _, c := range b.ov.Corrections {
		owner, wire, _ := strings.Cut(c.At, ".")
		if owner != typeName {
			continue
		}
		b.used[c] = true
		if strings.TrimSpace(c.Reason) == "" {
			b.miss("corrections.yaml", "%s has no reason", c.At)
		}
		p := s.prop(wire)
		switch {
		case c.Add != "" && p != nil:
			b.miss("corrections.yaml", "%s is in the document now: remove the correction", c.At)
			continue
		case c.Add != "":
			p = &property{name: wire, schema: typedSchema(c.Add)}
			s.props = append(s.props, p)
		case p == nil:
			b.miss("corrections.yaml", "%s is not in the document", c.At)
			continue
		case c.Type != "":
			replaced := typedSchema(c.Type)
			replaced.nullable, replaced.deprecated = p.schema.nullable, p.schema.deprecated
			p.schema = replaced
		}
		changed := *p.schema
		if c.Nullable != nil {
			changed.nullable = *c.Nullable
		}
		if len(c.Enum) > 0 {
			changed.enum = c.Enum
		}
		p.schema = &changed
		if c.Required != nil {
			p.required = *c.Required
		}
	}
}

// schema is the schema of a model that the document lacks.
func (m *modelOverlay) schema() *schema {
	s := &schema{kind: kindObject}
	for _, f := range m.Fields {
		typed := typedSchema(f.Type)
		typed.nullable = f.Nullable
		s.props = append(s.props, &property{name: f.Name, required: true, schema: typed})
	}
	return s
}

// typedSchema is the schema of a type named in a correction.
func typedSchema(name string) *schema {
	if elem, ok := strings.CutPrefix(name, "[]"); ok {
		return &schema{kind: kindArray, items: typedSchema(elem)}
	}
	switch name {
	case "string":
		return &schema{kind: kindString}
	case "integer":
		return &schema{kind: kindInt}
	case "boolean":
		return &schema{kind: kindBool}
	case "time":
		return &schema{kind: kindString, format: "date-time", goType: "time.Time"}
	case "any":
		return &schema{kind: kindAny}
	case "map[string][]string":
		return &schema{kind: kindMap, goType: name, values: typedSchema("[]string")}
	}
	return &schema{ref: name}
}
