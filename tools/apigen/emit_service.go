package main

import (
	"fmt"
	"strings"
)

const referenceURL = "https://clerk.com/docs/reference/backend-api/tag/"

// emitClient writes the version of the API, the service fields of the Client and their wiring.
func (g *generator) emitClient() {
	c := newCode()
	c.p("// APIVersion is the version of the Backend API that the types of this package describe. Every request sends it")
	c.p("// as Clerk-API-Version, unless [WithAPIVersion] says otherwise.")
	c.p("const APIVersion = %q\n", g.doc.version)
	c.comment("", "Client calls the Backend API of one Clerk instance. Its fields are the services, one for each group of "+
		"operations, such as client.Users. Create it with [NewClient] or [NewClientFromEnv]; the zero value cannot be used. "+
		"It is safe for concurrent use.")
	c.p("type Client struct {")
	for _, s := range g.ov.Services {
		if s.Hand || g.used[s] {
			c.comment("\t", s.Name+" "+s.Doc)
			c.p("\t%s *%sService", s.Name, s.Name)
		}
	}
	c.p("\n\tsettings\n}\n")
	c.p("// wire points the services to their client.")
	c.p("func (c *Client) wire() {")
	for _, s := range g.ov.Services {
		if s.Hand || g.used[s] {
			c.p("\tc.%s = &%sService{client: c}", s.Name, s.Name)
		}
	}
	c.p("}")
	g.add("client_gen.go", "clerk", c)
}

// emitEndpoints writes one Endpoint value per operation.
func (g *generator) emitEndpoints() {
	c := newCode()
	c.p("// One endpoint per operation of the Backend API, for Call and for telling operations apart.")
	c.p("var (")
	for _, o := range g.ops {
		c.comment("\t", o.endpoint()+" is the endpoint of "+o.svcMethod()+".")
		c.p("\t%s = Endpoint{", o.endpoint())
		c.p("\t\tService: %q, Name: %q, OperationID: %q,", o.ov.service, o.ov.name, o.id)
		c.p("\t\tMethod: %q, Path: %q, Retry: %s,", o.method, o.path, retryConst(o.ov.Retry))
		c.p("\t}")
	}
	c.p(")\n")
	c.p("// Endpoints returns the endpoint of every operation of the Backend API, service by service. The slice is the")
	c.p("// caller's own.")
	c.p("func Endpoints() []Endpoint {")
	c.p("\tendpoints := [...]*Endpoint{")
	for _, o := range g.ops {
		c.p("\t\t&%s,", o.endpoint())
	}
	c.p("\t}")
	c.p("\tall := make([]Endpoint, len(endpoints))")
	c.p("\tfor i, e := range endpoints {\n\t\tall[i] = *e\n\t}")
	c.p("\treturn all\n}")
	g.add("endpoints_gen.go", "clerk", c)
}

func retryConst(class string) string {
	return map[string]string{"never": "RetryNever", "safe": "RetrySafe", "idempotent": "RetryIdempotent"}[class]
}

// emitServices writes one file per service.
func (g *generator) emitServices() {
	for _, s := range g.services {
		c := newCode()
		c.comment("", s.Name+"Service "+s.Doc+" It is safe for concurrent use.")
		c.p("type %sService struct{ client *Client }\n", s.Name)
		for _, o := range g.ops {
			if o.svc == s {
				g.emitMethod(c, o)
			}
		}
		for _, o := range g.ops {
			if o.svc == s && o.params != nil {
				g.emitParams(c, o)
				g.emitNested(c, o.params)
			}
		}
		g.add("svc_"+fileName(s.Name)+"_gen.go", "clerk", c)
	}
}

func (g *generator) methodDoc(o *goOperation, name, text string) string {
	doc := name + " " + strings.TrimSpace(text)
	if o.params != nil && !o.required {
		doc += "\n\nThe params may be nil."
	}
	doc += "\n\n" + linkPrefix + referenceLink(o.operation)
	if o.deprecated {
		doc += "\n\nDeprecated: Clerk has deprecated this operation."
	}
	return doc
}

func referenceLink(o *operation) string {
	tag := strings.NewReplacer(" / ", "-", " & ", "-", " ", "-").Replace(o.tag)
	return referenceURL + tag + "#operation/" + o.id
}

// signature is the parameter list between ctx and opts.
func (g *generator) signature(o *goOperation) string {
	var b strings.Builder
	b.WriteString("ctx context.Context")
	if args := o.args(); len(args) > 0 {
		b.WriteString(", " + strings.Join(args, ", ") + " string")
	}
	switch {
	case o.arrayOf != nil:
		b.WriteString(", items []" + o.arrayOf.name)
	case o.params != nil:
		b.WriteString(", params *" + o.params.name)
	}
	b.WriteString(", opts ...RequestOption")
	return b.String()
}

// callParams is the CallParams literal of an operation.
func (o *goOperation) callParams() string {
	var parts []string
	if args := o.args(); len(args) > 0 {
		parts = append(parts, "Path: []string{"+strings.Join(args, ", ")+"}")
	}
	switch {
	case o.arrayOf != nil:
		parts = append(parts, "Body: items")
	case o.params == nil:
	case o.isQuery:
		parts = append(parts, "Query: params.query()")
	case o.file != nil:
		parts = append(parts, "Body: params.multipart()")
	default:
		parts = append(parts, "Body: params")
	}
	return "&CallParams{" + strings.Join(parts, ", ") + "}"
}

