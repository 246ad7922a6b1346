package clerkauth_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

func oauthAnswer(extra fields) fields {
	return merge(fields{
		"object": "clerk_idp_oauth_access_token", "id": "oat_1", "subject": "user_1", "client_id": "client_1", "scopes": []string{"read"},
	}, extra)
}

func m2mAnswer(extra fields) fields {
	return merge(fields{"object": "machine_to_machine_token", "id": "mt_1", "subject": "mch_sender", "scopes": []string{"mch_us"}}, extra)
}

var opaqueAnswers = map[string]func(fields) fields{"ak_opaque": apiKeyAnswer, "mt_opaque": m2mAnswer, "oat_opaque": oauthAnswer}

// oauthJWT is an OAuth access token that is a JWT.
func oauthJWT(t *testing.T, now time.Time, extra fields) string {
	t.Helper()
	return sign(t, keyA(), header(fields{"typ": "at+jwt", "cat": nil}), merge(fields{
		"iss": "https://clerk.example.com", "sub": "user_1", "client_id": "client_1", "jti": "oat_2", "scope": "read write",
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Unix() + 3600,
	}, extra))
}

func m2mJWT(t *testing.T, now time.Time, extra fields) string {
	t.Helper()
	return sign(t, keyA(), header(fields{"cat": "cl_B7d4PD333AAA"}), merge(fields{
		"iss": "https://clerk.example.com", "sub": "mch_sender", "jti": "mt_2", "iat": now.Unix(), "exp": now.Unix() + 3600, "scopes": "mch_us mch_other",
	}, extra))
}

// Clerk tells times of OAuth tokens in seconds and those of the others in milliseconds; the size says which it is.
func TestMachine_UnitsOfTimes(t *testing.T) {
	t.Parallel()
	clock := newClock()
	later, sooner := clock.now().Add(time.Hour), clock.now().Add(-time.Hour)
	for token, answer := range opaqueAnswers {
		for name, test := range map[string]struct {
			value any
			want  time.Time
			valid bool
		}{
			"seconds":               {later.Unix(), later, true},
			"milliseconds":          {later.UnixMilli(), later, true},
			"past seconds":          {sooner.Unix(), time.Time{}, false},
			"past milliseconds":     {sooner.UnixMilli(), time.Time{}, false},
			"null":                  {nil, time.Time{}, true},
			"zero":                  {0, time.Time{}, false},
			"negative":              {-later.Unix(), time.Time{}, false},
			"a fraction":            {float64(later.Unix()) + 0.5, time.Time{}, false},
			"a text":                {fmt.Sprint(later.Unix()), time.Time{}, false},
			"beyond all exactness":  {1e300, time.Time{}, false},
			"a list":                {[]int64{later.Unix()}, time.Time{}, false},
			"an exponent of a time": {float64(later.Unix()) * 1000, later, true},
		} {
			authn := machines(t, &machineAPI{status: http.StatusOK, answer: answer(fields{"expiration": test.value})}, clock.now, nil)
			state := authn.Authenticate(t.Context(), bearer(token))
			if state.SignedIn() != test.valid || !state.ExpiresAt().Equal(test.want) {
				t.Errorf("%s, %s: got %v until %v, want signed in %t until %v", token, name, state, state.ExpiresAt(), test.valid, test.want)
			}
			if !test.valid && state.Reason() != clerkauth.ReasonTokenInvalid {
				t.Errorf("%s, %s: got %q, want %s", token, name, state.Reason(), clerkauth.ReasonTokenInvalid)
			}
		}
	}
}

// An opaque M2M token is as bound to this machine as a JWT is.
func TestMachine_MachineIDBindsBothForms(t *testing.T) {
	t.Parallel()
	clock := newClock()
	for scopes, works := range map[string]bool{"mch_us": true, "mch_us mch_other": true, "mch_other": false, "": false, "mch_us2": false} {
		api := &machineAPI{status: http.StatusOK, answer: m2mAnswer(fields{"scopes": strings.Fields(scopes)})}
		authn := machines(t, api, clock.now, func(c *clerkauth.Config) { c.MachineID, c.MachineCacheTTL = "mch_us", time.Minute })
		for name, token := range map[string]string{"opaque": "mt_opaque", "remembered": "mt_opaque", "JWT": m2mJWT(t, clock.now(), fields{"scopes": scopes})} {
			state := authn.Authenticate(t.Context(), bearer(token))
			if state.SignedIn() != works {
				t.Errorf("%s for %q: got %v with error %v, want signed in %t", name, scopes, state, state.Err(), works)
			}
			if !works && state.Reason() != clerkauth.ReasonTokenVerificationFailed {
				t.Errorf("%s for %q: got %q, want %s", name, scopes, state.Reason(), clerkauth.ReasonTokenVerificationFailed)
			}
		}
	}
}

