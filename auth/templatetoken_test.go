package clerkauth_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"testing"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
)

const sharedSecret = "0123456789abcdef0123456789abcdef"

// templateRoom is a local Clerk with two templates: orders, and shared with a secret.
func templateRoom(t *testing.T) (srv *clerktest.Server, token func(template string) string) {
	t.Helper()
	srv = clerktest.NewServer(t)
	client, err := clerk.NewClient(srv.SecretKey(), clerk.WithBaseURL(srv.URL()))
	if err != nil {
		t.Fatal(err)
	}
	for _, params := range []*clerk.JWTTemplateCreateParams{
		{Name: "orders", Claims: clerk.JSON(map[string]any{"aud": "orders-api", "tier": "gold"}), Lifetime: clerk.Int64(3600)},
		{
			Name: "shared", Claims: clerk.JSON(map[string]any{"aud": "orders-api", "role": "authenticated"}), CustomSigningKey: clerk.Bool(true),
			SigningAlgorithm: clerk.String("HS256"), SigningKey: clerk.String(sharedSecret),
		},
	} {
		if _, err := client.JWTTemplates.Create(t.Context(), params); err != nil {
			t.Fatal(err)
		}
	}
	session := srv.SignedInUser().SessionID
	return srv, func(template string) string {
		made, err := client.Sessions.CreateTokenFromTemplate(t.Context(), session, template, nil)
		if err != nil {
			t.Fatal(err)
		}
		return made.JWT
	}
}

func TestTemplateTokens(t *testing.T) {
	t.Parallel()
	srv, token := templateRoom(t)
	type custom struct {
		Tier string `json:"tier"`
		Role string `json:"role"`
	}
	accept := clerkauth.AcceptTokens(clerkauth.TokenSession, clerkauth.TokenTemplate)
	authn, err := clerkauth.New(clerkauth.Config{
		SecretKey: srv.SecretKey(), PublishableKey: srv.PublishableKey(), APIURL: srv.URL(), Now: srv.Clock().Now,
		TemplateAudience: []string{"orders-api"}, TemplateSecrets: []string{strings.Repeat("x", 32), sharedSecret},
	})
	if err != nil {
		t.Fatal(err)
	}
	for template, want := range map[string]custom{"orders": {Tier: "gold"}, "shared": {Role: "authenticated"}} {
		jwt := token(template)
		verified, err := verifyTemplate(t, authn, jwt)
		if err != nil {
			t.Fatalf("%s: %v", template, err)
		}
		for name, state := range map[string]*clerkauth.RequestState{
			"a request": authn.Authenticate(t.Context(), bearer(jwt), accept), "a call of its own": verified,
		} {
			claims, err := clerkauth.ClaimsAs[custom](state)
			if err != nil || claims != want || !state.SignedIn() || state.TokenType() != clerkauth.TokenTemplate {
				t.Errorf("%s, %s: got %v with claims %+v, %v, want %+v", template, name, state, claims, err, want)
			}
			if !strings.HasPrefix(state.UserID(), "user_") || state.ExpiresAt().IsZero() || state.Audience()[0] != "orders-api" {
				t.Errorf("%s, %s: got user %q until %v for %q", template, name, state.UserID(), state.ExpiresAt(), state.Audience())
			}
			if state.SessionID() != "" || state.Claims() != nil || state.Machine() != nil || state.Has(clerkauth.NotDelegated()) || state.Has(clerkauth.HasScope("x")) {
				t.Errorf("%s, %s: got something of a session or a machine", template, name)
			}
		}
		for name, opts := range map[string][]clerkauth.CallOption{
			"by default": nil, "where any token is accepted": {clerkauth.AcceptTokens(clerkauth.AnyToken()...)},
			"where machines are": {clerkauth.AcceptTokens(clerkauth.TokenM2M, clerkauth.TokenOAuth)},
		} {
			if state := authn.Authenticate(t.Context(), bearer(jwt), opts...); state.SignedIn() || !errors.Is(state.Err(), clerkauth.ErrUnauthenticated) {
				t.Errorf("%s, %s: got %v with error %v, want it refused", template, name, state, state.Err())
			}
		}
		_, err = authn.Verify(t.Context(), jwt)
		if !errors.Is(err, clerkauth.ErrUnauthenticated) || !strings.Contains(err.Error(), "TokenTemplate") {
			t.Errorf("%s: Verify: got %v, want a refusal that names what to do", template, err)
		}
		state := authn.Authenticate(t.Context(), clerkauth.Request{
			Method: http.MethodGet, Scheme: "https", Host: "app.localhost",
			Header: http.Header{"Cookie": {"__session=" + jwt + "; __client_uat=1"}}.Values,
		}, accept)
		if state.SignedIn() {
			t.Errorf("%s: got a template's token accepted as a cookie", template)
		}
	}
	if _, err := verifyTemplate(t, authn, srv.SignedInUser().Token); !errors.Is(err, clerkauth.ErrUnauthenticated) {
		t.Errorf("a session token: got %v, want it refused", err)
	}
}

