package main

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/clerkgo/clerk-go/clerktest"
)

// The paths of the documents by which clients find the authorization server.
const (
	resourceMetadata = "/.well-known/oauth-protected-resource/mcp"
	serverMetadata   = "/.well-known/oauth-authorization-server"
)

// signInRows has every client at every server.
func signInRows(b *browser) (rows []row) {
	for _, k := range []kind{
		{name: "TypeScript v1", open: openNode("v1"), asksFirst: true, stepsUp: true, losesScopes: true, known: true},
		{name: "TypeScript v1, registers", open: openNode("v1"), asksFirst: true, asksForAll: true},
		{name: "TypeScript v2", open: openNode("v2"), asksFirst: true, stepsUp: true, known: true},
		{name: "TypeScript v2, registers", open: openNode("v2"), asksFirst: true, asksForAll: true},
		{name: "TypeScript v2 in a page", origin: b.start, open: b.open, asksFirst: true, stepsUp: true, known: true},
		{name: "TypeScript v2 in a page, registers", origin: b.start, open: b.open, asksFirst: true, asksForAll: true},
		{name: "go-sdk", open: openSDK, asksFirst: true, stepsUp: true, life: 11},
		{name: "mcp-go", open: openMCPGo},
	} {
		for _, l := range libraries {
			rows = append(rows, row{client: k.name, server: l.name, run: func(ctx context.Context, r *report) { signInSteps(ctx, r, k, l) }})
		}
	}
	return rows
}

// visit is one client at one server.
type visit struct {
	*world

	kind   kind
	client client
}

// signInSteps takes the ten steps.
func signInSteps(ctx context.Context, r *report, k kind, l library) {
	v := &visit{kind: k}
	r.step("start", func() error { return v.start(ctx, l) })
	if v.world != nil {
		defer v.close()
	}
	if v.client != nil {
		defer v.client.close()
	}
	r.step("connect", func() error { return v.client.connect(ctx, !k.losesScopes) })
	if k.asksFirst {
		r.step("1 challenge", v.challenged)
	} else {
		r.cannot("1 challenge", "the client signs in before its first request")
	}
	r.step("2 discovery", v.discovered)
	if k.known {
		r.cannot("3 registration", "the client is known")
	} else {
		r.step("3 registration", v.registered)
	}
	r.step("4 authorization", v.authorized)
	r.step("5 token, call", func() error { return v.calls(ctx, "read") })
	switch {
	case k.asksForAll:
		r.step("6 call with another scope", func() error { return v.calls(ctx, "write") })
	case k.stepsUp:
		r.step("6 step-up", func() error { return v.stepsUp(ctx) })
	default:
		r.step("6 refusal", func() error { return v.refused(ctx) })
	}
	r.step("7 refresh", func() error { return v.refreshes(ctx) })
	r.step("8 revocation", func() error { return v.signsInAgain(ctx) })
	r.step("9 somebody else's session", func() error { return v.keepsOthersOut(ctx) })
	r.step("10 another resource", func() error { return v.refusesOtherResource(ctx) })
}

// start starts a world and the client.
func (v *visit) start(ctx context.Context, l library) (err error) {
	s, redirectURI, id := setup{library: l, asksForAll: v.kind.asksForAll}, callback, ""
	if v.kind.origin != nil {
		if s.origin, err = v.kind.origin(); err != nil {
			return err
		}
		redirectURI = s.origin + "/callback"
	}
	if v.world, err = newWorld(s); err != nil {
		return err
	}
	if v.kind.known {
		id = v.addClient(redirectURI)
	}
	v.client, err = v.kind.open(ctx, v.world, id)
	return err
}

// firstScopes are those that the server tells a client without a token.
func (v *visit) firstScopes() []string {
	if v.kind.asksForAll {
		return []string{scopeRead, scopeWrite}
	}
	return []string{scopeRead}
}

// challenged holds the first answer of the server: it says where to get a token, and with which scope.
func (v *visit) challenged() error {
	for _, e := range v.server.list(0) {
		if e.path != "/mcp" {
			continue
		}
		metadata := strings.TrimSuffix(v.url, "/mcp") + resourceMetadata
		return want(e.status == http.StatusUnauthorized && e.challenge == `Bearer scope="`+strings.Join(v.firstScopes(), " ")+`", resource_metadata="`+metadata+`"`,
			"the first answer is %d %s", e.status, e.challenge)
	}
	return want(false, "the server was not asked")
}

// discovered holds where the client looked: the first addresses are the right ones, and none is missing.
func (v *visit) discovered() error {
	looked := func(j *journal) (paths []string) {
		for _, e := range j.list(0) {
			if strings.HasPrefix(e.path, "/.well-known/") {
				paths = append(paths, e.path)
				if e.status != http.StatusOK {
					return append(paths, "which is missing")
				}
			}
		}
		return slices.Compact(paths)
	}
	atServer, atClerk := looked(&v.server), looked(&v.clerk)
	return want(slices.Equal(atServer, []string{resourceMetadata}) && slices.Equal(atClerk, []string{serverMetadata}),
		"the client looked at %v and %v", atServer, atClerk)
}

func (v *visit) registered() error {
	entries := v.log("/oauth/register")
	return want(len(entries) > 0 && entries[0].Status == http.StatusCreated, "got %+v", entries)
}

// authorized holds what the client asked for first: the scope of the challenge, for this resource. PKCE is what the
// authorization server demands.
func (v *visit) authorized() error {
	entries := v.log("/oauth/authorize")
	if len(entries) == 0 {
		return want(false, "no authorization")
	}
	e := entries[0]
	return want(e.Error == "" && slices.Equal(ownScopes(e), v.firstScopes()) && e.Resource == v.url,
		"the client asked for %q at %q: %s", e.Scope, e.Resource, e.Error)
}

