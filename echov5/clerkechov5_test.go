package clerkechov5_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/labstack/echo/v5"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/auth/clerkauthtest"
	"github.com/clerkgo/clerk-go/clerktest/adaptertest"
	clerkechov5 "github.com/clerkgo/clerk-go/echov5"
)

// offline is an authenticator for requests that need no key.
func offline(tb testing.TB) *clerkauth.Authenticator {
	tb.Helper()
	return clerkauthtest.ForContract(tb, adaptertest.Config{
		SecretKey: "sk_test_example", PublishableKey: "pk_test_ZXhhbXBsZS5jbGVyay5hY2NvdW50cy5kZXYk",
	})
}

func get(handler http.Handler, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, http.NoBody))
	return w
}

func handleOK(c *echo.Context) error { return c.NoContent(http.StatusOK) }

func TestConfig_NilAuthenticator(t *testing.T) {
	t.Parallel()
	if _, err := (clerkechov5.Config{}).ToMiddleware(); err == nil {
		t.Error("ToMiddleware: got no error, want one")
	}
	defer func() {
		if recover() == nil {
			t.Error("WithConfig: got no panic, want one at start-up")
		}
	}()
	clerkechov5.WithConfig(clerkechov5.Config{})
}

func TestRequireAuth_ReturnsBothKindsOfError(t *testing.T) {
	t.Parallel()
	for name, expose := range map[string]bool{"plain": false, "exposing errors": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var seen []error
			e := echo.New()
			standard := echo.DefaultHTTPErrorHandler(expose)
			e.HTTPErrorHandler = func(c *echo.Context, err error) {
				seen = append(seen, err)
				standard(c, err)
			}
			e.Use(clerkechov5.Middleware(offline(t)))
			e.GET("/", handleOK, clerkechov5.RequireAuth())
			w := get(e, "/")
			if len(seen) != 1 {
				t.Fatalf("the error handler ran %d times, want once", len(seen))
			}
			var refusal *clerkauth.Error
			var native *echo.HTTPError
			if !errors.As(seen[0], &refusal) || !errors.As(seen[0], &native) || native.Code != http.StatusUnauthorized ||
				echo.StatusCode(seen[0]) != http.StatusUnauthorized {
				t.Errorf("got %v, want a *clerkauth.Error and an *echo.HTTPError with status 401", seen[0])
			}
			if want := `{"error":"unauthenticated","reason":"dev-browser-missing"}` + "\n"; w.Body.String() != want {
				t.Errorf("got body %q, want %q", w.Body, want)
			}
		})
	}
}

func TestFromContext_TestsMaySignIn(t *testing.T) {
	t.Parallel()
	e := echo.New()
	e.GET("/", func(c *echo.Context) error {
		return c.String(http.StatusOK, clerkechov5.FromContext(c).UserID())
	}, clerkechov5.RequireAuth())
	ctx := clerkauth.NewContext(t.Context(), clerkauth.NewState(&clerkauth.SessionClaims{Subject: "user_1"}))
	w := httptest.NewRecorder()
	e.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, "/", http.NoBody))
	if w.Code != http.StatusOK || w.Body.String() != "user_1" {
		t.Errorf("got status %d and body %q, want 200 and user_1", w.Code, w.Body)
	}
}

// finding records what the audit reports instead of failing the test.
type finding struct {
	testing.TB
	lines []string
}

func (f *finding) Errorf(_ string, args ...any) {
	if route, ok := args[0].(string); ok {
		f.lines = append(f.lines, route)
	}
}

func TestAudit_FindsRoutesBeforeTheGuard(t *testing.T) {
	t.Parallel()
	e := echo.New()
	e.Use(clerkechov5.Middleware(offline(t)))
	api := e.Group("/api")
	api.GET("/early/:id", handleOK) // registered before Use: Echo leaves it open
	api.Use(clerkechov5.RequireAuth())
	api.GET("/late/:id", handleOK)
	api.GET("/files/*", handleOK)
	var routes []adaptertest.Route
	for _, r := range e.Router().Routes() {
		if r.Method != echo.RouteNotFound {
			routes = append(routes, adaptertest.Route{Method: r.Method, Path: r.Path})
		}
	}
	f := &finding{TB: t}
	adaptertest.AuditRoutes(f, adaptertest.Serve(t, e), routes)
	if got, want := slices.Compact(f.lines), []string{"GET /api/early/:id"}; !slices.Equal(got, want) {
		t.Errorf("got open routes %q, want %q", got, want)
	}
}
