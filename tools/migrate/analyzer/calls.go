package analyzer

import (
	"go/ast"
	"go/constant"
	"go/types"
	"slices"
	"strconv"
	"strings"
)

// call moves a call of the official SDK.
func (m *mover) call(call *ast.CallExpr) {
	fn, ok := m.use(call.Fun).(*types.Func)
	if !ok {
		return
	}
	if fn.Signature().Recv() != nil {
		m.methodCall(call, fn)
		return
	}
	key := keyOf(fn)
	if plan, ok := known.calls[key]; ok {
		m.report(call.Fun, key+": "+rows[key].message())
		m.replace(call.Fun.Pos(), call.Fun.End(), "client."+plan.method)
		m.arguments(call, key, plan)
		return
	}
	switch {
	case m.special(key, call):
	case fn.Name() == "NewClient" && serviceOf(fn.Pkg().Name()) != "":
		m.replace(call.Pos(), call.End(), "client."+serviceOf(fn.Pkg().Name()))
		m.ask(call, fn.Pkg().Name()+".NewClient: client has the key and the options of the config (clerk.NewClient)")
	default:
		m.askFor(call, fn)
	}
}

// methodCall moves a method of a client such as *user.Client, and of claims.
func (m *mover) methodCall(call *ast.CallExpr, fn *types.Func) {
	sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	recv := structOf(fn.Signature().Recv().Type())
	if !ok || recv == nil {
		return
	}
	key := recv.Obj().Pkg().Name() + "." + fn.Name()
	if plan, ok := known.calls[key]; ok && recv.Obj().Name() == "Client" {
		m.report(call.Fun, key+": "+rows[key].message())
		_, method, _ := strings.Cut(plan.method, ".")
		m.replace(sel.Sel.Pos(), sel.Sel.End(), method)
		m.arguments(call, key, plan)
		return
	}
	if check := claimChecks[recv.Obj().Name()+"."+fn.Name()]; check != "" {
		m.report(call.Fun, "claims."+fn.Name()+": "+rows["claims."+fn.Name()].message())
		m.insert(sel.X.Pos(), "clerkauth.NewState(")
		m.replace(sel.X.End(), sel.End(), ").Has(clerkauth."+check)
		m.insert(call.End(), ")")
		return
	}
	m.askFor(call, fn)
}

// arguments puts the arguments of a call in the order that they have here.
func (m *mover) arguments(call *ast.CallExpr, key string, plan call) {
	if slices.Contains(plan.args, "?") {
		m.ask(call, key+": the params are another list here, "+plan.method)
		return
	}
	given := call.Args[1:]
	if !m.reordered(plan, len(given)) {
		return
	}
	lit := inlineLiteral(given)
	var texts []string
	for _, arg := range plan.args {
		number, err := strconv.Atoi(arg)
		switch {
		case err == nil && number <= len(given):
			texts = append(texts, m.render(given[number-1].Pos(), given[number-1].End()))
		case arg == "nil":
			texts = append(texts, "nil")
		case arg == "params" && lit != nil:
			m.drop(lit, plan.args)
			texts = append(texts, m.render(given[len(given)-1].Pos(), given[len(given)-1].End()))
		case lit != nil && element(lit, arg) != nil:
			texts = append(texts, m.positional(element(lit, arg).Value))
		default:
			m.ask(call, key+": "+arg+" of the params is an argument of "+plan.method)
			return
		}
	}
	m.replace(call.Args[0].End(), call.Rparen, strings.Join(append([]string{""}, texts...), ", "))
}

// reordered tells whether the arguments differ from those of the official function.
func (m *mover) reordered(plan call, given int) bool {
	if len(plan.args) != given {
		return true
	}
	for i, arg := range plan.args {
		if arg != "params" && arg != strconv.Itoa(i+1) {
			return true
		}
	}
	return false
}

// positional renders the value of a field that is an argument here: a plain string.
func (m *mover) positional(value ast.Expr) string {
	if _, isPointer := m.pass.TypesInfo.TypeOf(value).(*types.Pointer); isPointer {
		m.plain(value)
	}
	return m.render(value.Pos(), value.End())
}

// inlineLiteral returns the params that are written in the call itself, or nil.
func inlineLiteral(args []ast.Expr) *ast.CompositeLit {
	if len(args) == 0 {
		return nil
	}
	address, ok := args[len(args)-1].(*ast.UnaryExpr)
	if !ok {
		return nil
	}
	lit, _ := address.X.(*ast.CompositeLit)
	return lit
}

func element(lit *ast.CompositeLit, name string) *ast.KeyValueExpr {
	for _, elt := range lit.Elts {
		if pair, ok := elt.(*ast.KeyValueExpr); ok {
			if key, ok := pair.Key.(*ast.Ident); ok && key.Name == name {
				return pair
			}
		}
	}
	return nil
}

// drop removes the elements of a literal that became arguments.
func (m *mover) drop(lit *ast.CompositeLit, names []string) {
	gone := func(i int) bool {
		pair, ok := lit.Elts[i].(*ast.KeyValueExpr)
		if !ok {
			return false
		}
		key, ok := pair.Key.(*ast.Ident)
		return ok && slices.Contains(names, key.Name)
	}
	last := -1 // the last element that stays
	for i := range lit.Elts {
		if !gone(i) {
			last = i
		}
	}
	for i, elt := range lit.Elts {
		switch {
		case !gone(i):
		case last < 0:
			m.replace(lit.Lbrace+1, lit.Rbrace, "")
			return
		case i < last:
			m.replace(elt.Pos(), lit.Elts[i+1].Pos(), "")
		default:
			m.replace(lit.Elts[i-1].End(), elt.End(), "")
		}
	}
}

// isConstant tells whether the compiler converts a value to an enumeration by itself.
func (m *mover) isConstant(e ast.Expr) bool {
	value := m.pass.TypesInfo.Types[e].Value
	_, isLiteral := ast.Unparen(e).(*ast.BasicLit)
	return isLiteral && value != nil && value.Kind() == constant.String
}
