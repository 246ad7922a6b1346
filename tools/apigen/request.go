package main

import (
	"slices"
)

// requestFields fills a request struct from an object schema.
func (b *builder) requestFields(g *goModel, s *schema, at string) {
	merged := &schema{kind: kindObject}
	mergeProps(merged, s, true)
	b.correct(g.name, merged)
	g.schema = merged
	for _, p := range merged.props {
		f := &goField{
			wire: p.name, name: b.fieldName(g.name, p.name), optional: !p.required, nullable: p.schema.nullable,
			deprecated: p.schema.deprecated, schema: p.schema, doc: b.fieldDoc(g.name, p.name),
		}
		f.typ = b.requestType(p.schema, at+"."+p.name)
		if p.schema.format != "binary" && (f.optional || f.nullable || f.typ == "Metadata") {
			f.typ = "Opt[" + f.typ + "]"
		}
		g.fields = append(g.fields, f)
	}
}

// requestType maps a request value to Go, without the Opt around it.
func (b *builder) requestType(s *schema, at string) string {
	if s.goType != "" {
		return s.goType
	}
	if s.ref != "" {
		s = b.doc.resolve(s)
	}
	switch {
	case s.format == "binary":
		return "File"
	case s.kind == kindObject:
		return b.nestedParams(s, at)
	case s.kind == kindArray:
		if b.flatten(s.items).kind == kindObject {
			at += "[]"
		}
		return "[]" + b.requestType(s.items, at)
	case s.kind == kindMap && s.values != nil:
		return "map[string]" + scalarType(s.values)
	case s.kind == kindMap, s.kind == kindAny, s.kind == kindUnion:
		return "Metadata"
	}
	return b.enumOr(s, at)
}

// nestedParams names and builds an inline object of a request.
func (b *builder) nestedParams(s *schema, at string) string {
	ov := b.params[at]
	if ov == nil {
		b.miss("params.yaml", "%s has no Go name", at)
		return "any"
	}
	b.used[ov] = true
	if ov.Doc == "" {
		b.miss("params.yaml", "%s has no doc", ov.Go)
	}
	if g := b.models[ov.Go]; g != nil {
		b.sameFields(g, s, at)
		return ov.Go
	}
	g := &goModel{name: ov.Go, doc: ov.Doc, request: true, secret: ov.Secret}
	b.models[ov.Go] = g
	b.requestFields(g, s, ov.Go)
	return ov.Go
}

// sameFields checks that an inline object fits the type it shares with another.
func (b *builder) sameFields(g *goModel, s *schema, at string) {
	for _, p := range s.props {
		if !slices.ContainsFunc(g.fields, func(f *goField) bool { return f.wire == p.name }) {
			b.miss("params.yaml", "%s lacks the field %s of %s", g.name, p.name, at)
		}
	}
	if g.schema != nil && len(g.schema.props) != len(s.props) {
		b.miss("params.yaml", "%s and %s do not have the same fields", g.name, at)
	}
}
