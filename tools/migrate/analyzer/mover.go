package analyzer

import (
	"go/ast"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// mover moves one file.
type mover struct {
	pass   *analysis.Pass
	file   *ast.File
	source []byte
	root   *ast.ImportSpec // of the official root package, or nil
	clerk  string          // the name that the file has for core
	edits  []edit
	asked  map[int][]string // comments by line
	path   []ast.Node       // the nodes around the one that is looked at
	done   map[ast.Node]bool
}

func newMover(pass *analysis.Pass, file *ast.File) *mover {
	m := &mover{pass: pass, file: file, clerk: "clerk", asked: make(map[int][]string), done: make(map[ast.Node]bool)}
	for _, spec := range file.Imports {
		if strings.Trim(spec.Path.Value, `"`) != official {
			continue
		}
		m.root = spec
		if spec.Name != nil {
			m.clerk = spec.Name.Name
		}
	}
	return m
}

// move looks at each node after those inside of it.
func (m *mover) move() {
	source, err := m.pass.ReadFile(m.pass.Fset.File(m.file.FileStart).Name())
	if err != nil {
		return
	}
	m.source = source
	ast.Inspect(m.file, func(n ast.Node) bool {
		if n != nil {
			m.path = append(m.path, n)
			return true
		}
		last := m.path[len(m.path)-1]
		m.path = m.path[:len(m.path)-1]
		m.visit(last)
		return true
	})
}

// parent returns the node around the one that is looked at.
func (m *mover) parent() ast.Node {
	if len(m.path) == 0 {
		return nil
	}
	return m.path[len(m.path)-1]
}

func (m *mover) visit(n ast.Node) {
	switch n := n.(type) {
	case *ast.CallExpr:
		m.call(n)
	case *ast.CompositeLit:
		m.literal(n)
	case *ast.AssignStmt:
		m.assignment(n)
	case *ast.SelectorExpr:
		m.selector(n)
	}
}

// use returns the object of the official SDK that an expression names, or nil.
func (m *mover) use(e ast.Expr) types.Object {
	var obj types.Object
	switch e := ast.Unparen(e).(type) {
	case *ast.SelectorExpr:
		obj = m.pass.TypesInfo.Uses[e.Sel]
	case *ast.Ident:
		obj = m.pass.TypesInfo.Uses[e]
	}
	if !isOfficial(obj) {
		return nil
	}
	return obj
}

// selector moves names of the official SDK: types, fields of results, and functions that nobody calls.
func (m *mover) selector(sel *ast.SelectorExpr) {
	if selection := m.pass.TypesInfo.Selections[sel]; selection != nil {
		if selection.Kind() == types.FieldVal {
			m.resultField(sel, selection)
		}
		return
	}
	switch obj := m.use(sel).(type) {
	case *types.TypeName:
		m.typeName(sel, obj)
	case *types.Func:
		if call, ok := m.parent().(*ast.CallExpr); !ok || ast.Unparen(call.Fun) != sel {
			m.askFor(sel, obj)
		}
	case *types.Const:
		if value := known.types[obj.Name()]; obj.Pkg().Path() == official && value != "" {
			m.rename(sel, obj, value)
		}
	case *types.Var:
		m.askFor(sel, obj)
	}
}

// askFor leaves a name to a person, with what the guide says of it.
func (m *mover) askFor(n ast.Node, obj types.Object) {
	message := "there is nothing like it (" + guide + ")"
	if r, ok := rows[keyOf(obj)]; ok {
		message = r.message()
	}
	m.ask(n, keyOf(obj)+": "+message)
}

// typeName moves a type.
func (m *mover) typeName(sel *ast.SelectorExpr, obj *types.TypeName) {
	switch pkg := obj.Pkg().Path(); {
	case pkg == official && obj.Name() == "SessionClaims":
		m.rename(sel, obj, "clerkauth.SessionClaims")
	case pkg == official && obj.Name() == "APIErrorResponse":
		m.rename(sel, obj, m.clerk+".APIError")
	case pkg == official && obj.Name() == "ListParams":
		// its literals are moved with the params around them
	case pkg == official:
		target, differs := known.types[obj.Name()]
		if differs && target == "" {
			m.askFor(sel, obj)
			return
		}
		if differs && target != obj.Name() {
			m.rename(sel, obj, m.qualified(target))
		}
	case obj.Name() == "Client" && serviceOf(obj.Pkg().Name()) != "":
		m.rename(sel, obj, m.clerk+"."+serviceOf(obj.Pkg().Name())+"Service")
	case known.params[keyOf(obj)] != "":
		m.params(sel, obj)
	case obj.Name() == "VerifyParams" && pkg == official+"/jwt":
		// moved with its call
	default:
		m.askFor(sel, obj)
	}
}

// qualified names a type of core in the file; it may be a list of another one.
func (m *mover) qualified(target string) string {
	if item, ok := strings.CutPrefix(target, "List["); ok {
		return m.clerk + ".List[" + m.clerk + "." + item
	}
	return m.clerk + "." + target
}

// params moves the type of params; a literal in a call has the type of that call.
func (m *mover) params(sel *ast.SelectorExpr, obj *types.TypeName) {
	plan, inCall := known.calls[known.params[keyOf(obj)]], false
	if lit, ok := m.parent().(*ast.CompositeLit); ok && lit.Type == sel {
		plan, inCall = m.planOf(lit, obj)
	}
	switch {
	case plan.params != "":
		m.rename(sel, obj, m.clerk+"."+plan.params)
	case !inCall:
		m.ask(sel, keyOf(obj)+": its fields are arguments of client."+plan.method+" ("+guide+anchors["client"]+")")
	}
}

func (m *mover) rename(sel *ast.SelectorExpr, obj types.Object, to string) {
	m.replace(sel.Pos(), sel.End(), to)
	m.report(sel, keyOf(obj)+": here "+to)
}

// serviceOf returns the service that takes the place of a package, such as Users for user.
func serviceOf(pkg string) string {
	for name, plan := range known.calls {
		if before, _, _ := strings.Cut(name, "."); before == pkg {
			service, _, _ := strings.Cut(plan.method, ".")
			return service
		}
	}
	return ""
}