// ownScopes are the scopes of a request without the one for refresh tokens, in order.
func ownScopes(e clerktest.OAuthLogEntry) []string {
	return slices.DeleteFunc(slices.Sorted(strings.FieldsSeq(e.Scope)), func(scope string) bool { return scope == "offline_access" })
}

// calls lets the client call a tool, which must see the user.
func (v *visit) calls(ctx context.Context, tool string) error {
	_, before := v.lastSeen()
	if err := v.client.call(ctx, tool); err != nil {
		return err
	}
	user, after := v.lastSeen()
	if err := want(user == v.ada.ID && after == before+1, "the tool saw %q in %d calls", user, after-before); err != nil {
		return err
	}
	for _, e := range v.log("/oauth/token") {
		if e.GrantType == "authorization_code" && e.Resource != v.url {
			return want(false, "a code was exchanged for the resource %q", e.Resource)
		}
	}
	return nil
}

// stepsUp lets the client call a tool whose scope it lacks.
func (v *visit) stepsUp(ctx context.Context) error {
	mark, asked := v.server.mark(), len(v.log("/oauth/authorize"))
	if err := v.calls(ctx, "write"); err != nil {
		return err
	}
	if err := v.forbidden(mark); err != nil {
		return err
	}
	entries := v.log("/oauth/authorize")[asked:]
	return want(len(entries) == 1 && slices.Equal(ownScopes(entries[0]), []string{scopeRead, scopeWrite}), "the client asked for %+v", entries)
}

// refused is the step of a client that does not step up: the call fails, and the session goes on.
func (v *visit) refused(ctx context.Context) error {
	mark := v.server.mark()
	if err := v.client.call(ctx, "write"); err == nil {
		return want(false, "the call succeeds")
	}
	if err := v.forbidden(mark); err != nil {
		return err
	}
	return v.calls(ctx, "read")
}

// forbidden holds the challenge of a missing scope, which names what the token has as well.
func (v *visit) forbidden(mark int) error {
	for _, e := range v.server.list(mark) {
		if e.status == http.StatusForbidden {
			return want(strings.Contains(e.challenge, `error="insufficient_scope"`) && strings.Contains(e.challenge, `scope="mcp:read mcp:write"`), "challenge %s", e.challenge)
		}
	}
	return want(false, "no 403")
}

// refreshes lets a new session of the client outlive its access token, without another authorization.
func (v *visit) refreshes(ctx context.Context) error {
	v.kind.setLife(v.world)
	if err := v.client.connect(ctx, true); err != nil {
		return err
	}
	if err := v.calls(ctx, "read"); err != nil {
		return err
	}
	asked := len(v.log("/oauth/authorize"))
	if err := v.client.age(ctx); err != nil {
		return err
	}
	if err := v.calls(ctx, "read"); err != nil {
		return err
	}
	refreshed := slices.ContainsFunc(v.log("/oauth/token"), func(e clerktest.OAuthLogEntry) bool { return e.GrantType == "refresh_token" && e.Error == "" })
	return want(refreshed && len(v.log("/oauth/authorize")) == asked, "refreshed: %t, and %d authorizations more", refreshed, len(v.log("/oauth/authorize"))-asked)
}

// signsInAgain revokes everything the client holds.
func (v *visit) signsInAgain(ctx context.Context) error {
	mark, asked := v.server.mark(), len(v.log("/oauth/authorize"))
	v.revokeAll()
	if err := v.calls(ctx, "read"); err != nil {
		return err
	}
	invalid := slices.ContainsFunc(v.server.list(mark), func(e exchange) bool {
		return e.status == http.StatusUnauthorized && strings.Contains(e.challenge, `error="invalid_token"`)
	})
	// A client whose clock says that the token is old finds out from the authorization server.
	dead := slices.ContainsFunc(v.log("/oauth/token"), func(e clerktest.OAuthLogEntry) bool {
		return e.GrantType == "refresh_token" && e.Error == "invalid_grant"
	})
	return want((invalid || dead) && len(v.log("/oauth/authorize")) > asked, "refused by the server: %t, by the local Clerk: %t", invalid, dead)
}

// keepsOthersOut uses the client's session with the token of somebody else. Where the client has none, a token of its user
// begins one.
func (v *visit) keepsOthersOut(ctx context.Context) error {
	session := ""
	for _, e := range v.server.list(0) {
		if e.session != "" && e.status == http.StatusOK {
			session = e.session
		}
	}
	if session == "" {
		a, err := v.post(ctx, v.token(v.ada, v.url), "", begin)
		if err != nil {
			return err
		}
		session = a.session
	}
	if session == "" {
		return want(false, "no session begins")
	}
	a, err := v.post(ctx, v.token(v.eve, v.url), session, callRead)
	if err != nil {
		return err
	}
	user, _ := v.lastSeen()
	return want(a.status == http.StatusNotFound && user == v.ada.ID, "got %d, and the tool saw %s", a.status, user)
}

// refusesOtherResource sends a token that another server could have passed on.
func (v *visit) refusesOtherResource(ctx context.Context) error {
	a, err := v.post(ctx, v.token(v.ada, "https://other.example.com/mcp"), "", callRead)
	if err != nil {
		return err
	}
	return want(a.status == http.StatusUnauthorized && strings.Contains(a.challenge, `error="invalid_token"`), "got %d %s", a.status, a.challenge)
}
