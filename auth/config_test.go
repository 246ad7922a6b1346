package clerkauth_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

func TestNew_validates(t *testing.T) {
	t.Parallel()
	good := func() clerkauth.Config {
		return clerkauth.Config{SecretKey: testSecret, PublishableKey: testPublishable}
	}
	live := "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k"
	tests := []struct {
		name   string
		change func(c *clerkauth.Config)
		want   string // part of the error; empty: no error
	}{
		{"the smallest", func(*clerkauth.Config) {}, ""},
		{"no publishable key", func(c *clerkauth.Config) { c.PublishableKey = "" }, "publishable key is missing"},
		{"header only needs none", func(c *clerkauth.Config) { c.PublishableKey, c.HeaderOnly = "", true }, ""},
		{"API keys need none", func(c *clerkauth.Config) {
			c.PublishableKey, c.AcceptTokens = "", []clerkauth.TokenType{clerkauth.TokenAPIKey}
		}, ""},
		{"bad publishable key", func(c *clerkauth.Config) { c.PublishableKey = "pk_test_x" }, "publishable key is not valid"},
		{"no secret key", func(c *clerkauth.Config) { c.SecretKey = "" }, "CLERK_SECRET_KEY) is missing"},
		{"a PEM instead", func(c *clerkauth.Config) { c.SecretKey, c.JWTKey = "", pemOf(t, keyA()) }, ""},
		{"a bad PEM", func(c *clerkauth.Config) { c.JWTKey = "nonsense" }, "JWTKey"},
		{"a key set that was not made", func(c *clerkauth.Config) { c.KeySet = (*clerkauth.RemoteKeySet)(nil) }, "KeySet"},
		{"machine secret for M2M", func(c *clerkauth.Config) {
			c.SecretKey, c.MachineSecretKey, c.AcceptTokens = "", "ak_x", []clerkauth.TokenType{clerkauth.TokenM2M}
		}, ""},
		{"machine secret for sessions", func(c *clerkauth.Config) { c.SecretKey, c.MachineSecretKey = "", "ak_x" }, "CLERK_SECRET_KEY) is missing"},
		{"secret with a line break", func(c *clerkauth.Config) { c.SecretKey += "\n" }, "CLERK_SECRET_KEY) has spaces"},
		{"party with a path", func(c *clerkauth.Config) { c.AuthorizedParties = []string{"https://app.example.com/x"} }, "AuthorizedParties"},
		{"party with a slash", func(c *clerkauth.Config) { c.AuthorizedParties = []string{"https://app.example.com/"} }, "AuthorizedParties"},
		{"party without scheme", func(c *clerkauth.Config) { c.AuthorizedParties = []string{"app.example.com"} }, "AuthorizedParties"},
		{"unknown token type", func(c *clerkauth.Config) { c.AcceptTokens = []clerkauth.TokenType{"x"} }, "AcceptTokens"},
		{"audience demanded of nobody", func(c *clerkauth.Config) { c.RequireAudience = true }, "RequireAudience"},
		{"empty audience", func(c *clerkauth.Config) { c.Audience = []string{""} }, "Audience"},
		{"negative skew", func(c *clerkauth.Config) { c.ClockSkew = -time.Second }, "ClockSkew"},
		{"no skew", func(c *clerkauth.Config) { c.ClockSkew = clerkauth.NoClockSkew }, ""},
		{"negative cache", func(c *clerkauth.Config) { c.TokenCacheSize = -2 }, "TokenCacheSize"},
		{"long machine cache", func(c *clerkauth.Config) { c.MachineCacheTTL = time.Hour }, "MachineCacheTTL"},
		{"unknown policy", func(c *clerkauth.Config) { c.RefreshOnUnknownKey = 7 }, "RefreshOnUnknownKey"},
		{"bad machine id", func(c *clerkauth.Config) { c.MachineID = "ak_x" }, "MachineID"},
		{"relative API address", func(c *clerkauth.Config) { c.APIURL = "/v1" }, "APIURL"},
		{"API address with credentials", func(c *clerkauth.Config) { c.APIURL = "https://u:p@api.clerk.com" }, "APIURL"},
		{"proxy on another host", func(c *clerkauth.Config) { c.ProxyURL = "//evil.example" }, "ProxyURL"},
		{"sign-in that is no address", func(c *clerkauth.Config) { c.SignInURL = "javascript:alert(1)" }, "SignInURL"},
		{"bad public origin", func(c *clerkauth.Config) { c.PublicOrigin = "https://app.example.com/x?y" }, "PublicOrigin"},
		{"satellite without domain", func(c *clerkauth.Config) { c.SecretKey, c.PublishableKey, c.IsSatellite = "sk_live_x", live, true }, "a satellite needs Domain (CLERK_DOMAIN)"},
		{"satellite without sign-in page", func(c *clerkauth.Config) { c.IsSatellite, c.Domain = true, "s.example" }, "SignInURL"},
		{"satellite with a relative one", func(c *clerkauth.Config) {
			c.SecretKey, c.PublishableKey, c.IsSatellite, c.Domain, c.SignInURL = "sk_live_x", live, true, "s.example", "/sign-in"
		}, "must be absolute"},
		{"satellite that signs in on itself", func(c *clerkauth.Config) {
			c.SecretKey, c.PublishableKey, c.IsSatellite, c.Domain, c.SignInURL = "sk_live_x", live, true, "s.example", "https://s.example/sign-in"
		}, "another origin"},
		{"party with a wildcard", func(c *clerkauth.Config) { c.AuthorizedParties = []string{"https://*.example.com"} }, "AuthorizedPartyFunc"},
		{"party in upper case", func(c *clerkauth.Config) { c.AuthorizedParties = []string{"https://App.example.com"} }, "browsers send https://app.example.com"},
		{"party with the default port", func(c *clerkauth.Config) { c.AuthorizedParties = []string{"https://app.example.com:443"} }, "browsers send https://app.example.com"},
		{"plain party with the default port", func(c *clerkauth.Config) { c.AuthorizedParties = []string{"http://localhost:80"} }, "browsers send http://localhost"},
		{"party of WebSockets", func(c *clerkauth.Config) { c.AuthorizedParties = []string{"wss://app.example.com"} }, "browsers send https://app.example.com"},
		{"plain party of WebSockets", func(c *clerkauth.Config) { c.AuthorizedParties = []string{"WS://localhost:3000"} }, "browsers send http://localhost:3000"},
		{"party in letters of another script", func(c *clerkauth.Config) { c.AuthorizedParties = []string{"https://Bücher.example:8443"} },
			"browsers send https://xn--bcher-kva.example:8443"},
		{"party of an application", func(c *clerkauth.Config) {
			c.AuthorizedParties = []string{"capacitor://localhost", "https://[::1]:3000", "http://a.example:443"}
		}, ""},
		{"satellite with a wildcard", func(c *clerkauth.Config) { c.SatelliteOrigins = []string{"https://*.example.com"} }, "SatelliteOrigins"},
		{"keys of two instances", func(c *clerkauth.Config) { c.PublishableKey = live }, "CLERK_PUBLISHABLE_KEY) of a production instance"},
		{"keys of two instances, the other way", func(c *clerkauth.Config) { c.SecretKey = "sk_live_x" }, "CLERK_SECRET_KEY) is of a production instance"},
		{"old keys of two instances", func(c *clerkauth.Config) { c.SecretKey = "live_x" }, "take both keys from the same instance"},
		{"keys swapped", func(c *clerkauth.Config) { c.SecretKey, c.PublishableKey = c.PublishableKey, c.SecretKey },
			"SecretKey (CLERK_SECRET_KEY) holds a publishable key, which belongs into PublishableKey (CLERK_PUBLISHABLE_KEY)"},
		{"key in quotes", func(c *clerkauth.Config) { c.SecretKey = `"sk_test_x"` }, "SecretKey (CLERK_SECRET_KEY) is in quotes"},
		{"publishable key in quotes", func(c *clerkauth.Config) { c.PublishableKey = "'" + testPublishable + "'" }, "CLERK_PUBLISHABLE_KEY) is in quotes"},
		{"secret of a webhook", func(c *clerkauth.Config) { c.SecretKey = "whsec_x" }, "signing secret of a webhook"},
		{"secret key of a machine", func(c *clerkauth.Config) { c.SecretKey = "ak_x" }, "belongs into MachineSecretKey"},
		{"secret key for a machine", func(c *clerkauth.Config) { c.MachineSecretKey = "sk_test_x" }, "belongs into SecretKey"},
		{"live key on this machine", func(c *clerkauth.Config) { c.SecretKey, c.APIURL = "sk_live_x", "http://127.0.0.1:1" }, "live"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			config := good()
			test.change(&config)
			authn, err := clerkauth.New(config)
			if (err == nil) != (test.want == "") || (err != nil && (authn != nil || !strings.Contains(err.Error(), test.want))) {
				t.Errorf("got %v, want %q", err, test.want)
			}
			if err != nil && config.SecretKey != "" && strings.Contains(err.Error(), config.SecretKey) {
				t.Errorf("the error shows the key: %v", err)
			}
		})
	}
}

