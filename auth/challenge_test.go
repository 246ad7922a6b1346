package clerkauth_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// challengeForm is what a challenge of this package looks like: parameters in order, each a quoted string.
var challengeForm = regexp.MustCompile(
	`^Bearer( error="(invalid_token|insufficient_scope)", error_description="[A-Za-z0-9 .]+")?(,? ?scope="[!#-\[\]-~ ]+")?(,? ?resource_metadata="[!#-\[\]-~]+")?$`)

func TestAnswerTo_ChallengeOfOAuth(t *testing.T) {
	t.Parallel()
	clock := newClock()
	const pointer = `resource_metadata="` + metadataURL + `"`
	const insufficient = `Bearer error="insufficient_scope", error_description="The token lacks a scope that this request needs.", `
	many := make([]string, 300)
	for i := range many {
		many[i] = strings.Repeat("s", 10) + string(rune('a'+i%26)) + strings.Repeat("x", i/26)
	}
	tests := []struct {
		name   string
		token  string
		checks []clerkauth.Check
		opts   []clerkauth.CallOption
		status int
		want   string
	}{
		{"anonymous", "", nil, nil, 401, "Bearer " + pointer},
		{"anonymous, the route needs a scope", "", []clerkauth.Check{clerkauth.HasScope("write")}, nil, 401, `Bearer scope="write", ` + pointer},
		{
			"anonymous, the route needs several", "",
			[]clerkauth.Check{clerkauth.AllOf(clerkauth.HasScope("a"), clerkauth.HasScope("b")), clerkauth.AnyOf(clerkauth.HasScope("c"), clerkauth.HasScope("d"))}, nil,
			401, `Bearer scope="a b c", ` + pointer,
		},
		{
			"expired", oauthJWT(t, clock.now().Add(-48*time.Hour), nil), []clerkauth.Check{clerkauth.HasScope("read")}, nil,
			401, `Bearer error="invalid_token", error_description="The token is not valid.", scope="read", ` + pointer,
		},
		{"a scope is missing", oauthJWT(t, clock.now(), nil), []clerkauth.Check{clerkauth.HasScope("admin")}, nil, 403, insufficient + `scope="read write admin", ` + pointer},
		{
			"a scope is missing among others", oauthJWT(t, clock.now(), nil), []clerkauth.Check{clerkauth.HasScope("read"), clerkauth.HasScope("admin")}, nil,
			403, insufficient + `scope="read write admin", ` + pointer,
		},
		{
			"the token has scopes that no header takes", oauthJWT(t, clock.now(), fields{"scope": []string{"a b", "ok", `q"`, "ü", "\n"}}),
			[]clerkauth.Check{clerkauth.HasScope("admin")}, nil, 403, insufficient + `scope="ok admin", ` + pointer,
		},
		{
			"the token has more scopes than a header takes", oauthJWT(t, clock.now(), fields{"scope": strings.Join(many, " ")}),
			[]clerkauth.Check{clerkauth.HasScope("admin")}, nil, 403, insufficient + `scope="admin", ` + pointer,
		},
		{
			"the call says it", "", []clerkauth.Check{clerkauth.HasScope("write")},
			[]clerkauth.CallOption{clerkauth.WithChallenge("https://api.example.com/.well-known/x", "base", "base", "bad scope")},
			401, `Bearer scope="base write", resource_metadata="https://api.example.com/.well-known/x"`,
		},
		{
			"the call says nonsense", "", nil, []clerkauth.CallOption{clerkauth.WithChallenge("https://api.example.com/\"\r\nX: y", "\r\nX:")},
			401, "Bearer",
		},
		{"another check fails", oauthJWT(t, clock.now(), nil), []clerkauth.Check{clerkauth.HasRole("admin")}, nil, 403, ""},
		{"a scope without a value", oauthJWT(t, clock.now(), nil), []clerkauth.Check{clerkauth.HasScope("")}, nil, 403, insufficient + `scope="read write", ` + pointer},
	}
	authn := machines(t, &machineAPI{status: http.StatusNotFound}, clock.now, func(c *clerkauth.Config) { c.ResourceMetadataURL = metadataURL })
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var req clerkauth.Request
			if test.token != "" {
				req = bearer(test.token)
			}
			opts := append([]clerkauth.CallOption{clerkauth.AcceptTokens(clerkauth.TokenOAuth)}, test.opts...)
			answer := clerkauth.AnswerTo(authn.Authenticate(t.Context(), req, opts...).Require(test.checks...))
			if got := answer.Header.Get("WWW-Authenticate"); answer.Status != test.status || got != test.want {
				t.Errorf("got %d with %s, want %d with %s", answer.Status, got, test.status, test.want)
			}
		})
	}
}