// The audience of the call decides about OAuth tokens, also about those that are remembered.
func TestMachine_AudienceOfOAuthTokens(t *testing.T) {
	t.Parallel()
	const ours, theirs = "https://api.example.com/mcp", "https://other.example.com"
	clock := newClock()
	tests := []struct {
		name     string
		audience any
		accepted []string // OAuthAudience
		call     []string // WithAudience
		unbound  bool
		works    bool
	}{
		{"nothing is demanded", theirs, nil, nil, false, true},
		{"bound", ours, []string{ours}, nil, false, true},
		{"bound, as a list", []string{ours}, []string{ours}, nil, false, true},
		{"bound to two of ours", []string{ours, theirs}, []string{theirs, ours}, nil, false, true},
		{"unbound", nil, []string{ours}, nil, false, false},
		{"unbound, as an empty list", []string{}, []string{ours}, nil, false, false},
		{"unbound is allowed", nil, []string{ours}, nil, true, true},
		{"foreign", theirs, []string{ours}, nil, false, false},
		{"foreign, unbound is allowed", theirs, []string{ours}, nil, true, false},
		{"meant for others as well", []string{ours, theirs}, []string{ours}, nil, false, false},
		{"a slash for an empty path", theirs + "/", []string{theirs}, nil, false, true},
		{"a slash behind a path", ours + "/", []string{ours}, nil, false, false},
		{"the call is stricter", ours, nil, []string{theirs}, false, false},
		{"the call is another one", theirs, []string{ours}, []string{theirs}, false, true},
		{"malformed", 5, []string{ours}, nil, true, false},
		{"malformed in a list", []any{ours, 5}, []string{ours}, nil, true, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			api := &machineAPI{status: http.StatusOK, answer: oauthAnswer(fields{"aud": test.audience})}
			authn := machines(t, api, clock.now, func(c *clerkauth.Config) {
				c.OAuthAudience, c.AllowUnboundTokens, c.MachineCacheTTL, c.TokenCacheSize = test.accepted, test.unbound, time.Minute, 100
			})
			jwt := oauthJWT(t, clock.now(), fields{"aud": test.audience})
			for name, token := range map[string]string{"opaque": "oat_opaque", "JWT": jwt} {
				// The first look fills the caches, with another audience in mind.
				_ = authn.Authenticate(t.Context(), bearer(token), clerkauth.WithAudience("https://first.example.com")).SignedIn()
				state := authn.Authenticate(t.Context(), bearer(token), clerkauth.WithAudience(test.call...))
				if state.SignedIn() != test.works || !errors.Is(errors.Join(state.Err(), clerkauth.ErrUnauthenticated), clerkauth.ErrUnauthenticated) {
					t.Errorf("%s: got %v with error %v, want signed in %t", name, state, state.Err(), test.works)
				}
				// Who compares with Binding gets the token whatever its audience is, unless that is malformed.
				unchecked := authn.Authenticate(t.Context(), bearer(token), clerkauth.AnyOAuthAudience())
				if malformed := strings.HasPrefix(test.name, "malformed"); unchecked.SignedIn() == malformed {
					t.Errorf("%s with AnyOAuthAudience: got %v", name, unchecked)
				}
			}
			if got := api.count(); got > 2 {
				t.Errorf("got %d calls, want a remembered answer to be checked again and not asked for", got)
			}
		})
	}
}

func TestRequestState_Binding(t *testing.T) {
	t.Parallel()
	const ours = "https://api.example.com/mcp"
	for name, test := range map[string]struct {
		audience []string
		want     clerkauth.Binding
	}{
		"none": {nil, clerkauth.BindingNone}, "ours": {[]string{ours}, clerkauth.BindingExact}, "other": {[]string{ours + "/x"}, clerkauth.BindingForeign},
		"several": {[]string{ours, "https://other.example.com"}, clerkauth.BindingForeign},
	} {
		state := clerkauth.NewMachineState(&clerkauth.MachineIdentity{TokenType: clerkauth.TokenOAuth, Subject: "user_1", Audience: test.audience})
		if got := state.Binding(ours); got != test.want {
			t.Errorf("%s: got %s, want %s", name, got, test.want)
		}
	}
}