func TestNew_TellsAllThatIsWrongAtOnce(t *testing.T) {
	t.Parallel()
	_, err := clerkauth.New(clerkauth.Config{
		SecretKey: testPublishable, AuthorizedParties: []string{"https://App.example.com", "x"}, APIURL: "/v1", SignInURL: "javascript:x",
		MachineCacheTTL: -1, ClockSkew: -time.Second, ProxyURL: "//x", IsSatellite: true,
	})
	for _, want := range []string{
		"CLERK_SECRET_KEY", "https://app.example.com", `"x" is not an origin`, "CLERK_API_URL", "CLERK_SIGN_IN_URL", "MachineCacheTTL", "ClockSkew",
		"CLERK_PROXY_URL",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want a line about %s", err, want)
		}
	}
}

func TestNew_warnsAboutProductionCookiesWithoutParties(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	config := clerkauth.Config{
		SecretKey: "sk_live_x", PublishableKey: "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k",
		Logger: slog.New(slog.NewTextHandler(&log, nil)),
	}
	if _, err := clerkauth.New(config); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(log.String(), "AuthorizedParties") {
		t.Errorf("got %q, want a warning", log.String())
	}
}

func TestNew_copiesTheConfiguration(t *testing.T) {
	t.Parallel()
	clock := newClock()
	parties := []string{"https://other.example.com"}
	authn := local(t, clock.now, func(c *clerkauth.Config) { c.AuthorizedParties = parties })
	parties[0] = "https://app.example.com"
	if _, err := authn.Verify(t.Context(), good(t, clock.now())); err == nil {
		t.Error("changing the slice afterwards changed the configuration")
	}
}

