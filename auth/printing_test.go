package clerkauth_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// TestPrinting_noSecrets prints everything that holds a key or a token, also as a copy, in every way that programs do.
func TestPrinting_noSecrets(t *testing.T) {
	t.Parallel()
	clock := newClock()
	token := good(t, clock.now())
	config := clerkauth.Config{
		SecretKey: "sk_test_hidden1", MachineSecretKey: "ak_hidden2", JWTKey: pemOf(t, keyA()), PublishableKey: testPublishable,
		Now: clock.now, TokenCacheSize: 8,
	}
	authn, err := clerkauth.New(config)
	if err != nil {
		t.Fatal(err)
	}
	remote := clerkauth.RemoteKeySetConfig{URL: "https://api.example.com/v1/jwks", SecretKey: "sk_test_hidden1"}
	set, err := clerkauth.NewRemoteKeySet(remote)
	if err != nil {
		t.Fatal(err)
	}
	verified, err := authn.Verify(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	state := authn.Authenticate(t.Context(), bearer(token))
	if !state.SignedIn() {
		t.Fatalf("got %v, want signed in", state)
	}
	req := document("https", "app.example.com", "/", "__clerk_db_jwt=dvb_hidden3&__clerk_handshake=hidden4", "Authorization", "Bearer "+token)
	redirects := authn.Redirects(req, state)
	values := map[string]any{
		"Config": config, "*Config": &config, "*Authenticator": authn, "RemoteKeySetConfig": remote, "*RemoteKeySetConfig": &remote,
		"*RemoteKeySet": set, "*RequestState": state, "RequestState": *state, "*SessionClaims": verified, "SessionClaims": *verified,
		"claims of a state": state.Claims(), "Request": req, "*Request": &req, "RedirectBuilder": redirects, "*RedirectBuilder": &redirects,
		"Middleware": clerkauth.Middleware(authn)(http.NotFoundHandler()),
	}
	secrets := []string{"sk_test_hidden1", "ak_hidden2", "dvb_hidden3", "hidden4", token[strings.LastIndexByte(token, '.'):]}
	for name, value := range values {
		for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
			checkSecrets(t, name+" as "+format, fmt.Sprintf(format, value), secrets)
		}
		checkSecrets(t, name+" in a log", logged(value), secrets)
		if text, err := json.Marshal(value); err == nil && !strings.HasSuffix(name, "RedirectBuilder") {
			checkSecrets(t, name+" as JSON", string(text), secrets)
		}
	}
}

// TestPrinting_noPersons prints everything that says who somebody is.
func TestPrinting_noPersons(t *testing.T) {
	t.Parallel()
	claims, err := clerkauth.ParseClaims([]byte(`{"sub":"user_hidden","act":{"sub":"user_hidden"}}`))
	if err != nil {
		t.Fatal(err)
	}
	machine := clerkauth.MachineIdentity{TokenType: clerkauth.TokenAPIKey, Subject: "user_hidden"}
	for name, value := range map[string]any{
		"SessionClaims": *claims, "*SessionClaims": claims, "Actor": *claims.Actor, "*Actor": claims.Actor,
		"MachineIdentity": machine, "*MachineIdentity": &machine, "*RequestState": clerkauth.NewState(claims),
	} {
		for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
			checkSecrets(t, name+" as "+format, fmt.Sprintf(format, value), []string{"user_hidden"})
		}
		checkSecrets(t, name+" in a log", logged(value), []string{"user_hidden"})
	}
}

// logged is a value in both formats of slog.
func logged(value any) string {
	var out bytes.Buffer
	slog.New(slog.NewTextHandler(&out, nil)).Info("a value", "value", value)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("a value", "value", value)
	return out.String()
}

func checkSecrets(t *testing.T, what, text string, secrets []string) {
	t.Helper()
	for _, secret := range secrets {
		if strings.Contains(text, secret) || strings.Contains(text, fmt.Sprintf("%x", secret)) {
			t.Errorf("%s: a secret is in it", what)
		}
	}
}
