package clerkecho_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/labstack/echo/v4"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/auth/clerkauthtest"
	"github.com/clerkgo/clerk-go/clerktest/adaptertest"
	clerkecho "github.com/clerkgo/clerk-go/echo"
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

func handleOK(c echo.Context) error { return c.NoContent(http.StatusOK) }

func TestConfig_NilAuthenticator(t *testing.T) {
	t.Parallel()
	if _, err := (clerkecho.Config{}).ToMiddleware(); err == nil {
		t.Error("ToMiddleware: got no error, want one")
	}
	defer func() {
		if recover() == nil {
			t.Error("WithConfig: got no panic, want one at start-up")
		}
	}()
	clerkecho.WithConfig(clerkecho.Config{})
}

func TestRequireAuth_ReturnsAnHTTPError(t *testing.T) {
	t.Parallel()
	var seen []error
	e := echo.New()
	standard := e.HTTPErrorHandler
	e.HTTPErrorHandler = func(err error, c echo.Context) {
		seen = append(seen, err)
		standard(err, c)
	}
	e.Use(clerkecho.Middleware(offline(t)))
	e.GET("/", handleOK, clerkecho.RequireAuth())
	get(e, "/")
	if len(seen) != 1 {
		t.Fatalf("the error handler ran %d times, want once", len(seen))
	}
	outermost, ok := seen[0].(*echo.HTTPError) // Echo asserts, too, and does not unwrap
	if !ok || outermost.Code != http.StatusUnauthorized {
		t.Errorf("got %T, want an *echo.HTTPError with status 401 outermost", seen[0])
	}
	var refusal *clerkauth.Error
	if !errors.As(seen[0], &refusal) {
		t.Errorf("got %v, want a *clerkauth.Error inside", seen[0])
	}
}

func TestRequireAuth_DebugModeAddsNothing(t *testing.T) {
	t.Parallel()
	e := echo.New()
	e.Use(clerkecho.Middleware(offline(t)))
	e.GET("/", handleOK, clerkecho.RequireAuth())
	want := get(e, "/").Body.String()
	e.Debug = true
	pretty := get(e, "/").Body.String()
	if want != `{"error":"unauthenticated","reason":"dev-browser-missing"}`+"\n" {
		t.Errorf("got body %q, want error and reason", want)
	}
	if pretty != "{\n  \"error\": \"unauthenticated\",\n  \"reason\": \"dev-browser-missing\"\n}\n" {
		t.Errorf("got body %q in debug mode, want error and reason only", pretty)
	}
}

func TestFromContext_TestsMaySignIn(t *testing.T) {
	t.Parallel()
	e := echo.New()
	e.GET("/", func(c echo.Context) error {
		return c.String(http.StatusOK, clerkecho.FromContext(c).UserID())
	}, clerkecho.RequireAuth())
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
	e.Use(clerkecho.Middleware(offline(t)))
	api := e.Group("/api")
	api.GET("/early/:id", handleOK) // registered before Use: Echo leaves it open
	api.Use(clerkecho.RequireAuth())
	api.GET("/late/:id", handleOK)
	api.GET("/files/*", handleOK)
	var routes []adaptertest.Route
	for _, r := range e.Routes() {
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
