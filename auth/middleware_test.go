package clerkauth_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

func whoami(w http.ResponseWriter, r *http.Request) {
	_, _ = io.WriteString(w, "user "+clerkauth.FromContext(r.Context()).UserID())
}

// send sends a request through handlers, outermost first.
func send(t *testing.T, req *http.Request, chain ...func(http.Handler) http.Handler) *httptest.ResponseRecorder {
	t.Helper()
	handler := http.Handler(http.HandlerFunc(whoami))
	for _, wrap := range slices.Backward(chain) {
		handler = wrap(handler)
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, req)
	return w
}

func get(t *testing.T, path string, header ...string) *http.Request {
	t.Helper()
	req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, http.NoBody)
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	return req
}

func TestMiddleware(t *testing.T) {
	t.Parallel()
	clock := newClock()
	authn := local(t, clock.now, func(c *clerkauth.Config) { c.HeaderOnly = true })
	attach := clerkauth.Middleware(authn)
	token := "Bearer " + good(t, clock.now())
	tests := []struct {
		name      string
		req       *http.Request
		chain     []func(http.Handler) http.Handler
		status    int
		body      string
		challenge string
	}{
		{"anonymous passes", get(t, "/"), []func(http.Handler) http.Handler{attach}, 200, "user ", ""},
		{"signed in", get(t, "/", "Authorization", token), []func(http.Handler) http.Handler{attach, clerkauth.RequireAuth()}, 200, "user user_1", ""},
		{"anonymous is refused", get(t, "/"), []func(http.Handler) http.Handler{attach, clerkauth.RequireAuth()}, 401, `{"error":"unauthenticated","reason":"session-token-missing"}`, "Bearer"},
		{"garbage passes the attaching one", get(t, "/", "Authorization", "Bearer x"), []func(http.Handler) http.Handler{attach}, 200, "user ", ""},
		{"garbage is refused", get(t, "/", "Authorization", "Bearer x"), []func(http.Handler) http.Handler{attach, clerkauth.RequireAuth()}, 401, `{"error":"unauthenticated","reason":"token-invalid"}`, `Bearer error="invalid_token", error_description="The token is not valid."`},
		{"garbage is rejected at once", get(t, "/", "Authorization", "Bearer x"), []func(http.Handler) http.Handler{clerkauth.Middleware(authn, clerkauth.RejectInvalid())}, 401, `{"error":"unauthenticated","reason":"token-invalid"}`, `Bearer error="invalid_token", error_description="The token is not valid."`},
		{"nothing is attached", get(t, "/", "Authorization", token), []func(http.Handler) http.Handler{clerkauth.RequireAuth()}, 503, `{"error":"unavailable","reason":"middleware-missing"}`, ""},
		{"a check fails", get(t, "/", "Authorization", token), []func(http.Handler) http.Handler{attach, clerkauth.RequireAuth(clerkauth.HasRole("owner"))}, 403, `{"error":"forbidden","reason":"missing-role","missing":{"type":"role","name":"org:owner"}}`, ""},
		{"a step-up is needed", get(t, "/", "Authorization", token), []func(http.Handler) http.Handler{attach, clerkauth.RequireAuth(clerkauth.Reverified(clerkauth.Reverification{Level: clerkauth.FirstFactor, AfterMinutes: 1}))}, 403, `{"clerk_error":{"metadata":{"reverification":{"level":"first_factor","afterMinutes":1}},"reason":"reverification-error","type":"forbidden"}}`, ""},
		{"skipped", get(t, "/health", "Authorization", token), []func(http.Handler) http.Handler{clerkauth.Middleware(authn, clerkauth.WithSkipper(func(r *http.Request) bool { return r.URL.Path == "/health" }))}, 200, "user ", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := send(t, test.req, test.chain...)
			if w.Code != test.status || w.Body.String() != test.body {
				t.Errorf("got %d %s, want %d %s", w.Code, w.Body, test.status, test.body)
			}
			if got := w.Header().Get("Www-Authenticate"); got != test.challenge {
				t.Errorf("got challenge %q, want %q", got, test.challenge)
			}
			if w.Code != http.StatusOK && w.Header().Get("Content-Type") != "application/json" {
				t.Errorf("got content type %q, want application/json", w.Header().Get("Content-Type"))
			}
		})
	}
}

