package main

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
)

const corePath = "clerk github.com/clerkgo/clerk-go/core"

// wireFolder holds the generated tests and their samples, apart from the package that people read.
const wireFolder = "internal/wire/"

// emitWireTests writes a test file per service, which calls every operation
// through the public client, and the helpers that they share.
func (g *generator) emitWireTests() {
	for _, s := range g.services {
		c := newCode()
		c.use("testing")
		c.use("context")
		c.use(corePath)
		for _, o := range g.ops {
			if o.svc == s {
				g.emitWireTest(c, o)
			}
		}
		g.add(wireFolder+"svc_"+fileName(s.Name)+"_gen_test.go", "wire_test", c)
	}
}

func (g *generator) emitWireTest(c *code, o *goOperation) {
	c.p("func TestWire_%s_%s(t *testing.T) {", o.svc.Name, o.ov.name)
	c.p("\tt.Parallel()")
	if o.file == nil {
		g.emitTestParams(c, o)
	}
	c.p("\trunWire(t, wireCase{")
	c.p("\t\tendpoint: clerk.%s,", o.endpoint())
	c.p("\t\tpath: %q,", wirePath(o))
	if q := g.wireQuery(o); len(q) > 0 {
		c.use("net/url")
		c.p("\t\tquery: %s,", valuesLiteral(q))
	}
	g.emitWireBody(c, o)
	switch o.result {
	case resultObject:
		c.p("\t\tmodel: %q,", o.model)
	case resultList:
		key := o.listKey
		if key == "" {
			key = "data"
		}
		c.p("\t\tmodel: %q,\n\t\tlist: %q,", o.model, key)
	case resultEmpty:
	default:
		c.p("\t\tspecial: %q,", map[resultKind]string{resultCount: "count", resultRaw: "raw", resultText: "text"}[o.result])
	}
	g.emitWireCall(c, o)
	c.p("\t})")
	if o.result == resultList && o.method == "GET" {
		c.p("\trunWireIterator(t, %q, func(ctx context.Context, c *clerk.Client) wireItems {", o.model)
		c.p("\t\treturn wireSeq(c.%s.%s(%s))", o.svc.Name, iteratorName(o.ov.name), callArgs(o))
		c.p("\t})")
	}
	c.p("}\n")
	if len(o.fields) > 0 {
		g.emitTriState(c, o)
	}
}

// emitTestParams declares the params of a test.
func (g *generator) emitTestParams(c *code, o *goOperation) {
	switch {
	case o.arrayOf != nil:
		c.p("\titems := wireParams[[]clerk.%s](t, wireBody%s)", o.arrayOf.name, o.endpoint())
	case o.params == nil:
	case o.isQuery:
		c.p("\tparams := &clerk.%s{", o.params.name)
		for _, f := range o.params.fields {
			if strings.Contains(f.typ, "time.Time") {
				c.use("time")
			}
			c.p("\t\t%s: %s,", f.name, queryLiteral(f))
		}
		c.p("\t}")
	case o.file != nil:
		c.use("strings")
		c.p("\tparams := &clerk.%s{", o.params.name)
		for _, f := range o.params.fields {
			if f.typ == "File" {
				c.p("\t\t%s: clerk.File{Name: \"logo.png\", ContentType: \"image/png\", Reader: strings.NewReader(\"pixels\")},", f.name)
			} else {
				c.p("\t\t%s: clerk.String(%q),", f.name, f.wire+"-1")
			}
		}
		c.p("\t}")
	default:
		c.p("\tparams := wireParams[*clerk.%s](t, wireBody%s)", o.params.name, o.endpoint())
	}
}

func (g *generator) emitWireBody(c *code, o *goOperation) {
	switch {
	case o.file != nil:
		c.p("\t\tform: map[string]string{")
		for _, f := range o.params.fields {
			if f.typ == "File" {
				c.p("\t\t\t%q: \"pixels\",", f.wire)
			} else {
				c.p("\t\t\t%q: %q,", f.wire, f.wire+"-1")
			}
		}
		c.p("\t\t},")
	case o.arrayOf != nil, o.params != nil && !o.isQuery:
		c.p("\t\tbody: wireBody%s,", o.endpoint())
	}
}

func (g *generator) emitWireCall(c *code, o *goOperation) {
	c.p("\t\tcall: func(ctx context.Context, c *clerk.Client) (any, error) {")
	if o.file != nil { // a file can be read once
		g.emitTestParams(c, o)
	}
	call := fmt.Sprintf("c.%s.%s(%s)", o.svc.Name, o.ov.name, callArgs(o))
	if o.result == resultEmpty {
		c.p("\t\t\treturn nil, %s", call)
	} else {
		c.p("\t\t\treturn %s", call)
	}
	c.p("\t\t},")
}

