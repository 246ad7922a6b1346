package clerkfiber_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/auth/clerkauthtest"
	"github.com/clerkgo/clerk-go/clerktest"
	"github.com/clerkgo/clerk-go/clerktest/adaptertest"
	clerkfiber "github.com/clerkgo/clerk-go/fiber"
)

// offline is an authenticator for requests that need no key.
func offline(tb testing.TB) *clerkauth.Authenticator {
	tb.Helper()
	return clerkauthtest.ForContract(tb, adaptertest.Config{
		SecretKey: "sk_test_example", PublishableKey: "pk_test_ZXhhbXBsZS5jbGVyay5hY2NvdW50cy5kZXYk",
	})
}

func handleOK(c *fiber.Ctx) error { return c.SendStatus(fiber.StatusOK) }

func get(tb testing.TB, app *fiber.App, path string) (status int, contentType, body string) {
	tb.Helper()
	resp, err := app.Test(httptest.NewRequest(http.MethodGet, path, http.NoBody), -1)
	if err != nil {
		tb.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		tb.Fatal(err)
	}
	return resp.StatusCode, resp.Header.Get("Content-Type"), string(text)
}

func TestNew_BadConfig(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]clerkfiber.Config{
		"no authenticator": {},
		"negative timeout": {Authenticator: offline(t), Timeout: -1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			defer func() {
				if recover() == nil {
					t.Error("got no panic, want one at start-up")
				}
			}()
			clerkfiber.New(config)
		})
	}
}

func TestRequireAuth_ErrorHandlerOfTheApplication(t *testing.T) {
	t.Parallel()
	const refusal = `{"error":"unauthenticated","reason":"dev-browser-missing"}`
	custom := func(c *fiber.Ctx, err error) error {
		var native *fiber.Error
		var typed *clerkauth.Error
		if !errors.As(err, &native) || !errors.As(err, &typed) {
			return fiber.DefaultErrorHandler(c, err)
		}
		return c.Status(native.Code).SendString("custom " + string(typed.Reason))
	}
	for name, tc := range map[string]struct {
		handler           fiber.ErrorHandler
		contentType, body string
	}{
		"of Fiber":        {nil, "text/plain", refusal},
		"of this package": {clerkfiber.ErrorHandler, "application/json", refusal},
		"of its own":      {custom, "text/plain", "custom dev-browser-missing"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			app := fiber.New(fiber.Config{ErrorHandler: tc.handler})
			app.Use(clerkfiber.New(clerkfiber.Config{Authenticator: offline(t)}))
			app.Get("/", clerkfiber.RequireAuth(), handleOK)
			status, contentType, body := get(t, app, "/")
			if status != http.StatusUnauthorized || !strings.HasPrefix(contentType, tc.contentType) || body != tc.body {
				t.Errorf("got %d %s %q, want 401 %s %q", status, contentType, body, tc.contentType, tc.body)
			}
		})
	}
}

func TestErrorHandler_LeavesOtherErrorsAlone(t *testing.T) {
	t.Parallel()
	app := fiber.New(fiber.Config{ErrorHandler: clerkfiber.ErrorHandler})
	app.Get("/", func(*fiber.Ctx) error { return fiber.NewError(fiber.StatusTeapot, "short and stout") })
	if status, _, body := get(t, app, "/"); status != fiber.StatusTeapot || body != "short and stout" {
		t.Errorf("got %d %q, want what Fiber answers", status, body)
	}
}

func TestFromContext_TestsMaySignIn(t *testing.T) {
	t.Parallel()
	app := fiber.New()
	app.Use(func(c *fiber.Ctx) error {
		state := clerkauth.NewState(&clerkauth.SessionClaims{Subject: "user_1"})
		c.SetUserContext(clerkauth.NewContext(c.UserContext(), state))
		return c.Next()
	})
	app.Get("/", clerkfiber.RequireAuth(), func(c *fiber.Ctx) error {
		return c.SendString(clerkfiber.FromContext(c).UserID())
	})
	if status, _, body := get(t, app, "/"); status != http.StatusOK || body != "user_1" {
		t.Errorf("got %d %q, want 200 and user_1", status, body)
	}
}

