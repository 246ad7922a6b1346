package main

import (
	"fmt"
	"slices"
	"strings"
)

// goModel is one struct of the emitted package.
type goModel struct {
	name    string
	doc     string
	fields  []*goField
	request bool // a body or part of one: optional fields are Opt
	root    bool // an operation returns it: it keeps its raw JSON
	secret  bool
	schema  *schema // merged, for samples
}

type goField struct {
	wire, name, typ string
	doc             string
	optional        bool
	nullable        bool
	deprecated      bool
	schema          *schema
	comma           bool
}

type goEnum struct {
	overlay *enumOverlay
	values  []string
}

// builder turns a document and an overlay into Go types.
type builder struct {
	doc      *document
	ov       *overlay
	models   map[string]*goModel
	byFrom   map[string]*modelOverlay
	params   map[string]*modelOverlay
	enums    map[string]*goEnum // by location
	enumList []*goEnum
	building map[string]bool
	missing  map[string][]string // what the overlay lacks, by section
	used     map[any]bool
}

func newBuilder(doc *document, ov *overlay) *builder {
	b := &builder{
		doc: doc, ov: ov,
		models: map[string]*goModel{}, byFrom: map[string]*modelOverlay{}, params: map[string]*modelOverlay{},
		enums: map[string]*goEnum{}, building: map[string]bool{},
		missing: map[string][]string{}, used: map[any]bool{},
	}
	for _, m := range ov.Models {
		if len(m.Fields) > 0 {
			m.From = []string{m.Go}
			doc.schemas[m.Go] = m.schema()
		}
		for _, from := range m.From {
			b.byFrom[from] = m
		}
	}
	for _, m := range ov.Params {
		for _, from := range m.From {
			b.params[from] = m
		}
	}
	for _, e := range ov.Enums {
		g := &goEnum{overlay: e, values: slices.Clone(e.Values)}
		b.enumList = append(b.enumList, g)
		for _, at := range e.At {
			b.enums[at] = g
		}
	}
	return b
}

func (b *builder) miss(section, format string, args ...any) {
	msg := fmt.Sprintf(format, args...)
	if !slices.Contains(b.missing[section], msg) {
		b.missing[section] = append(b.missing[section], msg)
	}
}

// responseType names the Go model of a component, a response or an inline object.
func (b *builder) responseType(s *schema, at string) string {
	if s.ref != "" {
		at = s.ref
	}
	m := b.byFrom[at]
	if m == nil && s.kind == kindUnion {
		m = b.unionModel(s)
	}
	if m == nil {
		b.miss("models.yaml", "%s has no Go name", at)
		return "any"
	}
	b.ensureModel(m)
	return m.Go
}

// unionModel finds the one Go model that all variants of a union share.
func (b *builder) unionModel(s *schema) *modelOverlay {
	var found *modelOverlay
	for _, v := range s.variants {
		m := b.byFrom[v.ref]
		if m == nil || found != nil && found != m {
			return nil
		}
		found = m
	}
	return found
}

// ensureModel builds a response model from all the schemas it is made of.
func (b *builder) ensureModel(m *modelOverlay) *goModel {
	if g := b.models[m.Go]; g != nil {
		return g
	}
	g := &goModel{name: m.Go, doc: m.Doc, secret: m.Secret}
	b.models[m.Go] = g
	if m.Doc == "" {
		b.miss("models.yaml", "%s has no doc", m.Go)
	}
	merged := &schema{kind: kindObject}
	var parts []*schema
	for i, from := range m.From {
		s := b.lookup(from)
		if s == nil {
			b.miss("models.yaml", "%s: there is no schema %s in the document", m.Go, from)
			continue
		}
		flat := b.flatten(s)
		if flat.kind == kindArray { // an array component names its element
			flat = b.flatten(flat.items)
		}
		mergeProps(merged, flat, i == 0)
		parts = append(parts, flat)
	}
	merged.props = slices.DeleteFunc(merged.props, func(p *property) bool { return slices.Contains(m.Omit, p.name) })
	b.correct(m.Go, merged)
	g.schema = merged
	for _, p := range merged.props {
		g.fields = append(g.fields, b.responseField(g, m, p))
	}
	b.checkParts(g, m, parts)
	return g
}

// checkParts reports fields that the schemas of one model give different types.
func (b *builder) checkParts(g *goModel, m *modelOverlay, parts []*schema) {
	for i, part := range parts {
		for _, f := range g.fields {
			p := part.prop(f.wire)
			if p == nil || f.schema.goType != "" {
				continue
			}
			got := b.responseGoType(p.schema, g.name+"."+f.wire, []string{m.From[i] + "." + f.wire})
			if want := strings.TrimPrefix(f.typ, "*"); got != want {
				b.miss("models.yaml", "%s.%s is %s in %s and %s elsewhere", g.name, f.wire, got, m.From[i], want)
			}
		}
	}
}

// lookup finds the schema behind a from entry: a component, response:Name,
// op:OperationID, each optionally followed by .property and [].
func (b *builder) lookup(from string) *schema {
	head, rest, _ := strings.Cut(from, ".")
	var s *schema
	if full := b.doc.schemas[from]; full != nil {
		return full
	}
	if name, ok := strings.CutPrefix(from, "response:"); ok {
		if s = b.doc.responses[name]; s != nil {
			return s
		}
		return nil
	}
	if id, ok := strings.CutPrefix(head, "op:"); ok {
		for _, op := range b.doc.operations {
			if op.id == id {
				s = op.success
			}
		}
	} else {
		s = b.doc.schemas[head]
	}
	for s != nil && rest != "" {
		head, rest, _ = strings.Cut(rest, ".")
		name, isArray := strings.CutSuffix(head, "[]")
		p := b.flatten(s).prop(name)
		if p == nil {
			return nil
		}
		if s = p.schema; isArray {
			s = s.items
		}
	}
	return s
}