// callArgs are the arguments of a call in a test: ids that need escaping, then params.
func callArgs(o *goOperation) string {
	args := []string{"ctx"}
	for _, p := range o.pathParams {
		args = append(args, fmt.Sprintf("%q", wireID(p)))
	}
	switch {
	case o.arrayOf != nil:
		args = append(args, "items")
	case o.params != nil:
		args = append(args, "params")
	}
	return strings.Join(args, ", ")
}

func wireID(param string) string { return param + "/?#% 1" }

func wirePath(o *goOperation) string {
	path := o.path
	for _, p := range o.pathParams {
		path = strings.ReplaceAll(path, "{"+p+"}", url.PathEscape(wireID(p)))
	}
	return path
}

// queryLiteral is the Go literal of a query field in a test. Booleans are false,
// because false must be sent too.
func queryLiteral(f *goField) string {
	typ := strings.TrimSuffix(strings.TrimPrefix(f.typ, "Opt["), "]")
	switch {
	case strings.HasPrefix(f.typ, "[]"):
		elem := strings.TrimPrefix(f.typ, "[]")
		if elem != "string" {
			elem = "clerk." + elem
		}
		return fmt.Sprintf("[]%s{\"+first value\", \"-second&value\"}", elem)
	case f.typ == "string":
		return fmt.Sprintf("%q", f.wire+" &1")
	case typ == "string":
		return fmt.Sprintf("clerk.String(%q)", f.wire+" &1")
	case typ == "int64":
		return "clerk.Int64(" + queryNumber(f) + ")"
	case typ == "time.Time":
		return "clerk.Set(time.UnixMilli(1700000000000))"
	case typ == "bool":
		return "clerk.Bool(false)"
	}
	return fmt.Sprintf("clerk.Set(clerk.%s(%q))", typ, "x_future_value")
}

// queryNumber is the value of a number in a test. An offset is zero, because zero must be sent too.
func queryNumber(f *goField) string {
	if f.wire == "offset" {
		return "0"
	}
	return "7"
}

func (g *generator) wireQuery(o *goOperation) url.Values {
	q := url.Values{}
	if !o.isQuery {
		return q
	}
	if o.paginated {
		q.Set("paginated", "true")
	}
	for _, f := range o.params.fields {
		switch {
		case f.comma:
			q.Set(f.wire, "+first value,-second&value")
		case strings.HasPrefix(f.typ, "[]"):
			q[f.wire] = []string{"+first value", "-second&value"}
		case strings.Contains(f.typ, "string"):
			q.Set(f.wire, f.wire+" &1")
		case strings.Contains(f.typ, "int64"):
			q.Set(f.wire, queryNumber(f))
		case strings.Contains(f.typ, "time.Time"):
			q.Set(f.wire, "1700000000000")
		case strings.Contains(f.typ, "bool"):
			q.Set(f.wire, "false")
		default:
			q.Set(f.wire, "x_future_value")
		}
	}
	return q
}

func valuesLiteral(q url.Values) string {
	var b strings.Builder
	b.WriteString("url.Values{\n")
	for _, key := range slices.Sorted(maps.Keys(q)) {
		fmt.Fprintf(&b, "\t\t\t%q: {", key)
		for i, v := range q[key] {
			if i > 0 {
				b.WriteString(", ")
			}
			fmt.Fprintf(&b, "%q", v)
		}
		b.WriteString("},\n")
	}
	b.WriteString("\t\t}")
	return b.String()
}

// emitTriState tests that each nullable field has three different bodies.
func (g *generator) emitTriState(c *code, o *goOperation) {
	c.p("func TestTriState_%s_%s(t *testing.T) {", o.svc.Name, o.ov.name)
	c.p("\tt.Parallel()")
	args, params := callArgs(o), o.params
	if o.arrayOf != nil {
		params = o.arrayOf
		args = strings.TrimSuffix(args, "items") + "[]clerk." + params.name + "{*params}"
	}
	c.p("\trunTriState(t, []wireField{")
	for _, path := range o.fields {
		c.p("\t\t{path: %q, body: %s},", path, goString(mustJSON(g.sampleAt(params, path))))
	}
	c.p("\t}, func(ctx context.Context, c *clerk.Client, params *clerk.%s) error {", params.name)
	call := fmt.Sprintf("c.%s.%s(%s)", o.svc.Name, o.ov.name, args)
	if o.result == resultEmpty {
		c.p("\t\treturn %s", call)
	} else {
		c.p("\t\t_, err := %s\n\t\treturn err", call)
	}
	c.p("\t})\n}\n")
}

// goString is a raw string literal where possible.
func goString(s string) string {
	if strings.Contains(s, "`") {
		return fmt.Sprintf("%q", s)
	}
	return "`" + s + "`"
}
