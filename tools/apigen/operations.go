package main

import (
	"slices"
	"strings"
)

// resultKind says what a method returns.
type resultKind int

const (
	resultObject resultKind = iota
	resultList
	resultEmpty
	resultCount // the number inside a total_count object
	resultRaw   // free-form JSON
	resultText  // not JSON at all
)

// goOperation is one method of a service.
type goOperation struct {
	*operation
	ov        *operationOverlay
	svc       *serviceOverlay
	result    resultKind
	model     string    // element or object type
	listKey   string    // member that holds the items of an envelope, or ""
	bareArray bool      // the document shows an array
	params    *goModel  // nil when there is neither query nor body
	isQuery   bool      // params go into the query string
	arrayOf   *goModel  // the body is an array of these params
	paginated bool      // paginated=true is always sent
	file      *property // the file of a multipart body
	required  bool      // something in params must be set
	fields    []string  // nullable body fields, dotted
}

func (o *goOperation) endpoint() string { return "Endpoint" + o.ov.service + o.ov.name }

func (o *goOperation) args() []string {
	var names []string
	for _, p := range o.pathParams {
		names = append(names, argName(p))
	}
	return names
}

// buildOperation joins what the document and the overlay say about one operation.
func (b *builder) buildOperation(op *operation) *goOperation {
	ov := b.ov.operation(op.id)
	if ov == nil {
		b.miss("operations.yaml", "%s (%s %s) has no Go name", op.id, op.method, op.path)
		return nil
	}
	if strings.TrimSpace(ov.Doc) == "" {
		b.miss("operations.yaml", "%s (%s) has no doc", op.id, ov.Go)
	}
	if !slices.Contains([]string{"never", "safe", "idempotent"}, ov.Retry) {
		b.miss("operations.yaml", "%s (%s) has no retry class", op.id, ov.Go)
	}
	svc := b.ov.service(ov.service)
	if svc == nil {
		b.miss("services.yaml", "%s is not listed", ov.service)
		return nil
	}
	b.used[ov] = true
	b.used[svc] = true
	o := &goOperation{operation: op, ov: ov, svc: svc}
	b.buildParams(o)
	b.buildResult(o)
	return o
}

func (b *builder) buildResult(o *goOperation) {
	at := "op:" + o.id
	s := o.success
	if o.successRef != "" {
		if s = b.doc.responses[o.successRef]; s != nil && s.ref == "" {
			at = "response:" + o.successRef
		}
	}
	switch {
	case o.ov.Returns == "count":
		o.result = resultCount
	case o.ov.Returns == "text":
		o.result = resultText
	case s == nil:
		o.result = resultEmpty
	default:
		b.buildBody(o, s, at)
	}
}

func (b *builder) buildBody(o *goOperation, s *schema, at string) {
	flat := b.flatten(s)
	if flat.kind == kindArray {
		o.result, o.bareArray = resultList, true
		o.model = b.rootModel(flat.items, listElementAt(s, at))
		return
	}
	if key, items := envelope(flat); items != nil {
		o.result, o.listKey = resultList, key
		if items.ref != "" && b.doc.resolve(items).kind == kindArray {
			items = b.doc.resolve(items)
		}
		o.model = b.rootModel(items.items, at+"."+key+"[]")
		return
	}
	if flat.kind == kindMap {
		o.result = resultRaw
		return
	}
	o.model = b.rootModel(s, at)
}

// listElementAt names the element of an array component after the component.
func listElementAt(s *schema, at string) string {
	if s.ref != "" {
		return s.ref
	}
	return at + "[]"
}

// envelope recognises {data, total_count} and returns the member that holds the items.
func envelope(s *schema) (string, *schema) {
	if s.kind != kindObject || len(s.props) != 2 || s.prop("total_count") == nil {
		return "", nil
	}
	for _, p := range s.props {
		if p.schema.kind == kindArray || p.schema.ref != "" {
			return p.name, p.schema
		}
	}
	return "", nil
}

func (b *builder) rootModel(s *schema, at string) string {
	name := b.responseType(s, at)
	if m := b.models[name]; m != nil {
		m.root = true
	}
	return name
}

