package clerktest

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"
)

func FuzzOAuthParameters(f *testing.F) {
	for _, seed := range []string{"a=b&c=d", "a=b&a=c", "a=&b", "%zz=1", "a=%ff", "a=%00", strings.Repeat("a=b&", 70), "resource=x&resource=y;z", "=0&=0", "=0&=0&a=b&a=c"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		p, err := parseOAuthParameters(raw)
		if err != nil {
			return
		}
		values, err := url.ParseQuery(raw)
		if err != nil {
			t.Fatalf("accepted what is not form-encoded: %q", raw)
		}
		for name, list := range values {
			given := slices.DeleteFunc(list, func(v string) bool { return v == "" })
			if len(given) > 1 && p.repeated == "" || len(given) > 0 && p.get(name) != given[0] || len(given) == 0 && p.get(name) != "" {
				t.Errorf("%q: parameter %q is %q of %q", raw, name, p.get(name), given)
			}
		}
	})
}

func FuzzOAuthScopes(f *testing.F) {
	for _, seed := range []string{"email profile", "  a  a ", `a"b`, "a\\b", "a\nb", "é", strings.Repeat("a ", 600)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		scopes, err := parseScopes(text)
		if err != nil {
			return
		}
		again, err := parseScopes(joinScopes(scopes))
		if err != nil || !slices.Equal(scopes, again) || strings.ContainsAny(joinScopes(scopes), "\"\\\n\t") {
			t.Errorf("%q: got %q, then %q %v", text, scopes, again, err)
		}
	})
}

func FuzzOAuthClientMetadata(f *testing.F) {
	for _, seed := range []string{
		`{"redirect_uris":["https://a.example.com/cb"]}`, `{"redirect_uris":["javascript:x"]}`, `{"redirect_uris":[1]}`, `[]`, `{`,
		`{"redirect_uris":["http://127.0.0.1:1/cb"],"client_uri":"javascript:x"}`, `{"redirect_uris":["com.example:/"],"client_name":"\u0000"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := parseClientMetadata(raw, "none")
		if err != nil {
			return
		}
		if !json.Valid(raw) || len(m.RedirectURIs) == 0 {
			t.Fatalf("accepted %q", raw)
		}
		for _, uri := range m.RedirectURIs {
			u, err := url.Parse(uri)
			if err != nil || slices.Contains(dangerousSchemes, strings.ToLower(u.Scheme)) || u.Fragment != "" || u.User != nil || u.Scheme == "http" && !isLoopback(uri) {
				t.Errorf("accepted the redirect URI %q", uri)
			}
		}
	})
}

func FuzzOAuthBasic(f *testing.F) {
	for _, seed := range []string{"Basic YTpi", "basic YTolM0E=", "Basic !", "Basic YQ==", "Bearer x", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		id, secret, ok, err := basicClient(header)
		if (err != nil || !ok) && id+secret != "" {
			t.Errorf("%q: refused, and still got the client %q", header, id)
		}
		if header != "" && !ok && err == nil {
			t.Errorf("%q: another scheme passed for none", header)
		}
	})
}

func FuzzLoopbackPort(f *testing.F) {
	for _, seed := range []string{"http://127.0.0.1:1/cb", "http://[::1]/", "http://127.0.0.1:1@evil.example.com/", "http://127.1/", "http://127.0.0.1:/x?y", "http://::1", "http://[::1", "http://[[::1]]/"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, address string) {
		if _, ok := withoutLoopbackPort(address); !ok {
			return
		}
		u, err := url.Parse(address)
		if err == nil && (u.User != nil || !isLoopback("http://"+u.Host)) {
			t.Errorf("%q leads away from this machine", address)
		}
	})
}

func FuzzUserCode(f *testing.F) {
	f.Add("bcdf-ghjk")
	f.Add(" BCDF GHJK\n")
	f.Fuzz(func(t *testing.T, text string) {
		code := foldUserCode(text)
		if code != "" && (len(code) != 9 || foldUserCode(code) != code) {
			t.Errorf("%q: got %q", text, code)
		}
	})
}
