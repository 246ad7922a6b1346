package analyzer

import (
	"flag"
	"go/types"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"golang.org/x/tools/go/packages"
)

var update = flag.Bool("update", false, "write plans_gen.tsv")

const here = "github.com/clerkgo/clerk-go/core"

// TestPlans compares the types of both SDKs with what plans_gen.tsv says of them.
func TestPlans(t *testing.T) {
	t.Parallel()
	found := load(t)
	c := &comparison{official: found, core: found[here], types: make(map[string]string)}
	text := c.compare(t)
	if *update {
		if err := os.WriteFile("plans_gen.tsv", []byte(text), 0o644); err != nil { //nolint:gosec // a file of the repository
			t.Fatal(err)
		}
		return
	}
	if text != plans {
		t.Error("plans_gen.tsv is not up to date: go test ./analyzer -run TestPlans -update")
	}
}

// TestTable_NamesEveryFunction looks for each exported function of the official SDK in the table.
func TestTable_NamesEveryFunction(t *testing.T) {
	t.Parallel()
	functions := 0
	for path, pkg := range load(t) {
		if path == here || strings.HasPrefix(path, official+"/cmd/") {
			continue
		}
		for _, name := range pkg.Scope().Names() {
			fn, ok := pkg.Scope().Lookup(name).(*types.Func)
			if !ok || !fn.Exported() || name == "NewClient" {
				continue
			}
			functions++
			if _, found := rows[keyOf(fn)]; !found {
				t.Errorf("no row for %s", keyOf(fn))
			}
		}
	}
	if functions < 190 {
		t.Errorf("got %d functions, want all of the official SDK", functions)
	}
}

// both loads the packages of both SDKs, once for all tests.
var both = sync.OnceValues(func() ([]*packages.Package, error) {
	return packages.Load(&packages.Config{
		Mode: packages.NeedName | packages.NeedTypes | packages.NeedImports | packages.NeedDeps,
		Dir:  "testdata", Env: append(os.Environ(), "GOWORK=off"),
	}, official+"/...", here)
})

func load(t *testing.T) map[string]*types.Package {
	t.Helper()
	pkgs, err := both()
	if err != nil {
		t.Fatal(err)
	}
	found := make(map[string]*types.Package)
	for _, p := range pkgs {
		for _, err := range p.Errors {
			t.Fatal(err)
		}
		found[p.PkgPath] = p.Types
	}
	return found
}

// comparison writes plans_gen.tsv.
type comparison struct {
	official map[string]*types.Package
	core     *types.Package
	types    map[string]string // official name of a result to ours
	lines    []string
}

func (c *comparison) compare(t *testing.T) string {
	t.Helper()
	for _, name := range sortedKeys(rows) {
		r := rows[name]
		if r.section != "functions" {
			continue
		}
		pkg, fn, _ := strings.Cut(name, ".")
		before, ok := c.official[official+"/"+pkg].Scope().Lookup(fn).(*types.Func)
		if !ok {
			t.Errorf("the official SDK has no %s", name)
			continue
		}
		method := strings.TrimPrefix(strings.Trim(strings.Fields(r.here)[0], "`;"), "client.")
		after := c.method(method)
		if after == nil {
			t.Errorf("client has no %s, which takes the place of %s", method, name)
			continue
		}
		c.function(name, method, before.Signature(), after.Signature())
	}
	c.roots()
	slices.Sort(c.lines)
	return strings.Join(slices.Compact(c.lines), "\n") + "\n"
}

// method finds Service.Method on a field of Client.
func (c *comparison) method(name string) *types.Func {
	service, method, _ := strings.Cut(name, ".")
	client := c.core.Scope().Lookup("Client").Type()
	obj, _, _ := types.LookupFieldOrMethod(client, true, c.core, service)
	if obj == nil {
		return nil
	}
	found, _, _ := types.LookupFieldOrMethod(obj.Type(), true, c.core, method)
	fn, _ := found.(*types.Func)
	return fn
}

