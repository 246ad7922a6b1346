package clerkauth_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// FuzzParseClaims compares the scanner with encoding/json: it accepts no text that is not an object, and reads the same.
func FuzzParseClaims(f *testing.F) {
	for _, seed := range []string{
		`{}`, `{"sub":"user_1","exp":1e3,"fva":[1,-1],"v":2,"o":{"id":"org_1","per":"a","fpm":"1"},"act":{"sub":"x"}}`,
		`{"aud":["a","b"],"iat":-0,"nbf":1.5,"x":[{"y":[true,false,null]}],"s\u0075b":"\ud800"}`, `{"sub":"a","sub":"b"}`, "{\"a\":\"\xff\"}",
		`{"exp":1E+400}`, `[[[[`, `{"a":` + strings.Repeat("[", 70) + strings.Repeat("]", 70) + `}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		got, err := clerkauth.ParseClaims(payload)
		if err != nil {
			return
		}
		var want map[string]json.RawMessage
		if err := json.Unmarshal(payload, &want); err != nil {
			t.Fatalf("accepted what encoding/json refuses: %v", err)
		}
		for name, field := range map[string]string{"sub": got.Subject, "sid": got.SessionID, "iss": got.Issuer, "azp": got.AuthorizedParty, "jti": got.ID} {
			var text string
			if json.Unmarshal(want[name], &text) != nil {
				text = ""
			}
			if field != text {
				t.Errorf("%s: got %q, want %q", name, field, text)
			}
		}
		if string(got.Raw()) != string(payload) {
			t.Error("Raw differs from the payload")
		}
		state := clerkauth.NewState(got)
		listed := got.OrgPermissions()
		for _, permission := range listed[:min(len(listed), 20)] {
			if got.Subject != "" && got.OrgID != "" && got.Version == 2 && strings.HasPrefix(permission, "org:") && state.SignedIn() &&
				!strings.HasPrefix(permission, "org:org:") && !state.Has(clerkauth.HasPermission(permission)) {
				t.Errorf("%q is listed and not granted", permission)
			}
		}
	})
}

func FuzzAuthenticator_Verify(f *testing.F) {
	clock := newClock()
	authn := local(f, clock.now, func(c *clerkauth.Config) { c.TokenCacheSize = 8 })
	valid := good(f, clock.now())
	for _, seed := range []string{valid, "", "..", "a.b.c", valid + "=", "ak_x", sign(f, keyA(), `{"alg":"RS256","kid":{}}`, `{"sub":5}`)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		got, err := authn.Verify(t.Context(), token)
		if (got == nil) == (err == nil) {
			t.Fatalf("got %v and %v", got, err)
		}
		if err == nil && token != valid && got.Subject != "user_1" {
			t.Fatalf("a token nobody signed verified: %q", token)
		}
		switch clerkauth.ClassifyToken(token) {
		case clerkauth.TokenSession, clerkauth.TokenAPIKey, clerkauth.TokenM2M, clerkauth.TokenOAuth:
		default:
			t.Error("a token has no class")
		}
		authn.Authenticate(t.Context(), bearer(token))
	})
}

func FuzzParsePublishableKey(f *testing.F) {
	for _, seed := range []string{testPublishable, "pk_live_", "pk_test_!!", "pk_live_" + base64.StdEncoding.EncodeToString([]byte("a.b$"))} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		key, err := clerkauth.ParsePublishableKey(text)
		if err != nil {
			if !key.IsZero() {
				t.Error("a key together with an error")
			}
			return
		}
		if key.String() != text || strings.ContainsAny(key.FrontendAPI(), "/?#@ \r\n") || !utf8.ValidString(key.FrontendAPI()) {
			t.Errorf("got %q from %q", key.FrontendAPI(), text)
		}
		again, err := clerkauth.ParsePublishableKey(clerkauth.BuildPublishableKey(key.FrontendAPI()))
		if err != nil || again.FrontendAPI() != key.FrontendAPI() {
			t.Errorf("got %q, %v from the rebuilt key", again.FrontendAPI(), err)
		}
		_, _, _ = key.APIURL(), key.FrontendAPIProxyURL(), key.AccountsURL()
	})
}

func FuzzParseKeys(f *testing.F) {
	set, err := json.Marshal(fields{"keys": []fields{jwkOf("a", keyA(), nil)}})
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{pemOf(f, keyA()), string(set), "{}", `{"keys":[5]}`, `{"kty":"RSA"}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		keys, err := clerkauth.ParseJWKS([]byte(text))
		if err != nil && keys != nil {
			t.Error("keys together with an error")
		}
		if key, err := clerkauth.ParsePEM(text); err == nil {
			key.ID = "pem"
			keys = append(keys, key)
		}
		if len(keys) > 0 {
			if _, err := clerkauth.NewStaticKeySet(keys...); err != nil {
				t.Errorf("keys that were parsed are refused: %v", err)
			}
		}
	})
}
