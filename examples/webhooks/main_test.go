package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	"github.com/gofiber/fiber/v2"
	fiberv3 "github.com/gofiber/fiber/v3"
	"github.com/labstack/echo/v4"
	echov5 "github.com/labstack/echo/v5"

	clerk "github.com/clerkgo/clerk-go/core"
	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
	"github.com/clerkgo/clerk-go/examples/internal/demo"
)

// TestLocalClerk lets a local Clerk send what happens when a user makes an organization.
func TestLocalClerk(t *testing.T) {
	t.Setenv("CLERK_SECRET_KEY", "")
	k, err := demo.Connect()
	if err != nil {
		t.Fatal(err)
	}
	defer k.Close()
	var handler http.Handler
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	defer service.Close()
	verifier, err := verifierFor(k, service.URL)
	if err != nil {
		t.Fatal(err)
	}
	out := &output{}
	if handler, err = newHandler(verifier, out); err != nil {
		t.Fatal(err)
	}
	person, err := k.Admin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := k.Local.FlushWebhooks(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		person.UserID + " is new", "a member of " + person.OrganizationID + " with the role org:admin", "organization.created", "session.created",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("got\n%s\nwant a line with %q", out, want)
		}
	}
}

// output is safe for concurrent use.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// TestFrameworks sends the same deliveries to the handler in every framework.
func TestFrameworks(t *testing.T) {
	t.Parallel()
	gin.SetMode(gin.TestMode)
	frameworks := map[string]func(h *clerkwebhook.Handler) func(*http.Request) (*http.Response, error){
		"net/http": func(h *clerkwebhook.Handler) func(*http.Request) (*http.Response, error) {
			mux := http.NewServeMux()
			mountNetHTTP(mux, h)
			return record(mux)
		},
		"chi": func(h *clerkwebhook.Handler) func(*http.Request) (*http.Response, error) {
			router := chi.NewRouter()
			mountChi(router, h)
			return record(router)
		},
		"gin": func(h *clerkwebhook.Handler) func(*http.Request) (*http.Response, error) {
			router := gin.New()
			mountGin(router, h)
			return record(router)
		},
		"echo": func(h *clerkwebhook.Handler) func(*http.Request) (*http.Response, error) {
			e := echo.New()
			mountEcho(e, h)
			return record(e)
		},
		"fiber": func(h *clerkwebhook.Handler) func(*http.Request) (*http.Response, error) {
			app := fiber.New()
			mountFiber(app, h)
			return func(r *http.Request) (*http.Response, error) { return app.Test(r, -1) }
		},
		"echo v5": func(h *clerkwebhook.Handler) func(*http.Request) (*http.Response, error) {
			e := echov5.New()
			mountEchoV5(e, h)
			return record(e)
		},
		"fiber v3": func(h *clerkwebhook.Handler) func(*http.Request) (*http.Response, error) {
			app := fiberv3.New()
			mountFiberV3(app, h)
			return func(r *http.Request) (*http.Response, error) { return app.Test(r, fiberv3.TestConfig{}) }
		},
	}
	for name, mount := range frameworks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkFramework(t, mount)
		})
	}
}

func record(h http.Handler) func(*http.Request) (*http.Response, error) {
	return func(r *http.Request) (*http.Response, error) {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Result(), nil
	}
}

func checkFramework(t *testing.T, mount func(h *clerkwebhook.Handler) func(*http.Request) (*http.Response, error)) {
	t.Helper()
	secret := clerkwebhook.NewSecret()
	verifier, err := clerkwebhook.New(clerkwebhook.Config{Secrets: []string{secret}})
	if err != nil {
		t.Fatal(err)
	}
	signer, err := clerkwebhook.NewSigner(secret)
	if err != nil {
		t.Fatal(err)
	}
	answers := []error{errors.New("trouble"), nil, clerkwebhook.Permanent(errors.New("hopeless")), nil}
	var ids []string
	handler, err := clerkwebhook.NewHandler(verifier, clerkwebhook.Callbacks{
		UserCreated: func(_ context.Context, event *clerkwebhook.Event, user *clerk.User) error {
			ids = append(ids, event.ID+" "+user.ID)
			return answers[len(ids)-1]
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	send := mount(handler)
	body := []byte("{ \"type\":\"user.created\",\n \"data\":{\"id\":\"user_1\"} }")
	steps := []struct {
		id       string
		body     []byte
		encoding string
		status   int
		abort    string
	}{
		{"msg_1", body, "", http.StatusInternalServerError, ""},
		{"msg_1", body, "", http.StatusNoContent, ""},
		{"msg_1", body, "", http.StatusNoContent, ""},
		{"msg_2", body, "", http.StatusUnprocessableEntity, "abort-message"},
		{"msg_3", bytes.ToUpper(body), "", http.StatusUnauthorized, ""},
		{"msg_4", body, "gzip", http.StatusNoContent, ""}, // what was signed are the bytes, whatever a header says
	}
	for _, step := range steps {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/webhooks", bytes.NewReader(step.body))
		r.Header = signer.Sign(step.id, time.Now(), body)
		if step.encoding != "" {
			r.Header.Set("Content-Encoding", step.encoding)
		}
		resp, err := send(r)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		if resp.StatusCode != step.status || resp.Header.Get("Webhook-Delivery") != step.abort || len(text) != 0 {
			t.Errorf("%s: got %d, %q and body %q; want %d, %q and none",
				step.id, resp.StatusCode, resp.Header.Get("Webhook-Delivery"), text, step.status, step.abort)
		}
	}
	if got, want := strings.Join(ids, ", "), "msg_1 user_1, msg_1 user_1, msg_2 user_1, msg_4 user_1"; got != want {
		t.Errorf("got calls %q, want %q", got, want)
	}
}