func TestTemplateTokens_WhatIsChecked(t *testing.T) {
	t.Parallel()
	clock := newClock()
	template := func(head, extra fields) string {
		return sign(t, keyA(), header(merge(fields{"cat": "cl_B7d4PD222AAA"}, head)), merge(fields{
			"sub": "user_1", "aud": "orders-api", "iat": clock.now().Unix(), "exp": clock.now().Unix() + 3600,
		}, extra))
	}
	tests := []struct {
		name   string
		token  string
		change func(*clerkauth.Config)
		opts   []clerkauth.CallOption
		reason clerkauth.Reason // empty if it is accepted
	}{
		{"good", template(nil, nil), nil, nil, ""},
		{"one of several audiences", template(nil, fields{"aud": []string{"a", "orders-api"}}), nil, nil, ""},
		{"another audience", template(nil, fields{"aud": "other"}), nil, nil, clerkauth.ReasonTokenVerificationFailed},
		{"no audience", template(nil, fields{"aud": nil}), nil, nil, clerkauth.ReasonTokenVerificationFailed},
		{"a malformed audience", template(nil, fields{"aud": 5}), nil, nil, clerkauth.ReasonTokenVerificationFailed},
		{"the audience of the call", template(nil, fields{"aud": "other"}), nil, []clerkauth.CallOption{clerkauth.WithTemplateAudience("other")}, ""},
		{"the general audience of the call", template(nil, nil), nil, []clerkauth.CallOption{clerkauth.WithAudience("other")}, clerkauth.ReasonTokenVerificationFailed},
		{"the audience is waived", template(nil, fields{"aud": nil}), nil, []clerkauth.CallOption{clerkauth.AllowTemplateWithoutAudience()}, ""},
		{
			"no audience is set", template(nil, nil), func(c *clerkauth.Config) { c.TemplateAudience = nil }, nil,
			clerkauth.ReasonTokenVerificationFailed,
		},
		{"expired", template(nil, fields{"exp": clock.now().Unix() - 60}), nil, nil, clerkauth.ReasonTokenExpired},
		{"without an end", template(nil, fields{"exp": nil}), nil, nil, clerkauth.ReasonTokenVerificationFailed},
		{"nobody's", template(nil, fields{"sub": nil}), nil, nil, clerkauth.ReasonTokenVerificationFailed},
		{"another page's", template(nil, fields{"azp": "https://evil.example"}), nil, nil, clerkauth.ReasonTokenInvalidAuthorizedParties},
		{"our page's", template(nil, fields{"azp": "https://app.example.com"}), nil, nil, ""},
		{"another issuer's", template(nil, fields{"iss": "https://x"}), func(c *clerkauth.Config) { c.Issuer = []string{"https://y"} }, nil, clerkauth.ReasonTokenInvalidIssuer},
		{"a session's", good(t, clock.now()), nil, nil, clerkauth.ReasonTokenTypeMismatch},
		{"a machine's", m2mJWT(t, clock.now(), nil), nil, nil, clerkauth.ReasonTokenTypeMismatch},
		{"an OAuth client's", oauthJWT(t, clock.now(), nil), nil, nil, clerkauth.ReasonTokenTypeMismatch},
		{"with a key of its own", template(fields{"jwk": fields{"kty": "RSA"}}, nil), nil, nil, clerkauth.ReasonTokenInvalid},
		{"of another type", template(fields{"typ": "JOSE"}, nil), nil, nil, clerkauth.ReasonTokenInvalid},
		{"without a signature", template(fields{"alg": "none"}, nil), nil, nil, clerkauth.ReasonTokenInvalidAlgorithm},
		{"by another key", sign(t, keyB(), header(fields{"cat": "cl_B7d4PD222AAA"}), fields{"sub": "user_1", "aud": "orders-api", "exp": clock.now().Unix() + 60}), nil, nil, clerkauth.ReasonTokenInvalidSignature},
		{"a malformed actor", template(nil, fields{"act": "x"}), nil, nil, clerkauth.ReasonTokenInvalid},
		{"by a secret", hs256(t, sharedSecret, nil), nil, nil, ""},
		{"by another secret", hs256(t, strings.Repeat("y", 32), nil), nil, nil, clerkauth.ReasonTokenInvalidSignature},
		{"by the public key as a secret", hs256(t, pemOf(t, keyA()), nil), nil, nil, clerkauth.ReasonTokenInvalidSignature},
		{"by a secret, critical", hs256(t, sharedSecret, fields{"crit": []string{"x"}}), nil, nil, clerkauth.ReasonTokenInvalid},
		{
			"by a secret where there is none", hs256(t, sharedSecret, nil), func(c *clerkauth.Config) { c.TemplateSecrets = nil }, nil,
			clerkauth.ReasonTokenInvalidAlgorithm,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			authn := local(t, clock.now, func(c *clerkauth.Config) {
				c.TemplateAudience, c.TemplateSecrets, c.TokenCacheSize = []string{"orders-api"}, []string{sharedSecret}, 10
				c.AuthorizedParties = []string{"https://app.example.com"}
				if test.change != nil {
					test.change(c)
				}
			})
			for range 2 {
				_, err := verifyTemplate(t, authn, test.token, test.opts...)
				if test.reason == "" && err != nil {
					t.Errorf("got %v, want it accepted", err)
				}
				if test.reason != "" && (!errors.Is(err, clerkauth.ErrUnauthenticated) || reasonOf(t, err) != test.reason) {
					t.Errorf("got %v, want %s", err, test.reason)
				}
			}
		})
	}
}