// Issuer applies to JWTs of machines as to those of sessions, for a token that is remembered, too.
func TestMachine_IssuerOfJWTs(t *testing.T) {
	t.Parallel()
	clock := newClock()
	for issuer, works := range map[string]bool{"https://clerk.example.com": true, "https://clerk.other.com": false} {
		authn := machines(t, &machineAPI{}, clock.now, func(c *clerkauth.Config) { c.Issuer, c.TokenCacheSize = []string{issuer}, 100 })
		for name, token := range map[string]string{"OAuth": oauthJWT(t, clock.now(), nil), "M2M": m2mJWT(t, clock.now(), nil)} {
			for range 2 {
				if state := authn.Authenticate(t.Context(), bearer(token)); state.SignedIn() != works {
					t.Errorf("%s of another issuer: got %v with error %v, want signed in %t", name, state, state.Err(), works)
				}
			}
		}
	}
}

// A JWT that is remembered is checked for all that can change: its time, its key, its class.
func TestMachine_RememberedJWTs(t *testing.T) {
	t.Parallel()
	clock := newClock()
	server := newKeyServer(oneKey())
	authn := server.remote(t, clock.now, func(c *clerkauth.Config) {
		c.TokenCacheSize, c.AcceptTokens, c.RefreshOnUnknownKey = 100, clerkauth.AnyToken(), clerkauth.RefreshAlways
	})
	for name, token := range map[string]string{"OAuth": oauthJWT(t, clock.now(), nil), "M2M": m2mJWT(t, clock.now(), nil)} {
		for range 2 {
			if state := authn.Authenticate(t.Context(), bearer(token)); !state.SignedIn() {
				t.Fatalf("%s: got %v with error %v, want signed in", name, state, state.Err())
			}
			if _, err := authn.Verify(t.Context(), token); err == nil {
				t.Errorf("%s: got it verified as a session token", name)
			}
			if state := authn.Authenticate(t.Context(), bearer(token), clerkauth.AcceptTokens(clerkauth.TokenSession)); state.SignedIn() {
				t.Errorf("%s: got it signed in where only sessions are accepted", name)
			}
		}
		clock.advance(time.Hour + time.Minute)
		if state := authn.Authenticate(t.Context(), bearer(token)); state.SignedIn() {
			t.Errorf("%s: got signed in after the expiry", name)
		}
		clock.advance(-time.Hour - time.Minute)
		forged := token[:len(token)-8] + "AAAAAAAA"
		if state := authn.Authenticate(t.Context(), bearer(forged)); state.SignedIn() {
			t.Errorf("%s: got signed in with another signature", name)
		}
	}
}