// function writes how one function is called here.
func (c *comparison) function(name, method string, before, after *types.Signature) {
	var params *types.Named
	numbers := 0
	for i := 1; i < before.Params().Len(); i++ {
		if n := named(before.Params().At(i).Type()); n != nil {
			params = n
		} else {
			numbers++
		}
	}
	fields := officialFields(params)
	args, target, used := c.arguments(after, fields, numbers, params != nil)
	var rules []string
	for _, f := range fields {
		if !used[f.Name()] {
			rules = append(rules, f.Name()+"="+fieldRule(f, target))
		}
	}
	targetName := ""
	if target != nil {
		targetName = target.Obj().Name()
	}
	c.lines = append(c.lines, strings.Join([]string{"func", name, method, strings.Join(args, ","), targetName, strings.Join(rules, " ")}, "\t"))
	if params != nil {
		key := params.Obj().Pkg().Name() + "." + params.Obj().Name()
		if verb := strings.TrimSuffix(params.Obj().Name(), "Params"); strings.HasSuffix(name, "."+verb) {
			c.lines = append(c.lines, "params\t"+key+"\t"+name)
		}
	}
	c.result(before, after)
}

// arguments pairs the arguments here with those of the official function and the fields of its params.
func (c *comparison) arguments(after *types.Signature, fields []*types.Var, numbers int, hasParams bool) (args []string, target *types.Named, used map[string]bool) {
	used = make(map[string]bool)
	next := 1
	for i := 1; i < after.Params().Len(); i++ {
		p := after.Params().At(i)
		if after.Variadic() && i == after.Params().Len()-1 {
			break
		}
		switch n := named(p.Type()); {
		case n != nil && hasParams:
			args, target = append(args, "params"), n
		case n != nil:
			args = append(args, "nil")
		case next <= numbers:
			args, next = append(args, strconv.Itoa(next)), next+1
		default:
			name := fieldFor(p.Name(), fields)
			args = append(args, name)
			used[name] = true
		}
	}
	return args, target, used
}

// fieldFor finds the field that an argument takes the place of, such as OrganizationID for organizationID.
func fieldFor(argument string, fields []*types.Var) string {
	best := "?"
	for _, f := range fields {
		name, arg := strings.ToLower(f.Name()), strings.ToLower(argument)
		if name == arg {
			return f.Name()
		}
		if name == "id" || strings.HasSuffix(arg, name) || strings.HasSuffix(name, arg) {
			best = f.Name()
		}
	}
	return best
}

// fieldRule says where a field goes: Here:rule:type.
func fieldRule(f *types.Var, target *types.Named) string {
	if target == nil {
		return ":ask:"
	}
	if f.Name() == "ListParams" {
		return ":flat:"
	}
	for _, same := range []func(a, b string) bool{strings.EqualFold, sameSingular} {
		for _, g := range officialFields(target) {
			if same(f.Name(), g.Name()) {
				rule, typ := valueRule(f.Type(), g.Type())
				return g.Name() + ":" + rule + ":" + typ
			}
		}
	}
	return ":ask:"
}

// sameSingular compares names as Statuses and Status, EmailAddresses and EmailAddress.
func sameSingular(a, b string) bool {
	return strings.EqualFold(strings.TrimSuffix(a, "es"), b) || strings.EqualFold(strings.TrimSuffix(a, "s"), b)
}

// valueRule says how a value of a field becomes one here.
func valueRule(before, after types.Type) (rule, typ string) {
	b, a := short(before), short(after)
	plain := strings.TrimSuffix(strings.TrimPrefix(a, "Opt["), "]")
	isOpt := plain != a
	enum := named(after)
	if isOpt {
		enum = named(enum.TypeArgs().At(0))
	}
	isEnum := enum != nil && short(enum.Underlying()) == "string"
	switch {
	case b == a:
		return "same", ""
	case plain == "Metadata" && strings.HasSuffix(b, "RawMessage"):
		return "json", ""
	case isOpt && b == "*"+plain:
		return "opt", ""
	case isOpt && b == plain:
		return "set", ""
	case !isOpt && b == "*"+a:
		return "value", ""
	case isEnum && b == "string":
		return map[bool]string{true: "setconv", false: "conv"}[isOpt], plain
	case isEnum && b == "*string":
		return map[bool]string{true: "optconv", false: "valueconv"}[isOpt], plain
	default:
		return "ask", a
	}
}