// TestNew_KeptStates presents two tokens in turns on one connection, whose memory Fiber reuses, and reads the states when
// all requests are over.
func TestNew_KeptStates(t *testing.T) {
	t.Parallel()
	server := clerktest.NewServer(t, clerktest.WithFrontendAPI("fiber.clerk.accounts.dev"))
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	app.Use(clerkfiber.New(clerkfiber.Config{Authenticator: clerkauthtest.ForContract(t, adaptertest.Config{
		SecretKey: server.SecretKey(), PublishableKey: server.PublishableKey(), APIURL: server.URL(),
	})}))
	kept := make(chan *clerkauth.RequestState, 100)
	app.Get("/", clerkfiber.RequireAuth(), func(c *fiber.Ctx) error {
		kept <- clerkfiber.FromContext(c)
		return c.SendStatus(fiber.StatusOK)
	})
	people := []clerktest.SignedIn{server.SignedInUser(), server.SignedInUser()}
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(serve(t, app), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	answers := bufio.NewReader(conn)
	for i := range cap(kept) {
		if _, err := fmt.Fprintf(conn, "GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n", people[i%2].Token); err != nil {
			t.Fatal(err)
		}
		resp, err := http.ReadResponse(answers, nil)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
	}
	for i := range cap(kept) {
		state, want := <-kept, people[i%2]
		if state.UserID() != want.UserID || state.SessionID() != want.SessionID || state.Token() != want.Token {
			t.Fatalf("request %d: got user %s, want %s: the state is not a copy", i, state.UserID(), want.UserID)
		}
	}
}

// TestNew_Timeout lets the keys hang for longer than the test and hangs up: the request ends nevertheless.
func TestNew_Timeout(t *testing.T) {
	t.Parallel()
	keys := newStuckServer(t)
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	done := make(chan error, 1)
	app.Use(func(c *fiber.Ctx) error {
		err := c.Next()
		done <- err
		return err
	}, clerkfiber.New(clerkfiber.Config{
		Authenticator: clerkauthtest.ForContract(t, adaptertest.Config{
			SecretKey: "sk_test_example", PublishableKey: "pk_test_ZXhhbXBsZS5jbGVyay5hY2NvdW50cy5kZXYk", APIURL: keys.url,
		}),
		Timeout: 50 * time.Millisecond,
	}), clerkfiber.RequireAuth())
	app.Get("/", handleOK)
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(serve(t, app), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	token := clerktest.NewServer(t).SignedInUser().Token
	if _, err := fmt.Fprintf(conn, "GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n", token); err != nil {
		t.Fatal(err)
	}
	<-keys.asked
	if err := conn.Close(); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-done:
		if !errors.Is(err, clerkauth.ErrUnavailable) {
			t.Errorf("got %v, want an error that is ErrUnavailable", err)
		}
	case <-t.Context().Done():
		t.Fatal("the request still waits for the keys")
	}
}

// stuckServer takes requests and does not answer while the test runs.
type stuckServer struct {
	url   string
	asked chan struct{}
}

func newStuckServer(t *testing.T) *stuckServer {
	t.Helper()
	s := &stuckServer{asked: make(chan struct{}, 16)}
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, _ *http.Request) {
		s.asked <- struct{}{}
		<-release
	}))
	t.Cleanup(server.Close)
	t.Cleanup(func() { close(release) })
	s.url = server.URL
	return s
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
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	app.Post("/early/:id", handleOK) // registered before Use: Fiber leaves it open
	app.Use(clerkfiber.New(clerkfiber.Config{Authenticator: offline(t)}), clerkfiber.RequireAuth())
	app.Post("/late/:id", handleOK)
	app.Post("/files/*", handleOK)
	var routes []adaptertest.Route
	for _, r := range app.GetRoutes(true) {
		routes = append(routes, adaptertest.Route{Method: r.Method, Path: r.Path})
	}
	f := &finding{TB: t}
	adaptertest.AuditRoutes(f, serve(t, app), routes)
	if got, want := slices.Compact(f.lines), []string{"POST /early/:id"}; !slices.Equal(got, want) {
		t.Errorf("got open routes %q, want %q", got, want)
	}
}