// Every accessor for every class, as the guide tells.
func TestRequestState_EveryClass(t *testing.T) {
	t.Parallel()
	clock := newClock()
	now, until := clock.now(), clock.now().Add(time.Hour)
	type custom struct {
		Tier string `json:"tier"`
		Sub  string `json:"sub"`
	}
	tests := []struct {
		name, token string
		answer      fields
		user, org   string
		scopes      string
		client      string
		audience    string
		expires     time.Time
		actors      string
		claims      custom
		noClaims    bool
	}{
		{
			name: "session", token: sign(t, keyA(), header(nil), claims(now, fields{"aud": "app", "tier": "gold", "act": fields{"sub": "agent_1", "type": "agent"}, "exp": until.Unix()})),
			user: "user_1", org: "org_1", audience: "app", expires: until, actors: "agent_1", claims: custom{"gold", "user_1"},
		},
		{
			name: "API key of a user", token: "ak_opaque", answer: apiKeyAnswer(fields{"expiration": until.UnixMilli(), "claims": fields{"tier": "gold"}}),
			user: "user_1", scopes: "read", expires: until, claims: custom{Tier: "gold"},
		},
		{name: "API key of an organization", token: "ak_opaque", answer: apiKeyAnswer(fields{"subject": "org_1", "claims": nil}), org: "org_1", scopes: "read"},
		{
			name: "M2M token", token: "mt_opaque", answer: m2mAnswer(fields{"expiration": until.UnixMilli(), "claims": fields{"tier": "gold"}}),
			scopes: "mch_us", expires: until, claims: custom{Tier: "gold"},
		},
		{
			name: "M2M JWT", token: m2mJWT(t, now, fields{"aud": []string{"mch_us"}, "tier": "gold", "Scopes": "mch_all"}),
			scopes: "mch_us mch_other", audience: "mch_us", expires: until, claims: custom{Tier: "gold"},
		},
		{
			name: "OAuth token", token: "oat_opaque", answer: oauthAnswer(fields{
				"expiration": until.Unix(), "org_id": "org_2", "aud": []string{"https://api"}, "act": fields{"sub": "client_2", "act": fields{"sub": "client_3"}},
			}),
			user: "user_1", org: "org_2", scopes: "read", client: "client_1", audience: "https://api", expires: until, actors: "client_2 client_3", noClaims: true,
		},
		{
			name: "OAuth JWT", token: oauthJWT(t, now, fields{
				"org_id": "org_2", "aud": "https://api", "act": fields{"iss": "https://i", "sub": "client_2", "more": 1}, "tier": "gold", "Client_ID": "client_9",
			}),
			user: "user_1", org: "org_2", scopes: "read write", client: "client_1", audience: "https://api", expires: until, actors: "client_2",
			claims: custom{"gold", "user_1"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			authn := machines(t, &machineAPI{status: http.StatusOK, answer: test.answer}, clock.now, func(c *clerkauth.Config) { c.TokenCacheSize = 10 })
			for range 2 {
				s := authn.Authenticate(t.Context(), bearer(test.token))
				if !s.SignedIn() {
					t.Fatalf("got %v with error %v, want signed in", s, s.Err())
				}
				var actors []string
				for _, actor := range s.ActorChain() {
					actors = append(actors, actor.Subject)
				}
				first := ""
				if s.Actor() != nil {
					first = s.Actor().Subject
				}
				got := fmt.Sprint(s.UserID(), s.OrgID(), s.Scopes(), s.ClientID(), s.Audience(), s.ExpiresAt().Unix(), actors)
				want := fmt.Sprint(test.user, test.org, strings.Fields(test.scopes), test.client, strings.Fields(test.audience), test.expires.Unix(), strings.Fields(test.actors))
				if got != want || first != strings.Join(strings.Fields(test.actors)[:min(len(actors), 1)], "") {
					t.Errorf("got %s with actor %q, want %s", got, first, want)
				}
				claims, err := clerkauth.ClaimsAs[custom](s)
				if (err != nil) != test.noClaims || claims != test.claims {
					t.Errorf("got claims %+v, %v, want %+v", claims, err, test.claims)
				}
				if m := s.Machine(); m != nil && (m.Claims["sub"] != nil || m.Claims["client_id"] != nil || m.OrgID != test.org || m.ClientID != test.client) {
					t.Errorf("got %+v, want the custom claims alone", m)
				}
				if s.Has(clerkauth.HasPermission("org:x:y")) || s.TokenType() != clerkauth.TokenSession && s.Has(clerkauth.HasRole("org:admin")) {
					t.Error("a machine has the permissions or the role of a session")
				}
			}
		})
	}
}

// A chain of actors is bounded, and a malformed one refuses the token.
func TestMachine_ActorChains(t *testing.T) {
	t.Parallel()
	clock := newClock()
	chain := func(depth int) any {
		var act any
		for i := depth; i > 0; i-- {
			link := fields{"sub": fmt.Sprint("client_", i)}
			if act != nil {
				link["act"] = act
			}
			act = link
		}
		return act
	}
	for name, test := range map[string]struct {
		act   any
		links int
		valid bool
	}{
		"none": {nil, 0, true}, "one": {chain(1), 1, true}, "eight": {chain(8), 8, true}, "nine": {chain(9), 0, false},
		"a text": {"client_1", 0, false}, "a list": {[]any{chain(1)}, 0, false}, "no subject": {fields{"iss": "x"}, 0, false},
		"a subject that is no text": {fields{"sub": 5}, 0, false}, "an inner text": {fields{"sub": "a", "act": "b"}, 0, false},
		"an inner one without a subject": {fields{"sub": "a", "act": fields{}}, 0, false}, "a type that is no text": {fields{"sub": "a", "type": 1}, 0, false},
	} {
		api := &machineAPI{status: http.StatusOK, answer: oauthAnswer(fields{"act": test.act})}
		authn := machines(t, api, clock.now, nil)
		for form, token := range map[string]string{"opaque": "oat_opaque", "JWT": oauthJWT(t, clock.now(), fields{"act": test.act})} {
			state := authn.Authenticate(t.Context(), bearer(token))
			if state.SignedIn() != test.valid || len(state.ActorChain()) != test.links {
				t.Errorf("%s, %s: got %v with %d actors, want signed in %t with %d", name, form, state, len(state.ActorChain()), test.valid, test.links)
			}
			if !test.valid && state.Reason() != clerkauth.ReasonTokenInvalid {
				t.Errorf("%s, %s: got %q, want %s", name, form, state.Reason(), clerkauth.ReasonTokenInvalid)
			}
		}
	}
}