// A session that lacks a scope is told no way to get one: sessions have none.
func TestAnswerTo_NoChallengeForSessions(t *testing.T) {
	t.Parallel()
	clock := newClock()
	authn := local(t, clock.now, nil)
	answer := clerkauth.AnswerTo(authn.Authenticate(t.Context(), bearer(good(t, clock.now()))).Require(clerkauth.HasScope("read")))
	if got := answer.Header.Get("WWW-Authenticate"); answer.Status != http.StatusForbidden || got != "" {
		t.Errorf("got %d with challenge %q, want 403 without", answer.Status, got)
	}
}

// FuzzChallenge looks for scopes and addresses that break out of the header.
func FuzzChallenge(f *testing.F) {
	f.Add("read write", "admin", metadataURL)
	f.Add("a\" b", "\\", "https://x/\"")
	f.Add("\r\nSet-Cookie: a=b", "ü", "https://x/\r\nSet-Cookie: a=b")
	clock := newClock()
	authn := machines(f, &machineAPI{status: http.StatusNotFound}, clock.now, nil)
	f.Fuzz(func(t *testing.T, granted, needed, address string) {
		opts := []clerkauth.CallOption{clerkauth.AcceptTokens(clerkauth.TokenOAuth), clerkauth.WithChallenge(address, granted)}
		for _, req := range []clerkauth.Request{{}, bearer("garbage"), bearer(oauthJWT(t, clock.now(), fields{"scope": granted}))} {
			answer := clerkauth.AnswerTo(authn.Authenticate(t.Context(), req, opts...).Require(clerkauth.HasScope(needed)))
			text := answer.Header.Get("WWW-Authenticate")
			if answer.Status == http.StatusUnauthorized || text != "" {
				if !challengeForm.MatchString(text) {
					t.Errorf("got challenge %q", text)
				}
			}
		}
	})
}

func TestResourceMetadataURL(t *testing.T) {
	t.Parallel()
	const wellKnown = "/.well-known/oauth-protected-resource"
	for resource, want := range map[string]string{
		"https://api.example.com":                "https://api.example.com" + wellKnown,
		"https://api.example.com/":               "https://api.example.com" + wellKnown,
		"https://api.example.com/mcp":            "https://api.example.com" + wellKnown + "/mcp",
		"https://api.example.com/mcp/":           "https://api.example.com" + wellKnown + "/mcp/",
		"https://api.example.com:8443/a/b%2Fc":   "https://api.example.com:8443" + wellKnown + "/a/b%2Fc",
		"https://api.example.com/mcp?tenant=a&b": "https://api.example.com" + wellKnown + "/mcp?tenant=a&b",
		"http://127.0.0.1:3000/mcp":              "http://127.0.0.1:3000" + wellKnown + "/mcp",
		"http://localhost:3000":                  "http://localhost:3000" + wellKnown,
	} {
		if got, err := clerkauth.ResourceMetadataURL(resource); err != nil || got != want {
			t.Errorf("%s: got %s, %v, want %s", resource, got, err, want)
		}
	}
	for _, bad := range []string{
		"", "api.example.com", "/mcp", "//api.example.com/mcp", "http://api.example.com/mcp", "https://api.example.com/#x", "https://api.example.com/#",
		"https://user@api.example.com/", "ftp://api.example.com/", "https://api.example.com/a/../b", `https://api.example.com/"`, "https://api.example.com/a b",
		"https:///mcp", "https://api.example.com/\r\nX: y",
	} {
		if got, err := clerkauth.ResourceMetadataURL(bad); err == nil {
			t.Errorf("%q: got %s, want an error", bad, got)
		}
	}
}

// FuzzResourceMetadataURL looks for a resource whose metadata would be at another host.
func FuzzResourceMetadataURL(f *testing.F) {
	for _, seed := range []string{"https://a.example/mcp", "https://a.example//b", "https://a.example/..;/x?y", "http://localhost", "https://[::1]:3000/x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, resource string) {
		got, err := clerkauth.ResourceMetadataURL(resource)
		if err != nil {
			return
		}
		_, rest, _ := strings.Cut(resource, "://")
		host, _, _ := strings.Cut(rest, "/")
		host, _, _ = strings.Cut(host, "?")
		_, made, _ := strings.Cut(got, "://")
		if !strings.HasPrefix(made, host+"/.well-known/oauth-protected-resource") || strings.ContainsAny(got, "\"\\ \r\n#") {
			t.Errorf("%q: got %q", resource, got)
		}
	})
}