// result notes types of results that have another name here.
func (c *comparison) result(before, after *types.Signature) {
	if before.Results().Len() < 2 || after.Results().Len() < 2 {
		return
	}
	b, a := named(before.Results().At(0).Type()), named(after.Results().At(0).Type())
	if b == nil || a == nil || b.Obj().Pkg().Path() != official {
		return
	}
	c.types[b.Obj().Name()] = short(types.Unalias(a))
}

// roots compares what the root package of the official SDK exports.
func (c *comparison) roots() {
	scope := c.official[official].Scope()
	for _, name := range scope.Names() {
		obj := scope.Lookup(name)
		if !obj.Exported() {
			continue
		}
		if value, ok := obj.(*types.Const); ok && c.core.Scope().Lookup(name) == nil {
			c.lines = append(c.lines, "type\t"+name+"\t"+value.Val().ExactString())
		}
		if _, ok := obj.(*types.TypeName); !ok {
			continue
		}
		target, found := c.types[name]
		twin := c.core.Scope().Lookup(strings.TrimSuffix(target, "]"))
		if !found {
			twin = c.core.Scope().Lookup(name)
		}
		switch {
		case found:
			c.lines = append(c.lines, "type\t"+name+"\t"+target)
		case twin == nil:
			c.lines = append(c.lines, "type\t"+name+"\t")
		}
		c.results(name, obj.Type(), twin, target)
	}
}

// results notes the fields of a type that differ here.
func (c *comparison) results(name string, before types.Type, twin types.Object, target string) {
	for _, f := range officialFields(named(before)) {
		key := "field\t" + name + "." + f.Name() + "\t"
		if strings.HasPrefix(target, "List[") {
			if f.Name() != "TotalCount" {
				c.lines = append(c.lines, key+"Data\t")
			} else {
				c.lines = append(c.lines, key+"TotalCount\tit counts only where HasTotal is set")
			}
			continue
		}
		if twin == nil {
			continue
		}
		note, here := "there is none here", ""
		for _, g := range officialFields(named(twin.Type())) {
			if strings.EqualFold(f.Name(), g.Name()) {
				here, note = g.Name(), ""
				if b, a := short(f.Type()), short(g.Type()); a != b {
					note = b + " is " + a + " here"
				}
			}
		}
		if note != "" || here != f.Name() {
			c.lines = append(c.lines, key+here+"\t"+note)
		}
	}
}

// officialFields lists the exported fields of a struct, those that are embedded for the transport left out.
func officialFields(n *types.Named) []*types.Var {
	if n == nil {
		return nil
	}
	str, ok := n.Underlying().(*types.Struct)
	if !ok {
		return nil
	}
	var fields []*types.Var
	for f := range str.Fields() {
		if f.Exported() && !slices.Contains([]string{"APIParams", "APIResource"}, f.Name()) {
			fields = append(fields, f)
		}
	}
	return fields
}

func named(t types.Type) *types.Named {
	if p, ok := t.(*types.Pointer); ok {
		t = p.Elem()
	}
	n, _ := types.Unalias(t).(*types.Named)
	return n
}

// short prints a type without the packages of both SDKs.
func short(t types.Type) string {
	return types.TypeString(t, func(p *types.Package) string {
		if p.Path() == here || strings.HasPrefix(p.Path(), official) {
			return ""
		}
		return p.Name()
	})
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// TestAnchors looks for the heading of each section in the guide.
func TestAnchors(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "09-migrating.md"))
	if err != nil {
		t.Fatal(err)
	}
	dropped := regexp.MustCompile(`[^a-z0-9 -]`)
	headings := make(map[string]bool)
	for line := range strings.Lines(string(text)) {
		if title, ok := strings.CutPrefix(strings.TrimSpace(line), "## "); ok {
			title = dropped.ReplaceAllString(strings.ToLower(title), "")
			headings["#"+strings.ReplaceAll(title, " ", "-")] = true
		}
	}
	for name, row := range rows {
		if anchor, ok := anchors[row.section]; !ok || !headings[anchor] {
			t.Errorf("%s links to %q of the guide, which has no such heading", name, anchor)
		}
	}
}