// buildParams makes the params type of an operation.
func (b *builder) buildParams(o *goOperation) {
	name := o.svc.Singular + o.ov.name + "Params"
	switch {
	case len(o.query) > 0:
		b.queryParams(o, name)
	case o.body == nil:
	case o.body.kind == kindArray:
		b.arrayParams(o)
	default:
		b.bodyParams(o, name)
	}
}

func (b *builder) queryParams(o *goOperation, name string) {
	g := &goModel{name: name, request: true}
	o.params, o.isQuery = g, true
	virtual := &schema{kind: kindObject}
	for _, q := range o.query {
		virtual.props = append(virtual.props, &property{name: q.name, required: q.required, schema: q.schema})
	}
	b.correct(name, virtual)
	list := virtual.prop("limit") != nil && virtual.prop("offset") != nil
	if list {
		pagingFirst(virtual)
	}
	for _, p := range virtual.props {
		if p.name == "paginated" {
			o.paginated = true
			continue
		}
		f := &goField{
			wire: p.name, name: b.queryName(name, p), optional: !p.required, schema: p.schema,
			deprecated: p.schema.deprecated, doc: b.fieldDoc(name, p.name),
		}
		for _, q := range o.query {
			f.comma = f.comma || q.name == p.name && q.comma
		}
		if f.typ = b.requestType(p.schema, name+"."+p.name); b.isTime(p.schema, p.name) {
			f.typ = "time.Time"
		}
		if f.optional && p.schema.kind != kindArray {
			f.typ = "Opt[" + f.typ + "]"
		}
		o.required = o.required || p.required
		g.fields = append(g.fields, f)
	}
	g.doc = "selects what " + o.svcMethod() + " returns."
	if !list {
		g.doc = "holds the options of " + o.svcMethod() + "."
	}
	b.addModel(g)
}

// pagingFirst moves the two fields that every list has to the front.
func pagingFirst(s *schema) {
	rank := func(p *property) int {
		if at := slices.Index([]string{"limit", "offset"}, p.name); at >= 0 {
			return at
		}
		return 2
	}
	slices.SortStableFunc(s.props, func(x, y *property) int { return rank(x) - rank(y) })
}

// queryName gives filters that take several values a plural name.
func (b *builder) queryName(owner string, p *property) string {
	name := b.fieldName(owner, p.name)
	if p.schema.kind != kindArray {
		return name
	}
	return pluralName(name)
}

func pluralName(name string) string {
	switch {
	case strings.HasSuffix(name, "Address"):
		return name + "es"
	case strings.HasSuffix(name, "s"):
		return name
	}
	return name + "s"
}

func (o *goOperation) svcMethod() string { return o.ov.service + "Service." + o.ov.name }

func (b *builder) arrayParams(o *goOperation) {
	g := b.models[o.ov.Body]
	if g == nil {
		b.miss("operations.yaml", "%s needs the type of its array body", o.id)
		return
	}
	o.arrayOf = g
	for _, p := range b.flatten(o.body.items).props {
		if !slices.ContainsFunc(g.fields, func(f *goField) bool { return f.wire == p.name }) {
			b.miss("operations.yaml", "%s: %s lacks the field %s", o.id, g.name, p.name)
		}
	}
	o.required = true
	o.fields = b.nullablePaths(b.flatten(o.body.items), "")
}

func (b *builder) bodyParams(o *goOperation, name string) {
	g := &goModel{name: name, request: true, secret: o.ov.Secret}
	g.doc = "holds the fields of " + o.svcMethod() + "."
	o.params = g
	b.requestFields(g, b.flatten(o.body), name)
	for _, p := range g.schema.props {
		if p.schema.format == "binary" {
			o.file = p
		}
		o.required = o.required || p.required
	}
	o.fields = b.nullablePaths(g.schema, "")
	b.addModel(g)
}

func (b *builder) addModel(g *goModel) {
	if old := b.models[g.name]; old != nil && old != g {
		b.miss("operations.yaml", "%s is the name of two types", g.name)
	}
	b.models[g.name] = g
}

// nullablePaths lists the body fields that may be null, with dots for nesting.
func (b *builder) nullablePaths(s *schema, prefix string) []string {
	var out []string
	for _, p := range s.props {
		if p.schema.nullable {
			out = append(out, prefix+p.name)
		}
		if inner := b.flatten(p.schema); inner.kind == kindObject {
			out = append(out, b.nullablePaths(inner, prefix+p.name+".")...)
		}
	}
	return out
}