func TestNew_TemplateSettings(t *testing.T) {
	t.Parallel()
	accepting := []clerkauth.TokenType{clerkauth.TokenTemplate}
	for name, config := range map[string]clerkauth.Config{
		"no audience":       {JWTKey: pemOf(t, keyA()), HeaderOnly: true, AcceptTokens: accepting},
		"a short secret":    {JWTKey: pemOf(t, keyA()), HeaderOnly: true, TemplateSecrets: []string{"short"}},
		"an empty audience": {JWTKey: pemOf(t, keyA()), HeaderOnly: true, TemplateAudience: []string{""}},
	} {
		if _, err := clerkauth.New(config); err == nil || strings.Contains(err.Error(), "short\"") {
			t.Errorf("%s: got %v, want an error without the secret", name, err)
		}
	}
	if _, err := clerkauth.New(clerkauth.Config{
		JWTKey: pemOf(t, keyA()), HeaderOnly: true, AcceptTokens: accepting, AllowTemplateWithoutAudience: true,
	}); err != nil {
		t.Errorf("the audience is waived: got %v", err)
	}
	for _, t2 := range clerkauth.AnyToken() {
		if t2 == clerkauth.TokenTemplate {
			t.Error("AnyToken has the tokens of templates among its types")
		}
	}
}

// hs256 is a token of a template that shares a secret.
func hs256(t *testing.T, secret string, head fields) string {
	t.Helper()
	signed := encode(t, merge(fields{"alg": "HS256", "typ": "JWT", "cat": "cl_B7d4PD222AAA"}, head)) + "." +
		encode(t, fields{"sub": "user_1", "aud": "orders-api", "exp": newClock().now().Unix() + 60})
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(signed))
	return signed + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// verifyTemplate authenticates by the token of a JWT template that came in no header.
func verifyTemplate(t *testing.T, authn *clerkauth.Authenticator, token string, opts ...clerkauth.CallOption) (*clerkauth.RequestState, error) {
	t.Helper()
	state := authn.AuthenticateToken(t.Context(), token, append(opts, clerkauth.AcceptTokens(clerkauth.TokenTemplate))...)
	return state, state.Require()
}
