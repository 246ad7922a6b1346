package analyzer

import (
	"go/ast"
	"go/types"
	"strings"
)

// claimFields are the fields of the claims that have another name here.
var claimFields = map[string]string{
	"ActiveOrganizationID": "OrgID", "ActiveOrganizationSlug": "OrgSlug", "ActiveOrganizationRole": "OrgRole",
	"ActiveOrganizationPermissions": "OrgPermissions()",
}

// claimAsks are the fields of the claims whose type differs so much that a person has to look.
var claimAsks = map[string]string{
	"Expiry": "claims.Expiry", "IssuedAt": "claims.Expiry", "NotBefore": "claims.Expiry",
	"Actor": "claims.Actor", "FactorVerificationAge": "claims.FactorVerificationAge", "Custom": "claims.Custom",
}

// claimChecks are the methods of the claims that are checks here.
var claimChecks = map[string]string{"SessionClaims.HasPermission": "HasPermission", "SessionClaims.HasRole": "HasRole"}

// special moves the functions of the official SDK that no method of a service takes the place of.
func (m *mover) special(key string, call *ast.CallExpr) bool {
	switch key {
	case "clerk.SetKey":
		m.setKey(call)
	case "clerk.JSONRawMessage":
		m.rawJSON(call)
	case "clerk.SessionClaimsFromContext":
		m.claims(call)
	case "clerk.ContextWithSessionClaims":
		m.contextWithClaims(call)
	case "jwt.Verify":
		m.verify(call)
	case "clerkhttp.WithHeaderAuthorization", "clerkhttp.RequireHeaderAuthorization":
		m.middleware(call)
	case "clerk.String", "clerk.Bool", "clerk.Int64":
		// the same names, of type Opt
	default:
		return false
	}
	return true
}

// setUp is what setKey adds at the end of a file that calls clerk.SetKey.
const setUp = `
// client calls Clerk's API.
// MIGRATE: hand it to those who need it instead of keeping it here.
var client *CLERK.Client

// setKey makes what takes the place of the official SDK's global key.
func setKey(secretKey string) {
	made, err := CLERK.NewClient(secretKey)
	if err != nil {
		panic(err)
	}
	client = made
}
`

const setUpRequests = `
// client calls Clerk's API, authn verifies requests.
// MIGRATE: hand them to those who need them instead of keeping them here.
var (
	client *CLERK.Client
	authn  *clerkauth.Authenticator
)

// setKey makes what takes the place of the official SDK's global key. The answers are those of its middleware.
func setKey(secretKey string) {
	made, err := CLERK.NewClient(secretKey)
	if err != nil {
		panic(err)
	}
	client = made
	authn, err = clerkauth.New(clerkauth.Config{SecretKey: secretKey, HeaderOnly: true, AllowMissingAuthorizedParty: true})
	if err != nil {
		panic(err)
	}
}
`

// setKey makes a client of the package, where it has none, and an authenticator where it verifies requests.
func (m *mover) setKey(call *ast.CallExpr) {
	m.report(call, "clerk.SetKey: "+rows["clerk.SetKey"].message())
	m.replace(call.Fun.Pos(), call.Fun.End(), "setKey")
	scope := m.pass.Pkg.Scope()
	if scope.Lookup("client") != nil || scope.Lookup("authn") != nil || scope.Lookup("setKey") != nil || m.done[m.file] {
		return
	}
	m.done[m.file] = true
	text := setUp
	for _, imported := range m.pass.Pkg.Imports() {
		if path := imported.Path(); path == official+"/http" || path == official+"/jwt" {
			text = setUpRequests
		}
	}
	m.insert(m.file.FileEnd, strings.ReplaceAll(text, "CLERK", m.clerk))
}

func (m *mover) rawJSON(call *ast.CallExpr) {
	m.report(call, "clerk.JSONRawMessage: "+rows["clerk.JSONRawMessage"].message())
	m.replace(call.Fun.Pos(), call.Fun.End(), m.clerk+".JSON")
}

// claims makes two values of one call, which fits wherever the call stood.
func (m *mover) claims(call *ast.CallExpr) {
	m.report(call, "clerk.SessionClaimsFromContext: "+rows["clerk.SessionClaimsFromContext"].message())
	if assign, ok := m.parent().(*ast.AssignStmt); !ok || len(assign.Rhs) != 1 {
		m.askFor(call, m.use(call.Fun))
		return
	}
	ctx := m.render(call.Args[0].Pos(), call.Args[0].End())
	state := "clerkauth.FromContext(" + ctx + ")"
	m.replace(call.Pos(), call.End(), state+".Claims(), "+state+".SignedIn()")
}

