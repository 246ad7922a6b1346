package main

import (
	"slices"
	"strings"
)

// emitParams writes a params struct and what turns it into a request.
func (g *generator) emitParams(c *code, o *goOperation) {
	g.emitStruct(c, o.params, o.isQuery || o.file != nil)
	switch {
	case o.isQuery:
		g.emitQuery(c, o)
	case o.file != nil:
		g.emitMultipart(c, o)
	}
}

// emitStruct writes a struct type with its field docs.
func (g *generator) emitStruct(c *code, m *goModel, untagged bool) {
	c.comment("", m.name+" "+m.doc)
	c.p("type %s struct {", m.name)
	if m.root {
		c.p("\toriginal\n")
	}
	for _, f := range m.fields {
		g.emitField(c, m, f, untagged)
	}
	c.p("}\n")
	if !untagged {
		emitEmptyLists(c, m)
	}
	if m.secret {
		emitRedaction(c, m)
	}
}

func (g *generator) emitField(c *code, m *goModel, f *goField, untagged bool) {
	var doc []string
	if sentence := g.sentence(m, f); sentence != "" {
		doc = append(doc, f.name+" "+sentence)
	}
	if f.deprecated {
		doc = append(doc, "Deprecated: Clerk has deprecated this field.")
	}
	if len(doc) > 0 {
		c.comment("\t", strings.Join(doc, "\n\n"))
	}
	if strings.Contains(f.typ, "time.Time") {
		c.use("time")
	}
	if untagged {
		c.p("\t%s %s", f.name, f.typ)
		return
	}
	c.p("\t%s %s `json:\"%s\"`", f.name, f.typ, f.tag(m))
}

// emitEmptyLists writes the encoding of a request whose required lists are sent as [] when they are nil, not as null.
func emitEmptyLists(c *code, m *goModel) {
	var lists []*goField
	for _, f := range m.fields {
		if m.request && strings.HasPrefix(f.typ, "[]") {
			lists = append(lists, f)
		}
	}
	if len(lists) == 0 {
		return
	}
	c.use("encoding/json")
	r := receiver(m.name)
	c.p("// MarshalJSON encodes the params. A required list that is nil is sent as [].")
	c.p("func (%s %s) MarshalJSON() ([]byte, error) {", r, m.name)
	for _, f := range lists {
		c.p("\tif %s.%s == nil {\n\t\t%s.%s = %s{}\n\t}", r, f.name, r, f.name, f.typ)
	}
	c.p("\ttype plain %s", m.name)
	c.p("\treturn json.Marshal(plain(%s))\n}\n", r)
}

// tag leaves out what is not set: an unset Opt in a request, an absent field of an answer. A field that is required
// and nullable is always sent.
func (f *goField) tag(m *goModel) string {
	if f.optional && (!m.request || strings.HasPrefix(f.typ, "Opt[")) {
		return f.wire + ",omitzero"
	}
	return f.wire
}

// emitRedaction keeps secrets out of fmt and slog.
func emitRedaction(c *code, m *goModel) {
	c.use("log/slog")
	r := receiver(m.name)
	text := "clerk." + m.name + "{redacted}"
	c.p("// String hides the content, which holds a secret.")
	c.p("func (%s %s) String() string { return %q }\n", r, m.name, text)
	c.p("// GoString returns the same as String.")
	c.p("func (%s %s) GoString() string { return %s.String() }\n", r, m.name, r)
	c.p("// LogValue returns what String returns.")
	c.p("func (%s %s) LogValue() slog.Value { return slog.StringValue(%s.String()) }\n", r, m.name, r)
}