func TestCheck_Delegation(t *testing.T) {
	t.Parallel()
	clock := newClock()
	session := func(act any) string { return sign(t, keyA(), header(nil), claims(clock.now(), fields{"act": act})) }
	agent, person, nested := fields{"sub": "agent_1", "type": "agent"}, fields{"sub": "user_9"}, fields{"sub": "client_2", "act": fields{"sub": "agent_1", "type": "agent"}}
	tests := []struct {
		name, token                    string
		notAgent, onlyAgents, inPerson bool
		throughClient                  bool
	}{
		{"the user", session(nil), true, false, true, false},
		{"a person who impersonates", session(person), true, false, false, false},
		{"an agent", session(agent), false, true, false, false},
		{"an agent behind somebody", session(nested), false, false, false, false},
		{"a type of its own", session(fields{"sub": "x", "type": "robot"}), true, false, false, false},
		{"a malformed actor", session("agent_1"), false, false, false, false},
		{"a malformed inner actor", session(fields{"sub": "x", "act": 1}), false, false, false, false},
		{"an API key", "ak_opaque", true, false, false, false},
		{"an OAuth client", oauthJWT(t, clock.now(), nil), true, false, false, true},
		{"another OAuth client", oauthJWT(t, clock.now(), fields{"client_id": "client_7"}), true, false, false, false},
		{"an OAuth token without a client", oauthJWT(t, clock.now(), fields{"client_id": ""}), true, false, false, false},
		{"an agent through a client", oauthJWT(t, clock.now(), fields{"act": agent}), false, true, false, true},
	}
	authn := machines(t, &machineAPI{status: http.StatusOK, answer: apiKeyAnswer(fields{"client_id": "client_1"})}, clock.now, nil)
	for _, test := range tests {
		state := authn.Authenticate(t.Context(), bearer(test.token))
		if !state.SignedIn() {
			t.Fatalf("%s: got %v with error %v, want signed in", test.name, state, state.Err())
		}
		for _, c := range []struct {
			check  clerkauth.Check
			want   bool
			reason clerkauth.Reason
		}{
			{clerkauth.NotAgent(), test.notAgent, clerkauth.ReasonAgent},
			{clerkauth.OnlyAgents(), test.onlyAgents, clerkauth.ReasonNotAgent},
			{clerkauth.NotDelegated(), test.inPerson, clerkauth.ReasonDelegated},
			{clerkauth.ThroughClient("client_0", "client_1"), test.throughClient, clerkauth.ReasonWrongClient},
			{clerkauth.ThroughClient(), false, clerkauth.ReasonWrongClient},
			{clerkauth.ThroughClient(""), false, clerkauth.ReasonWrongClient},
		} {
			err := state.Require(c.check)
			if (err == nil) != c.want {
				t.Errorf("%s: got %v, want it to pass: %t (%s)", test.name, err, c.want, c.reason)
			}
			if err != nil && (reasonOf(t, err) != c.reason || !errors.Is(err, clerkauth.ErrForbidden)) {
				t.Errorf("%s: got %v, want %s", test.name, err, c.reason)
			}
		}
		if agent := state.Agent(); (agent != nil) != (slices.ContainsFunc(state.ActorChain(), func(a clerkauth.Actor) bool { return a.Type == "agent" })) {
			t.Errorf("%s: got agent %+v of %+v", test.name, agent, state.ActorChain())
		}
	}
}