func TestMiddleware_errorHandler(t *testing.T) {
	t.Parallel()
	authn := local(t, nil, func(c *clerkauth.Config) { c.HeaderOnly = true })
	attach := clerkauth.Middleware(authn, clerkauth.WithErrorHandler(func(w http.ResponseWriter, _ *http.Request, err error) {
		var refusal *clerkauth.Error
		if errors.As(err, &refusal) {
			http.Error(w, string(refusal.Reason), http.StatusTeapot)
		}
	}))
	w := send(t, get(t, "/"), attach, clerkauth.RequireAuth())
	if w.Code != http.StatusTeapot || strings.TrimSpace(w.Body.String()) != "session-token-missing" {
		t.Errorf("got %d %q, want the answer of the application", w.Code, w.Body)
	}
}

func TestMiddleware_redirects(t *testing.T) {
	t.Parallel()
	authn := local(t, nil, func(c *clerkauth.Config) { c.DebugHeaders = true })
	before := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Add("Set-Cookie", "app=1")
			next.ServeHTTP(w, r)
		})
	}
	w := send(t, get(t, "https://app.example.com/page", "Sec-Fetch-Dest", "document"), before, clerkauth.Middleware(authn))
	if w.Code != http.StatusTemporaryRedirect || w.Body.Len() != 0 || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("got %d %q with headers %v, want an empty 307 that no cache keeps", w.Code, w.Body, w.Header())
	}
	if got := w.Header().Values("Set-Cookie"); len(got) != 2 || got[0] != "app=1" {
		t.Errorf("got cookies %q, want that of the application first", got)
	}
	if w.Header().Get(clerkauth.HeaderAuthStatus) != "handshake" || w.Header().Get(clerkauth.HeaderAuthReason) != "dev-browser-missing" {
		t.Errorf("got headers %v, want the reason of the handshake", w.Header())
	}
}

func TestRedirectToSignIn(t *testing.T) {
	t.Parallel()
	clock := newClock()
	authn := local(t, clock.now, func(c *clerkauth.Config) {
		c.HeaderOnly, c.SignInURL = true, "https://accounts.example.com/sign-in?theme=dark"
	})
	attach, guard := clerkauth.Middleware(authn), clerkauth.RedirectToSignIn(clerkauth.HasRole("owner"))
	w := send(t, get(t, "https://app.example.com/page?x=1", "Accept", "text/html"), attach, guard)
	to, err := url.Parse(w.Header().Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	if w.Code != http.StatusTemporaryRedirect || to.Host != "accounts.example.com" || to.Query().Get("theme") != "dark" ||
		to.Query().Get("redirect_url") != "https://app.example.com/page?x=1" {
		t.Errorf("got %d to %s, want the sign-in page and the way back", w.Code, to)
	}
	for name, test := range map[string]struct {
		req    *http.Request
		status int
	}{
		"a fetch":                      {get(t, "/page", "Accept", "application/json"), 401},
		"a form":                       {httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/page", http.NoBody), 401},
		"signed in without permission": {get(t, "/page", "Accept", "text/html", "Authorization", "Bearer "+good(t, clock.now())), 403},
	} {
		if w := send(t, test.req, attach, guard); w.Code != test.status || w.Header().Get("Location") != "" {
			t.Errorf("%s: got %d to %q, want %d", name, w.Code, w.Header().Get("Location"), test.status)
		}
	}
	pending := sign(t, keyA(), header(nil), claims(clock.now(), fields{"sts": "pending"}))
	w = send(t, get(t, "/page", "Accept", "text/html", "Authorization", "Bearer "+pending), attach, guard)
	if !strings.HasPrefix(w.Header().Get("Location"), "https://accounts.example.com/sign-in/tasks?theme=dark&") {
		t.Errorf("got location %q, want the tasks of the pending session", w.Header().Get("Location"))
	}
}

func TestMiddleware_nilAuthenticator(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("got no panic for a nil authenticator")
		}
	}()
	clerkauth.Middleware(nil)
}
