package clerkgin_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/auth/clerkauthtest"
	"github.com/clerkgo/clerk-go/clerktest/adaptertest"
	clerkgin "github.com/clerkgo/clerk-go/gin"
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

func TestMiddleware_NilAuthenticator(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("got no panic, want one at start-up")
		}
	}()
	clerkgin.Middleware(nil)
}

func TestRequireAuth_LeavesTheErrorInTheContext(t *testing.T) {
	t.Parallel()
	var seen []error
	engine := newEngine()
	engine.Use(func(c *gin.Context) {
		c.Next()
		for _, e := range c.Errors {
			seen = append(seen, e)
		}
	}, clerkgin.Middleware(offline(t)))
	engine.GET("/", clerkgin.RequireAuth(), func(*gin.Context) { t.Error("the handler ran") })
	get(engine, "/")
	var refusal *clerkauth.Error
	if len(seen) != 1 || !errors.As(seen[0], &refusal) || !errors.Is(seen[0], clerkauth.ErrUnauthenticated) {
		t.Errorf("got errors %v, want one *clerkauth.Error", seen)
	}
}

func TestFromContext_TestsMaySignIn(t *testing.T) {
	t.Parallel()
	engine := newEngine()
	engine.GET("/", clerkgin.RequireAuth(), func(c *gin.Context) {
		c.String(http.StatusOK, clerkgin.FromContext(c).UserID())
	})
	ctx := clerkauth.NewContext(t.Context(), clerkauth.NewState(&clerkauth.SessionClaims{Subject: "user_1"}))
	w := httptest.NewRecorder()
	engine.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, "/", http.NoBody))
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
	handle := func(c *gin.Context) { c.Status(http.StatusOK) }
	engine := newEngine()
	engine.GET("/early/:id", handle) // registered before Use: Gin leaves it open
	engine.Use(clerkgin.Middleware(offline(t)), clerkgin.RequireAuth())
	engine.GET("/late/:id", handle)
	engine.GET("/files/*path", handle)
	var routes []adaptertest.Route
	for _, r := range engine.Routes() {
		routes = append(routes, adaptertest.Route{Method: r.Method, Path: r.Path})
	}
	f := &finding{TB: t}
	adaptertest.AuditRoutes(f, adaptertest.Serve(t, engine), routes)
	if got, want := slices.Compact(f.lines), []string{"GET /early/:id"}; !slices.Equal(got, want) {
		t.Errorf("got open routes %s, want %s", strings.Join(got, ", "), want)
	}
}

func TestWithErrorHandler_CannotLetTheHandlerRun(t *testing.T) {
	t.Parallel()
	ran := false
	r := newEngine()
	r.Use(clerkgin.Middleware(offline(t), clerkgin.WithErrorHandler(func(c *gin.Context, _ error) {
		c.Status(http.StatusTeapot)
		c.Next()
	})))
	r.GET("/", clerkgin.RequireAuth(), func(*gin.Context) { ran = true })
	w := get(r, "/")
	if ran || w.Code != http.StatusTeapot {
		t.Errorf("got %d and the handler ran: %v, want 418 and no handler", w.Code, ran)
	}
}

// TestFromContext_OfAContextOfGin passes the context of Gin where that of the request belongs.
func TestFromContext_OfAContextOfGin(t *testing.T) {
	t.Parallel()
	for _, fallback := range []bool{false, true} {
		engine := newEngine()
		engine.ContextWithFallback = fallback
		engine.Use(clerkgin.Middleware(offline(t)))
		var err error
		engine.GET("/", func(c *gin.Context) {
			ctx, cancel := context.WithCancel(c)
			defer cancel()
			err = clerkauth.FromContext(ctx).Require()
		})
		get(engine, "/")
		if hint := err != nil && strings.Contains(err.Error(), "ContextWithFallback"); hint == fallback || errors.Is(err, clerkauth.ErrUnavailable) == fallback {
			t.Errorf("with fallback %t: got %v, want a hint where there is none", fallback, err)
		}
	}
}
