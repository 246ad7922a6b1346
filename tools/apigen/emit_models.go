package main

import (
	"maps"
	"slices"
	"strings"
)

// emitModels writes the types of answers, one file for each subject.
func (g *generator) emitModels() {
	files := map[string][]string{}
	for _, name := range g.responseModels() {
		file := g.modelFile(name)
		files[file] = append(files[file], name)
	}
	for _, file := range slices.Sorted(maps.Keys(files)) {
		c := newCode()
		for _, name := range files[file] {
			g.emitStruct(c, g.models[name], false)
			g.emitAlias(c, name)
		}
		g.add("models_"+file+"_gen.go", "clerk", c)
	}
}

// modelFile is the subject that the overlay gives a model.
func (g *generator) modelFile(name string) string {
	for _, m := range g.ov.Models {
		if m.Go == name && m.File != "" {
			return m.File
		}
	}
	g.problems = append(g.problems, "models.yaml: "+name+" has no file")
	return "unknown"
}

// emitAlias writes the second name of a type, for APIs that are the same under two names.
func (g *generator) emitAlias(c *code, name string) {
	for _, m := range g.ov.Models {
		if m.Go == name && m.Alias != "" {
			c.p("// %s is %s under the name that its own service uses.", m.Alias, name)
			c.p("type %s = %s\n", m.Alias, name)
		}
	}
}

// emitNested writes the objects inside a params struct, where they are first used.
func (g *generator) emitNested(c *code, m *goModel) {
	for _, f := range m.fields {
		name := strings.NewReplacer("Opt[", "", "]", "", "[", "", "*", "").Replace(f.typ)
		nested := g.models[name]
		if nested == nil || !nested.request || g.emitted[name] {
			continue
		}
		g.emitted[name] = true
		g.emitStruct(c, nested, false)
		g.emitNested(c, nested)
	}
}

// emitEnums writes all open string types.
func (g *generator) emitEnums() {
	c := newCode()
	for _, e := range g.enumList {
		o := e.overlay
		if o.Doc == "" {
			g.problems = append(g.problems, "enums.yaml: "+o.Go+" has no doc")
		}
		c.comment("", o.Go+" "+o.Doc+" Values that are not listed here pass through.")
		c.p("type %s string\n", o.Go)
		c.p("// The known values of %s.", o.Go)
		c.p("const (")
		for _, v := range e.values {
			c.p("\t%s%s %s = %q", o.Go, enumConst(o, v), o.Go, v)
		}
		c.p(")\n")
	}
	g.add("enums_gen.go", "clerk", c)
}

func enumConst(o *enumOverlay, value string) string {
	if name, ok := o.Names[value]; ok {
		return name
	}
	if rest, ok := strings.CutPrefix(value, "-"); ok {
		return "Not" + goName(rest)
	}
	return goName(value)
}