// flatten gives one object schema for a reference, a composition or a union.
func (b *builder) flatten(s *schema) *schema {
	if s.ref != "" {
		s = b.doc.resolve(s)
	}
	if s.kind != kindUnion {
		return s
	}
	out := &schema{kind: kindObject, nullable: s.nullable}
	for i, v := range s.variants {
		if s.format == "allOf" {
			extendProps(out, b.flatten(v))
			continue
		}
		mergeProps(out, b.flatten(v), i == 0)
	}
	return out
}

// extendProps adds the properties of a composition's branch.
func extendProps(into, from *schema) {
	for _, p := range from.props {
		if old := into.prop(p.name); old != nil {
			old.required = old.required || p.required
			continue
		}
		into.props = append(into.props, &property{name: p.name, required: p.required, schema: p.schema})
	}
}

// mergeProps makes the superset of two variants of one thing: what only one of
// them has is optional, what one of them allows to be null is nullable.
func mergeProps(into, from *schema, first bool) {
	for _, p := range into.props {
		if from.prop(p.name) == nil {
			p.required = false
		}
	}
	for _, p := range from.props {
		old := into.prop(p.name)
		if old == nil {
			into.props = append(into.props, &property{name: p.name, required: p.required && first, schema: p.schema})
			continue
		}
		old.required = old.required && p.required
		old.schema = mergeSchema(old.schema, p.schema)
	}
}

func mergeSchema(x, y *schema) *schema {
	out := *x
	out.nullable = x.nullable || y.nullable
	out.deprecated = x.deprecated && y.deprecated
	out.enum = slices.Clone(x.enum)
	for _, v := range y.enum {
		if !slices.Contains(out.enum, v) {
			out.enum = append(out.enum, v)
		}
	}
	if len(x.enum) == 0 || len(y.enum) == 0 {
		out.enum = slices.Concat(x.enum, y.enum)
	}
	return &out
}

func (b *builder) responseField(g *goModel, m *modelOverlay, p *property) *goField {
	f := &goField{
		wire: p.name, name: b.fieldName(g.name, p.name), optional: !p.required,
		nullable: p.schema.nullable, deprecated: p.schema.deprecated, schema: p.schema,
		doc: b.fieldDoc(g.name, p.name),
	}
	at := g.name + "." + p.name
	from := make([]string, 0, len(m.From))
	for _, base := range m.From {
		from = append(from, base+"."+p.name)
	}
	f.typ = b.responseGoType(p.schema, at, from)
	object := p.schema.kind == kindObject || p.schema.kind == kindUnion || p.schema.ref != "" && b.isObject(p.schema)
	scalar := p.schema.kind == kindString || p.schema.kind == kindInt || p.schema.kind == kindBool || p.schema.kind == kindFloat ||
		p.schema.ref != "" && !object && b.doc.resolve(p.schema).kind == kindString
	if f.typ != "Metadata" && (object && (f.nullable || f.optional) || scalar && f.nullable) {
		f.typ = "*" + f.typ
	}
	return f
}

func (b *builder) isObject(s *schema) bool {
	k := b.doc.resolve(s).kind
	return k == kindObject || k == kindUnion
}

// responseGoType maps a response value to Go. at is the Go location, from the
// locations in the document under which an inline object may be named.
func (b *builder) responseGoType(s *schema, at string, from []string) string {
	if s.goType != "" {
		return s.goType
	}
	if s.ref != "" && !b.isObject(s) {
		s = b.doc.resolve(s)
	}
	switch {
	case s.ref != "" || s.kind == kindObject || s.kind == kindUnion:
		for _, loc := range from {
			if b.byFrom[loc] != nil {
				return b.responseType(&schema{kind: s.kind, variants: s.variants}, loc)
			}
		}
		return b.responseType(s, from[0])
	case s.kind == kindArray:
		for i := range from {
			from[i] += "[]"
		}
		return "[]" + b.responseGoType(s.items, at, from)
	case s.kind == kindMap && s.values != nil:
		return "map[string]" + scalarType(s.values)
	case s.kind == kindMap, s.kind == kindAny:
		return "Metadata"
	case b.isTime(s, at[strings.LastIndex(at, ".")+1:]):
		return "Timestamp"
	}
	return b.enumOr(s, at)
}

func scalarType(s *schema) string {
	typ := map[kind]string{kindString: "string", kindInt: "int64", kindFloat: "float64", kindBool: "bool"}[s.kind]
	if s.nullable {
		return "*" + typ
	}
	return typ
}

// enumOr gives the enum type at a location, or the plain scalar.
func (b *builder) enumOr(s *schema, at string) string {
	e := b.enums[at]
	if e == nil {
		if s.kind == kindString && len(s.enum) > 1 && !strings.HasSuffix(at, ".object") {
			b.miss("enums.yaml", "%s has no Go type for %s", at, strings.Join(s.enum, ", "))
		}
		return scalarType(&schema{kind: s.kind})
	}
	b.used[at] = true
	for _, v := range s.enum {
		if !slices.Contains(e.values, v) {
			e.values = append(e.values, v)
		}
	}
	return e.overlay.Go
}
