package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// emitModelTests writes the samples of all models, the test that walks them,
// the helpers of the wire tests and the table of endpoints.
func (g *generator) emitModelTests() {
	g.emitSamples()
	g.emitModelTest()
	g.emitBodies()
	g.emitHelpers()
}

// responseModels are the models of answers, sorted.
func (g *generator) responseModels() []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(g.models)) {
		if !g.models[name].request {
			names = append(names, name)
		}
	}
	return names
}

// emitSamples writes testdata/models_gen.json: one line per model and variant.
func (g *generator) emitSamples() {
	var b strings.Builder
	b.WriteString("{\n")
	names := g.responseModels()
	for i, name := range names {
		fmt.Fprintf(&b, "%s: {\n", mustJSON(name))
		for j, v := range []variant{variantFull, variantMinimal, variantNulls} {
			comma := ","
			if j == 2 {
				comma = ""
			}
			fmt.Fprintf(&b, "%s: %s%s\n", mustJSON(string(v)), mustJSON(g.sampleModel(name, v)), comma)
		}
		comma := ","
		if i == len(names)-1 {
			comma = ""
		}
		fmt.Fprintf(&b, "}%s\n", comma)
	}
	b.WriteString("}\n")
	g.files[wireFolder+"testdata/models_gen.json"] = []byte(b.String())
}

func (g *generator) emitModelTest() {
	c := newCode()
	c.use("testing")
	c.use(corePath)
	c.p("// modelTypes maps the names in testdata/models_gen.json to their types.")
	c.p("var modelTypes = map[string]func() any{")
	for _, name := range g.responseModels() {
		c.p("\t%q: func() any { return new(clerk.%s) },", name, name)
	}
	c.p("}\n")
	c.p("func TestModels_Decode(t *testing.T) {")
	c.p("\tt.Parallel()")
	c.p("\tfor name, newModel := range modelTypes {")
	c.p("\t\tt.Run(name, func(t *testing.T) {")
	c.p("\t\t\tt.Parallel()")
	c.p("\t\t\tcheckModel(t, name, newModel)")
	c.p("\t\t})")
	c.p("\t}")
	c.p("}")
	g.emitRedactionTest(c)
	g.add(wireFolder+"models_gen_test.go", "wire_test", c)
}

// emitRedactionTest checks that types with secrets print none.
func (g *generator) emitRedactionTest(c *code) {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(g.models)) {
		if g.models[name].secret {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return
	}
	c.p("\nfunc TestModels_Redacted(t *testing.T) {")
	c.p("\tt.Parallel()")
	for _, name := range names {
		v := variantFull
		if g.models[name].request {
			v = variantBody
		}
		c.p("\tcheckRedacted[clerk.%s](t, %s)", name, goString(mustJSON(g.sampleModel(name, v))))
	}
	c.p("}")
}

// emitBodies writes the full request body of every operation that has one.
func (g *generator) emitBodies() {
	c := newCode()
	c.p("// The full request body of every operation that has one.")
	c.p("const (")
	for _, o := range g.ops {
		switch {
		case o.arrayOf != nil:
			body := []any{g.sampleModel(o.arrayOf.name, variantBody), g.sampleModel(o.arrayOf.name, variantNeeded)}
			c.p("\twireBody%s = %s", o.endpoint(), goString(mustJSON(body)))
		case o.params != nil && !o.isQuery && o.file == nil:
			c.p("\twireBody%s = %s", o.endpoint(), goString(mustJSON(g.sampleModel(o.params.name, variantBody))))
		}
	}
	c.p(")")
	g.add(wireFolder+"bodies_gen_test.go", "wire_test", c)
}

// emitHelpers writes the part of the tests that does not depend on the document.
func (g *generator) emitHelpers() {
	c := newCode()
	for _, pkg := range []string{
		"bytes", "context", "encoding/json", "errors", "fmt", "io", "iter", "log/slog", "mime", "mime/multipart", "net/http",
		"net/http/httptest", "net/url", "os", "reflect", "slices", "strconv", "strings", "sync", "testing", corePath,
	} {
		c.use(pkg)
	}
	c.text(wireHelpers)
	g.add(wireFolder+"wire_gen_test.go", "wire_test", c)
}