func TestConfig_hidesSecrets(t *testing.T) {
	t.Parallel()
	config := clerkauth.Config{SecretKey: testSecret, JWTKey: "pem", MachineSecretKey: "ak_secret"}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "config", config)
	for _, text := range []string{fmt.Sprint(config), fmt.Sprintf("%+v", config), fmt.Sprintf("%#v", config), log.String()} {
		if strings.Contains(text, "secret") {
			t.Errorf("a secret shows in %s", text)
		}
	}
}

func TestConfigFromEnv(t *testing.T) {
	for name, value := range map[string]string{
		"CLERK_SECRET_KEY": testSecret, "CLERK_PUBLISHABLE_KEY": testPublishable, "CLERK_JWT_KEY": pemOf(t, keyA()),
		"CLERK_MACHINE_SECRET_KEY": "ak_1", "CLERK_API_URL": "https://api.example.com", "CLERK_FAPI_URL": "https://fapi.example.com",
		"CLERK_DOMAIN": "s.example", "CLERK_IS_SATELLITE": "true", "CLERK_PROXY_URL": "/__clerk",
		"CLERK_SIGN_IN_URL": "https://app.example.com/in", "CLERK_SIGN_UP_URL": "/up",
		"CLERK_AFTER_SIGN_IN_URL": "/a", "CLERK_AFTER_SIGN_UP_URL": "/b",
		"CLERK_AUTHORIZED_PARTIES": "https://a.example, https://b.example,",
	} {
		t.Setenv(name, value)
	}
	got, err := clerkauth.ConfigFromEnv()
	if err != nil {
		t.Fatal(err)
	}
	if got.SecretKey != testSecret || got.PublishableKey != testPublishable || !got.IsSatellite || got.Domain != "s.example" ||
		got.APIURL != "https://api.example.com" || got.FrontendAPIURL != "https://fapi.example.com" || got.ProxyURL != "/__clerk" ||
		got.MachineSecretKey != "ak_1" || got.Logger == nil || len(got.AuthorizedParties) != 2 {
		t.Errorf("got a configuration that differs from the environment")
	}
	if _, err := clerkauth.New(got); err != nil {
		t.Errorf("New: %v", err)
	}
	t.Setenv("CLERK_IS_SATELLITE", "perhaps")
	if _, err := clerkauth.ConfigFromEnv(); err == nil || strings.Contains(err.Error(), testSecret) {
		t.Errorf("got %v, want an error about CLERK_IS_SATELLITE", err)
	}
}

