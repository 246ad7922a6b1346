package clerkfiberv3_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v3"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	clerkfiberv3 "github.com/clerkgo/clerk-go/fiberv3"
)

// TestStateKey copies the locals as the WebSocket packages for Fiber do: the socket outlives the request.
func TestStateKey(t *testing.T) {
	t.Parallel()
	authn := offline(t)
	skip := func(c fiber.Ctx) bool { return c.Path() == "/skipped" }
	var socket map[string]any
	app := fiber.New()
	app.Get("/bare", func(c fiber.Ctx) error { socket = locals(c); return nil })
	app.Use(clerkfiberv3.New(clerkfiberv3.Config{Authenticator: authn, Next: skip}))
	app.Get("/*", func(c fiber.Ctx) error { socket = locals(c); return nil })
	for path, want := range map[string]clerkauth.Reason{
		"/socket": clerkauth.ReasonTokenInvalid, "/skipped": clerkauth.ReasonMiddlewareMissing, "/bare": clerkauth.ReasonMiddlewareMissing,
	} {
		r := httptest.NewRequest(http.MethodGet, path, http.NoBody)
		r.Header.Set("Authorization", "Bearer not-a-token")
		resp, err := app.Test(r, fiber.TestConfig{})
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		state, _ := socket[clerkfiberv3.StateKey].(*clerkauth.RequestState)
		if state.SignedIn() || state.Reason() != want {
			t.Errorf("%s: got %v, want signed out for %s", path, state, want)
		}
	}
}

func locals(c fiber.Ctx) map[string]any {
	kept := map[string]any{}
	c.RequestCtx().VisitUserValues(func(key []byte, value any) { kept[string(key)] = value })
	return kept
}

func TestWebhooks(t *testing.T) {
	t.Parallel()
	app := fiber.New()
	app.Post("/webhooks/clerk", clerkfiberv3.Webhooks(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.WriteHeader(http.StatusAccepted)
		_, _ = io.WriteString(w, r.Header.Get("Svix-Id")+" "+string(body))
	})))
	r := httptest.NewRequest(http.MethodPost, "/webhooks/clerk", strings.NewReader(`{"type":"user.created"}`))
	r.Header.Set("Svix-Id", "msg_1")
	resp, err := app.Test(r, fiber.TestConfig{})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	if got, want := string(body), `msg_1 {"type":"user.created"}`; resp.StatusCode != http.StatusAccepted || got != want {
		t.Errorf("got %d %q, want 202 %q", resp.StatusCode, got, want)
	}
	defer func() {
		if recover() == nil {
			t.Error("got no panic for a nil handler, want one at start-up")
		}
	}()
	clerkfiberv3.Webhooks(nil)
}