func (o *goOperation) resultType() string {
	switch o.result {
	case resultList:
		return "*List[" + o.model + "]"
	case resultCount:
		return "int64"
	case resultRaw:
		return "Metadata"
	case resultText:
		return "string"
	}
	return "*" + o.model
}

func (o *goOperation) zeroResult() string {
	switch o.result {
	case resultCount:
		return "0"
	case resultText:
		return `""`
	}
	return "nil"
}

func (g *generator) emitMethod(c *code, o *goOperation) {
	c.use("context")
	c.comment("", g.methodDoc(o, o.ov.name, o.ov.Doc))
	results := "(" + o.resultType() + ", error)"
	if o.result == resultEmpty {
		results = "error"
	}
	c.signature(fmt.Sprintf("func (s *%sService) %s(", o.svc.Name, o.ov.name), g.signature(o), ") "+results+" {")
	g.emitNilParams(c, o)
	switch o.result {
	case resultEmpty:
		c.call("return callEmpty(", o, "opts)")
	case resultList:
		c.call("return callList(", o, "new(List["+o.model+"]), opts)")
	case resultObject:
		c.call("return call(", o, "new("+o.model+"), opts)")
	case resultCount:
		emitUnwrapped(c, o, "totalCount", "out.TotalCount")
	case resultRaw:
		emitUnwrapped(c, o, "Metadata", "*out")
	case resultText:
		emitUnwrapped(c, o, "string", "*out")
	}
	c.p("}\n")
	if o.result == resultList && o.method == "GET" {
		g.emitIterator(c, o)
	}
}

func emitUnwrapped(c *code, o *goOperation, model, value string) {
	c.call("out, err := call(", o, "new("+model+"), opts)")
	c.p("\tif err != nil {\n\t\treturn %s, err\n\t}", o.zeroResult())
	c.p("\treturn %s, nil", value)
}

// maxLine is where calls and signatures are wrapped.
const maxLine = 120

// signature writes the head of a function, wrapped if it is long.
func (c *code) signature(open, params, end string) {
	if len(open+params+end) <= maxLine {
		c.p("%s%s%s", open, params, end)
		return
	}
	c.p("%s\n\t%s,\n%s", open, params, end)
}

// call writes a call of the runtime, wrapped if it is long.
func (c *code) call(open string, o *goOperation, end string) {
	line := fmt.Sprintf("%sctx, s.client, &%s, %s, %s", open, o.endpoint(), o.callParams(), end)
	if len(line) > maxLine-4 {
		line = fmt.Sprintf("%s\n\t\tctx, s.client, &%s,\n\t\t%s,\n\t\t%s,\n\t)", open, o.endpoint(), o.callParams(), strings.TrimSuffix(end, ")"))
	}
	c.p("\t%s", line)
}

// emitNilParams makes nil params mean empty ones, or an error where something is required.
func (g *generator) emitNilParams(c *code, o *goOperation) {
	switch {
	case o.arrayOf != nil:
		c.p("\tif len(items) == 0 {\n\t\treturn nil, missingParams(&%s)\n\t}", o.endpoint())
	case o.params == nil || o.isQuery && !o.required:
	case !o.required:
		c.p("\tif params == nil {\n\t\tparams = &%s{}\n\t}", o.params.name)
	case o.result == resultEmpty:
		c.p("\tif params == nil {\n\t\treturn missingParams(&%s)\n\t}", o.endpoint())
	default:
		c.p("\tif params == nil {\n\t\treturn %s, missingParams(&%s)\n\t}", o.zeroResult(), o.endpoint())
	}
}

func (g *generator) emitIterator(c *code, o *goOperation) {
	c.use("iter")
	name := iteratorName(o.ov.name)
	doc := fmt.Sprintf("returns an iterator over all items of %s, page by page. It stops after the first error. %s",
		o.ov.name, changesWhileWalking(o.ov.Paging))
	c.comment("", g.methodDoc(o, name, doc))
	c.signature(fmt.Sprintf("func (s *%sService) %s(", o.svc.Name, name), g.signature(o), ") iter.Seq2[*"+o.model+", error] {")
	if o.params != nil && o.required {
		c.p("\tif params == nil {")
		c.p("\t\treturn func(yield func(*%s, error) bool) { yield(nil, missingParams(&%s)) }", o.model, o.endpoint())
		c.p("\t}")
	}
	paging := map[string]string{"": "pagingOffset", "offset": "pagingOffset", "cursor": "pagingCursor", "none": "pagingNone"}
	c.call("return listAll[*"+o.model+"](", o, paging[o.ov.Paging]+", opts)")
	c.p("}\n")
}

// changesWhileWalking tells what a loop may do with what an iterator yields.
func changesWhileWalking(paging string) string {
	if paging == "none" {
		return "The loop may delete what it is given: all items come in one answer."
	}
	return "The loop may delete, ban or otherwise change what it is given: the iterator notices that the list has moved, skips " +
		"nothing that stays and yields nothing twice."
}