func TestRequestState_nil(t *testing.T) {
	t.Parallel()
	var state *clerkauth.RequestState
	if state.SignedIn() || state.UserID() != "" || state.SessionID() != "" || state.OrgID() != "" || state.OrgSlug() != "" ||
		state.OrgRole() != "" || state.OrgPermissions() != nil || state.Actor() != nil || state.Claims() != nil || state.Token() != "" ||
		!state.ExpiresAt().IsZero() || state.Scopes() != nil || state.SessionStatus() != "" || state.TokenType() != clerkauth.TokenNone {
		t.Error("a nil state knows somebody")
	}
	if state.Err() == nil || state.Require() == nil || state.Has(clerkauth.HasRole("x")) || state.Status() != clerkauth.StatusSignedOut {
		t.Error("a nil state does not fail closed")
	}
	if _, err := state.CreateToken(t.Context(), clerkauth.TokenParams{}); err == nil {
		t.Error("a nil state made a token")
	}
}

func TestRequestState_pending(t *testing.T) {
	t.Parallel()
	clock := newClock()
	authn := local(t, clock.now, nil)
	req := bearer(sign(t, keyA(), header(nil), claims(clock.now(), fields{"sts": "pending"})))
	state := authn.Authenticate(t.Context(), req)
	if state.SignedIn() || state.UserID() != "" || state.Claims() != nil || state.Token() != "" ||
		state.SessionStatus() != clerkauth.SessionPending || state.Reason() != clerkauth.ReasonSessionPending || state.Err() != nil {
		t.Errorf("got %v, want signed out because of open tasks", state)
	}
	if err := state.Require(); !errors.Is(err, clerkauth.ErrUnauthenticated) {
		t.Errorf("got %v, want ErrUnauthenticated", err)
	}
	if got := authn.Authenticate(t.Context(), req, clerkauth.AllowPending()); !got.SignedIn() || got.UserID() != "user_1" {
		t.Errorf("got %v, want signed in for a call that allows it", got)
	}
}

func TestRequestState_hidesTheIdentity(t *testing.T) {
	t.Parallel()
	clock := newClock()
	token := good(t, clock.now())
	state := local(t, clock.now, nil).Authenticate(t.Context(), bearer(token))
	json, err := state.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{fmt.Sprint(state), fmt.Sprintf("%#v", state), fmt.Sprintf("%+v", state), string(json)} {
		if strings.Contains(text, "user_1") || strings.Contains(text, token[:20]) {
			t.Errorf("the identity shows in %s", text)
		}
	}
}

func TestAuthenticate_authorizationHeader(t *testing.T) {
	t.Parallel()
	clock := newClock()
	authn := local(t, clock.now, nil)
	token := good(t, clock.now())
	for value, want := range map[string]bool{
		"Bearer " + token: true, "bearer " + token: true, token: true, "Bearer " + token + " extra": true,
		"Basic " + token: false, "Bearer": false, "Bearer  " + token: false, "": false,
	} {
		req := bearer("")
		req.Header = func(name string) []string {
			if name == "Authorization" {
				return []string{value}
			}
			return nil
		}
		if got := authn.Authenticate(t.Context(), req).SignedIn(); got != want {
			t.Errorf("got %v for %.10q, want %v", got, value, want)
		}
	}
	twice := bearer("")
	twice.Header = func(name string) []string {
		if name == "Authorization" {
			return []string{"Bearer " + token, "Bearer " + token}
		}
		return nil
	}
	if state := authn.Authenticate(t.Context(), twice); state.SignedIn() || state.Err() == nil {
		t.Errorf("got %v for two headers, want a refusal", state)
	}
}