// emitQuery writes the query method of list params and other options.
func (g *generator) emitQuery(c *code, o *goOperation) {
	c.use("net/url")
	m := o.params
	r := "p"
	c.p("// query returns the query string. The receiver may be nil.")
	c.p("func (%s *%s) query() url.Values {", r, m.name)
	c.p("\tq := url.Values{}")
	if o.paginated {
		c.p("\tq.Set(\"paginated\", \"true\")")
	}
	c.p("\tif %s == nil {\n\t\treturn q\n\t}", r)
	for _, f := range m.fields {
		value := r + "." + f.name
		switch {
		case f.comma:
			c.p("\taddJoined(q, %q, %s)", f.wire, value)
		case strings.HasPrefix(f.typ, "[]"):
			c.p("\taddAll(q, %q, %s)", f.wire, value)
		case f.typ == "Opt[time.Time]":
			c.p("\taddTime(q, %q, %s)", f.wire, value)
		case strings.HasPrefix(f.typ, "Opt["):
			c.p("\taddOpt(q, %q, %s)", f.wire, value)
		default:
			c.p("\taddOpt(q, %q, Set(%s))", f.wire, value)
		}
	}
	c.p("\treturn q\n}\n")
}

// emitMultipart writes the method that makes the upload.
func (g *generator) emitMultipart(c *code, o *goOperation) {
	m := o.params
	c.p("// multipart returns the form to upload.")
	c.p("func (p *%s) multipart() *Multipart {", m.name)
	file := ""
	for _, f := range m.fields {
		if f.schema == o.file.schema {
			file = f.name
		}
	}
	c.p("\tm := &Multipart{")
	c.p("\t\tFileField: %q, FileName: p.%s.Name, ContentType: p.%s.ContentType, File: p.%s.Reader,", o.file.name, file, file, file)
	c.p("\t\tFields: map[string]string{},")
	c.p("\t}")
	for _, f := range m.fields {
		if f.name != file {
			c.p("\tif v, ok := p.%s.Get(); ok {\n\t\tm.Fields[%q] = v\n\t}", f.name, f.wire)
		}
	}
	c.p("\treturn m\n}\n")
}

// emitSupport writes the few helpers that the generated files share.
func (g *generator) emitSupport() {
	c := newCode()
	for _, pkg := range []string{"encoding/json", "fmt", "net/url", "strconv", "strings", "time"} {
		c.use(pkg)
	}
	c.text(supportCode)
	if slices.ContainsFunc(g.ops, func(o *goOperation) bool { return o.result == resultCount }) {
		c.text(countCode)
	}
	g.add("support_gen.go", "clerk", c)
}

const supportCode = `// original keeps the JSON that a model was decoded from. It holds a pointer so that printing a model does not
// print the bytes again.
type original struct{ body *json.RawMessage }

// RawJSON returns the JSON that the value was decoded from, with the fields this package does not know. It is nil
// for a value that was not itself the answer of a call or an item of a list. Do not change it.
func (o *original) RawJSON() json.RawMessage {
	if o.body == nil {
		return nil
	}
	return *o.body
}

func (o *original) setRaw(raw *json.RawMessage) { o.body = raw }

// addOpt adds a query parameter that is set. There is no null in a query.
func addOpt[T ~string | ~int64 | ~bool](q url.Values, name string, value Opt[T]) {
	if v, ok := value.Get(); ok {
		q.Set(name, fmt.Sprint(v))
	}
}

// addTime adds a moment that is set, in Unix milliseconds.
func addTime(q url.Values, name string, value Opt[time.Time]) {
	if t, ok := value.Get(); ok {
		q.Set(name, strconv.FormatInt(t.UnixMilli(), 10))
	}
}

// addAll repeats a query parameter for every value.
func addAll[T ~string](q url.Values, name string, values []T) {
	for _, v := range values {
		q.Add(name, string(v))
	}
}

// addJoined adds all values as one, separated by commas.
func addJoined[T ~string](q url.Values, name string, values []T) {
	if len(values) == 0 {
		return
	}
	parts := make([]string, len(values))
	for i, v := range values {
		parts[i] = string(v)
	}
	q.Set(name, strings.Join(parts, ","))
}
`

const countCode = `
// totalCount is the answer of the operations that count.
type totalCount struct {
	TotalCount int64 ` + "`json:\"total_count\"`" + `
}
`