// What an OAuth server hands out besides access tokens opens nothing.
func TestMachine_OtherTokensOfAnOAuthServer(t *testing.T) {
	t.Parallel()
	clock := newClock()
	api := &machineAPI{status: http.StatusOK, answer: fields{"active": false}}
	authn := machines(t, api, clock.now, nil)
	id := fields{"iss": "https://clerk.example.com", "sub": "user_1", "aud": "client_1", "nonce": "n", "iat": clock.now().Unix(), "exp": clock.now().Unix() + 3600}
	for name, token := range map[string]string{
		"inactive": "oat_opaque", "a refresh token": "clk_refresh_0123456789abcdef", "a code": "clk_code_0123456789abcdef",
		"an ID token":                 sign(t, keyA(), header(fields{"cat": nil}), id),
		"an ID token without a nonce": sign(t, keyA(), header(fields{"cat": nil}), merge(id, fields{"nonce": nil, "at_hash": "h"})),
		"an ID token with a time":     sign(t, keyA(), header(fields{"cat": nil}), merge(id, fields{"nonce": nil, "auth_time": 1})),
	} {
		for _, types := range [][]clerkauth.TokenType{{clerkauth.TokenOAuth}, clerkauth.AnyToken(), {clerkauth.TokenSession}} {
			state := authn.Authenticate(t.Context(), bearer(token), clerkauth.AcceptTokens(types...))
			if answer := clerkauth.AnswerTo(state.Require()); answer.Status != http.StatusUnauthorized {
				t.Errorf("%s where %v are accepted: got %d, want 401", name, types, answer.Status)
			}
		}
		if _, err := authn.Verify(t.Context(), token); err == nil {
			t.Errorf("%s: got it verified as a session token", name)
		}
	}
}

// With AlwaysAskClerk a revocation counts at once, for JWTs and in spite of the cache.
func TestConfig_AlwaysAskClerk(t *testing.T) {
	t.Parallel()
	clock := newClock()
	for name, token := range map[string]string{"opaque": "oat_opaque", "JWT": oauthJWT(t, clock.now(), nil)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			api := &machineAPI{status: http.StatusOK, answer: oauthAnswer(nil)}
			authn := machines(t, api, clock.now, func(c *clerkauth.Config) {
				c.AlwaysAskClerk, c.MachineCacheTTL, c.TokenCacheSize = true, time.Minute, 10
			})
			ask := func() *clerkauth.RequestState { return authn.Authenticate(t.Context(), bearer(token)) }
			for want := range 3 {
				if state := ask(); state.UserID() != "user_1" || api.count() != want+1 {
					t.Fatalf("got %v after %d calls, want signed in with one each", state, api.count())
				}
			}
			if name == "JWT" && !ask().Has(clerkauth.HasScope("write")) {
				t.Error("got the scopes of the answer, want those of the token")
			}
			for reason, answer := range map[string]fields{
				"revoked": oauthAnswer(fields{"revoked": true}), "inactive": {"active": false}, "of somebody else": oauthAnswer(fields{"subject": "user_2"}),
			} {
				if name == "opaque" && reason == "of somebody else" {
					continue // There the answer alone says whose token it is.
				}
				api.answer = answer
				if state := ask(); state.SignedIn() {
					t.Errorf("%s: got signed in", reason)
				}
				clock.advance(11 * time.Second)
			}
		})
	}
}

func TestNewMachineState(t *testing.T) {
	t.Parallel()
	identity := &clerkauth.MachineIdentity{
		TokenType: clerkauth.TokenOAuth, ID: "oat_1", Subject: "user_1", ClientID: "client_1", OrgID: "org_1", Scopes: []string{"read"},
		Actors: []clerkauth.Actor{{Subject: "agent_1", Type: "agent"}}, Claims: map[string]any{"tier": "gold"}, ExpiresAt: time.Unix(1_800_000_000, 0),
	}
	state := clerkauth.NewMachineState(identity)
	if got := state.Machine(); fmt.Sprint(got) != fmt.Sprint(identity) || !state.SignedIn() || state.UserID() != "user_1" {
		t.Errorf("got %+v, want %+v", got, identity)
	}
	if err := state.Require(clerkauth.HasScope("read"), clerkauth.OnlyAgents(), clerkauth.InOrg("org_1")); err != nil {
		t.Errorf("Require: %v", err)
	}
	for name, bad := range map[string]*clerkauth.MachineIdentity{
		"nil": nil, "no class": {Subject: "user_1"}, "a session": {TokenType: clerkauth.TokenSession, Subject: "user_1"}, "nobody": {TokenType: clerkauth.TokenAPIKey},
	} {
		if clerkauth.NewMachineState(bad).SignedIn() {
			t.Errorf("%s: got signed in", name)
		}
	}
}