func (m *mover) contextWithClaims(call *ast.CallExpr) {
	m.report(call, "clerk.ContextWithSessionClaims: "+rows["clerk.ContextWithSessionClaims"].message())
	m.replace(call.Fun.Pos(), call.Fun.End(), "clerkauth.NewContext")
	m.wrap(call.Args[1], "clerkauth.NewState(", ")")
}

// verify moves jwt.Verify where the params hold the token alone.
func (m *mover) verify(call *ast.CallExpr) {
	lit := inlineLiteral(call.Args)
	if lit == nil || len(lit.Elts) != 1 || element(lit, "Token") == nil {
		m.askFor(call, m.use(call.Fun))
		return
	}
	m.report(call, "jwt.Verify: "+rows["jwt.Verify"].message())
	token := element(lit, "Token").Value
	text := m.render(token.Pos(), token.End())
	m.replace(call.Args[1].Pos(), call.Args[1].End(), text)
	m.replace(call.Fun.Pos(), call.Fun.End(), "authn.Verify")
}

// middleware moves a middleware without options. One with options stays until a person has put them into the Config: to
// drop one of them would let more requests in.
func (m *mover) middleware(call *ast.CallExpr) {
	key := keyOf(m.use(call.Fun))
	outer, applied := m.parent().(*ast.CallExpr)
	applied = applied && outer.Fun == call && len(outer.Args) == 1
	if len(call.Args) > 0 || (key == "clerkhttp.RequireHeaderAuthorization" && !applied) {
		m.askFor(call, m.use(call.Fun))
		return
	}
	m.report(call, key+": "+rows[key].message())
	m.replace(call.Pos(), call.End(), "clerkauth.Middleware(authn, clerkauth.RejectInvalid())")
	if key == "clerkhttp.RequireHeaderAuthorization" {
		m.wrap(outer.Args[0], "clerkauth.RequireAuth()(", ")")
	}
}

// resultField moves a field of what Clerk answered, or of the claims.
func (m *mover) resultField(sel *ast.SelectorExpr, selection *types.Selection) {
	n := structOf(selection.Recv())
	if n == nil || n.Obj().Pkg().Path() != official {
		return
	}
	name := sel.Sel.Name
	what := n.Obj().Name() + "." + name
	if n.Obj().Name() == "SessionClaims" {
		m.claimField(sel, name)
		return
	}
	if what == "APIErrorResponse.HTTPStatusCode" {
		m.replace(sel.Sel.Pos(), sel.Sel.End(), "StatusCode")
		return
	}
	change, differs := known.fields[what]
	if !differs {
		return
	}
	if change.name != "" && change.name != name {
		m.replace(sel.Sel.Pos(), sel.Sel.End(), change.name)
		m.report(sel, what+": here "+change.name)
	}
	m.resultType(sel, what, change)
}

// resultType moves a value whose type differs here.
func (m *mover) resultType(sel *ast.SelectorExpr, what string, change change) {
	before, after, _ := strings.Cut(strings.TrimSuffix(change.note, " here"), " is ")
	star, isStar := m.parent().(*ast.StarExpr)
	switch {
	case change.note == "", after == "Metadata", strings.HasPrefix(before, "[]*"):
		// the same name, or a type that is used in the same way
	case before == "int64" && after == "Timestamp":
		m.report(sel, what+": "+change.note)
		m.wrap(sel, "int64(", ")")
	case before == "*"+after && isStar:
		m.report(sel, what+": "+change.note)
		m.replace(star.Star, star.Star+1, "")
	default:
		m.ask(sel, what+": "+change.note+" ("+guide+anchors["client"]+")")
	}
}

func (m *mover) claimField(sel *ast.SelectorExpr, name string) {
	if to := claimFields[name]; to != "" {
		m.replace(sel.Sel.Pos(), sel.Sel.End(), to)
		m.report(sel, "claims."+name+": here "+to)
	}
	if row := claimAsks[name]; row != "" {
		m.ask(sel, "claims."+name+": "+rows[row].message())
	}
}
