package main

import (
	"errors"
	"fmt"
	"go/format"
	"maps"
	"slices"
	"strings"
)

// outputs maps a path below the core module, or docs/…, to its content.
type outputs map[string][]byte

// generator holds everything that the emitters read.
type generator struct {
	*builder
	ops      []*goOperation
	services []*serviceOverlay // in overlay order
	files    outputs
	emitted  map[string]bool // nested params that have been written
	sampling map[string]bool // models whose sample is being made
	problems []string
}

func generate(doc *document, ov *overlay) (outputs, error) {
	g, err := build(doc, ov)
	if err != nil {
		return nil, err
	}
	g.emitClient()
	g.emitEndpoints()
	g.emitSupport()
	g.emitServices()
	g.emitModels()
	g.emitEnums()
	g.emitWireTests()
	g.emitModelTests()
	g.emitOperationsPage()
	if len(g.problems) > 0 {
		return nil, errors.New(strings.Join(g.problems, "\n"))
	}
	return g.files, nil
}

// build makes the Go view of the document and fails with the complete list of
// what the overlay lacks.
func build(doc *document, ov *overlay) (*generator, error) {
	g := &generator{builder: newBuilder(doc, ov), files: outputs{}, emitted: map[string]bool{}, sampling: map[string]bool{}}
	// Array bodies reuse the params of another operation, so they come last.
	for _, arrays := range []bool{false, true} {
		for _, op := range doc.operations {
			isArray := op.body != nil && op.body.kind == kindArray
			if isArray != arrays {
				continue
			}
			if o := g.buildOperation(op); o != nil {
				g.ops = append(g.ops, o)
			}
		}
	}
	g.sortOperations()
	for _, s := range ov.Services {
		if g.used[s] {
			g.services = append(g.services, s)
		}
	}
	g.checkStale()
	if len(g.missing) > 0 {
		return nil, missingError(g.missing)
	}
	return g, nil
}

// sortOperations puts the operations into the order of the overlay.
func (g *generator) sortOperations() {
	rank := map[string]int{}
	for i, op := range g.ov.Operations {
		rank[op.ID] = i
	}
	slices.SortStableFunc(g.ops, func(x, y *goOperation) int { return rank[x.id] - rank[y.id] })
}

func missingError(missing map[string][]string) error {
	var b strings.Builder
	b.WriteString("the overlay does not fit the document:")
	for _, section := range slices.Sorted(maps.Keys(missing)) {
		fmt.Fprintf(&b, "\n%s:", section)
		for _, line := range missing[section] {
			fmt.Fprintf(&b, "\n  %s", line)
		}
	}
	return errors.New(b.String())
}

// checkStale reports overlay entries that no longer point at anything.
func (g *generator) checkStale() {
	for _, op := range g.ov.Operations {
		if !g.used[op] {
			g.miss("operations.yaml", "%s is not in the document", op.ID)
		}
	}
	for _, m := range g.ov.Models {
		if g.models[m.Go] == nil {
			g.miss("models.yaml", "%s is not used", m.Go)
		}
	}
	for _, m := range g.ov.Params {
		if !g.used[m] {
			g.miss("params.yaml", "%s is not used", m.Go)
		}
	}
	for _, e := range g.ov.Enums {
		for _, at := range e.At {
			if !g.used[at] {
				g.miss("enums.yaml", "%s: there is no field %s", e.Go, at)
			}
		}
	}
	for _, c := range g.ov.Corrections {
		if !g.used[c] {
			g.miss("corrections.yaml", "%s is not used", c.At)
		}
	}
	for key := range g.ov.Fields.Exact {
		if !g.used["doc:"+key] {
			g.miss("fields.yaml", "%s is not used", key)
		}
	}
	for key := range g.ov.Fields.Common {
		if !g.used["doc:"+key] {
			g.miss("fields.yaml", "%s is not used", key)
		}
	}
}

// code collects the text of one Go file.
type code struct {
	strings.Builder
	imports map[string]bool
}

func newCode() *code { return &code{imports: map[string]bool{}} }

func (c *code) p(format string, args ...any) {
	fmt.Fprintf(c, format+"\n", args...)
}

// text adds text as it is.
func (c *code) text(s string) { c.p("%s", strings.TrimSuffix(s, "\n")) }

func (c *code) use(pkg string) { c.imports[pkg] = true }

// linkPrefix starts the paragraph that links to Clerk's documentation.
const linkPrefix = "Clerk's page: "

// comment writes a doc comment, wrapped.
func (c *code) comment(indent, text string) {
	for i, paragraph := range strings.Split(strings.TrimSpace(text), "\n\n") {
		if i > 0 {
			c.p("%s//", indent)
		}
		if strings.HasPrefix(paragraph, linkPrefix) { // links are not broken
			c.p("%s// %s", indent, paragraph)
			continue
		}
		for _, line := range wrap(strings.Join(strings.Fields(paragraph), " "), 110-len(indent)) {
			c.p("%s// %s", indent, line)
		}
	}
}

func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && len(line)+1+len(word) > width {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}

// add formats a file and puts it into the outputs.
func (g *generator) add(name, pkg string, c *code) {
	var b strings.Builder
	b.WriteString(g.mark() + "\n\npackage " + pkg + "\n\n")
	writeImports(&b, c.imports)
	b.WriteString(c.String())
	out, err := format.Source([]byte(b.String()))
	if err != nil {
		g.problems = append(g.problems, fmt.Sprintf("%s: %v", name, err))
		out = []byte(b.String())
	}
	g.files[name] = out
}

func writeImports(b *strings.Builder, imports map[string]bool) {
	if len(imports) == 0 {
		return
	}
	var std, other []string
	for _, pkg := range slices.Sorted(maps.Keys(imports)) {
		if strings.Contains(pkg, ".") {
			other = append(other, pkg)
		} else {
			std = append(std, pkg)
		}
	}
	b.WriteString("import (\n")
	for _, pkg := range std {
		b.WriteString("\t" + quoteImport(pkg) + "\n")
	}
	if len(std) > 0 && len(other) > 0 {
		b.WriteString("\n")
	}
	for _, pkg := range other {
		b.WriteString("\t" + quoteImport(pkg) + "\n")
	}
	b.WriteString(")\n\n")
}

// quoteImport quotes "path" or "name path".
func quoteImport(pkg string) string {
	if name, path, ok := strings.Cut(pkg, " "); ok {
		return fmt.Sprintf("%s %q", name, path)
	}
	return fmt.Sprintf("%q", pkg)
}

func (g *generator) mark() string {
	return "// Code generated by apigen from bapi " + g.doc.version + "; DO NOT EDIT."
}
