package analyzer

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"
)

// planOf finds the call whose params a literal is, and tells whether it stands in one: the same params may belong to two
// functions.
func (m *mover) planOf(lit *ast.CompositeLit, obj *types.TypeName) (plan call, inCall bool) {
	for i := len(m.path) - 1; i >= 0 && i >= len(m.path)-3; i-- {
		outer, ok := m.path[i].(*ast.CallExpr)
		if !ok {
			continue
		}
		fn, ok := m.use(outer.Fun).(*types.Func)
		if !ok || !slices.ContainsFunc(outer.Args, func(e ast.Expr) bool { return e.Pos() <= lit.Pos() && lit.End() <= e.End() }) {
			break
		}
		if plan, ok := known.calls[fn.Pkg().Name()+"."+fn.Name()]; ok {
			return plan, true
		}
	}
	return known.calls[known.params[keyOf(obj)]], false
}

// literal moves the fields of params that are written as a literal.
func (m *mover) literal(lit *ast.CompositeLit) {
	n := structOf(m.pass.TypesInfo.TypeOf(lit))
	if n == nil || !strings.HasSuffix(n.Obj().Name(), "Params") {
		return
	}
	plan, _ := m.planOf(lit, n.Obj())
	for _, elt := range lit.Elts {
		pair, ok := elt.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		key, ok := pair.Key.(*ast.Ident)
		if !ok {
			continue
		}
		if to, ok := plan.fields[key.Name]; ok {
			m.field(keyOf(n.Obj())+"."+key.Name, pair, key, pair.Value, to)
		}
	}
}

// assignment moves an assignment to a field of params.
func (m *mover) assignment(stmt *ast.AssignStmt) {
	if len(stmt.Lhs) != len(stmt.Rhs) {
		return
	}
	for i, left := range stmt.Lhs {
		sel, ok := left.(*ast.SelectorExpr)
		if !ok {
			continue
		}
		n := structOf(m.pass.TypesInfo.TypeOf(sel.X))
		if n == nil {
			continue
		}
		if to, ok := known.calls[known.params[keyOf(n.Obj())]].fields[sel.Sel.Name]; ok {
			m.field(keyOf(n.Obj())+"."+sel.Sel.Name, stmt, sel.Sel, stmt.Rhs[i], to)
		}
	}
}

// field gives a field its name here and its value the type.
func (m *mover) field(what string, whole ast.Node, name *ast.Ident, value ast.Expr, to field) {
	if to.name != "" && to.name != name.Name {
		m.replace(name.Pos(), name.End(), to.name)
		m.report(name, what+": here "+to.name)
	}
	text, isText := m.wrapped(value, "String")
	switch to.rule {
	case "opt":
		m.optional(value)
	case "value":
		m.plain(value)
	case "set":
		m.wrap(value, m.clerk+".Set(", ")")
	case "conv":
		m.convert(value, value, to.typ)
	case "setconv":
		m.wrap(value, m.clerk+".Set("+m.clerk+"."+to.typ+"(", "))")
	case "json":
		if _, ok := m.wrapped(value, "JSONRawMessage"); !ok {
			m.ask(whole, what+": "+rows["clerk.JSONRawMessage"].message())
		}
	case "flat":
		m.flatten(what, whole, value)
	case "valueconv", "optconv":
		switch {
		case !isText:
			m.ask(whole, what+": it is a "+to.typ+" here ("+guide+anchors["client"]+")")
		case to.rule == "optconv":
			m.replace(value.Pos(), value.End(), m.clerk+".Set("+m.clerk+"."+to.typ+"("+m.render(text.Pos(), text.End())+"))")
		default:
			m.convert(value, text, to.typ)
		}
	case "ask":
		message := "it has no counterpart"
		if to.typ != "" {
			message = "its type is " + to.typ + " here"
		}
		m.ask(whole, what+": "+message+" ("+guide+anchors["client"]+")")
	}
}

// wrapped returns x of clerk.String(x) and the like.
func (m *mover) wrapped(value ast.Expr, names ...string) (ast.Expr, bool) {
	call, ok := ast.Unparen(value).(*ast.CallExpr)
	if !ok || len(call.Args) != 1 {
		return nil, false
	}
	fn, ok := m.use(call.Fun).(*types.Func)
	if !ok || fn.Pkg().Path() != official || !slices.Contains(names, fn.Name()) {
		return nil, false
	}
	return call.Args[0], true
}

// optional makes an Opt of a pointer.
func (m *mover) optional(value ast.Expr) {
	if _, ok := m.wrapped(value, "String", "Bool", "Int64"); ok {
		return
	}
	if lit, ok := address(value); ok {
		m.replace(value.Pos(), value.End(), m.clerk+".Set("+m.render(lit.Pos(), lit.End())+")")
		return
	}
	m.wrap(value, m.clerk+".FromPtr(", ")")
}

// plain makes a value of a pointer.
func (m *mover) plain(value ast.Expr) {
	if inner, ok := m.wrapped(value, "String", "Bool", "Int64"); ok {
		m.replace(value.Pos(), value.End(), m.render(inner.Pos(), inner.End()))
		return
	}
	if lit, ok := address(value); ok {
		m.replace(value.Pos(), value.End(), m.render(lit.Pos(), lit.End()))
		return
	}
	m.insert(value.Pos(), "*")
}

// convert makes an enumeration of a string; a literal is one already.
func (m *mover) convert(value, text ast.Expr, typ string) {
	rendered := m.render(text.Pos(), text.End())
	if !m.isConstant(text) {
		rendered = m.clerk + "." + typ + "(" + rendered + ")"
	}
	m.replace(value.Pos(), value.End(), rendered)
}

// address returns the literal of &literal.
func address(value ast.Expr) (*ast.CompositeLit, bool) {
	unary, ok := ast.Unparen(value).(*ast.UnaryExpr)
	if !ok || unary.Op != token.AND {
		return nil, false
	}
	lit, ok := unary.X.(*ast.CompositeLit)
	return lit, ok
}

// flatten puts Limit and Offset among the other fields.
func (m *mover) flatten(what string, whole ast.Node, value ast.Expr) {
	lit, ok := value.(*ast.CompositeLit)
	if _, isAssigned := whole.(*ast.AssignStmt); !ok || isAssigned {
		m.ask(whole, what+": Limit and Offset are fields of the params")
		return
	}
	var texts []string
	for _, elt := range lit.Elts {
		pair, ok := elt.(*ast.KeyValueExpr)
		if !ok {
			m.ask(whole, what+": Limit and Offset are fields of the params")
			return
		}
		m.optional(pair.Value)
		texts = append(texts, m.render(elt.Pos(), elt.End()))
	}
	m.replace(whole.Pos(), whole.End(), strings.Join(texts, ", "))
}
