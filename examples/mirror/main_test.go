package main

import (
	"database/sql"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/gofiber/fiber/v2"
	"github.com/labstack/echo/v4"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
	clerkecho "github.com/clerkgo/clerk-go/echo"
	clerkfiber "github.com/clerkgo/clerk-go/fiber"
	clerkgin "github.com/clerkgo/clerk-go/gin"
)

// world is the shop with a local Clerk that sends it events.
type world struct {
	*clerktest.Server
	shop *shop
	app  *gin.Engine
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{Server: clerktest.NewServer(t)}
	db, err := sql.Open("sqlite", "file:"+filepath.Join(t.TempDir(), "shop.db")+
		"?_pragma=busy_timeout(5000)&_pragma=foreign_keys(1)&_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	client, err := clerk.NewClient(w.SecretKey(), clerk.WithBaseURL(w.URL()))
	if err != nil {
		t.Fatal(err)
	}
	if w.shop, err = newShop(t.Context(), db, client); err != nil {
		t.Fatal(err)
	}
	service := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { w.app.ServeHTTP(rw, r) }))
	t.Cleanup(service.Close)
	endpoint, err := w.AddWebhook(service.URL + "/webhooks")
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := clerkwebhook.New(clerkwebhook.Config{Secrets: []string{endpoint.Secret()}})
	if err != nil {
		t.Fatal(err)
	}
	authn, err := clerkauth.New(clerkauth.Config{JWTKey: w.JWTKey(), HeaderOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	if w.app, err = w.shop.routes(authn, verifier); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) call(t *testing.T, method, target, token string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, target, nil)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	rec := httptest.NewRecorder()
	w.app.ServeHTTP(rec, r)
	return rec
}

// TestShop_FirstRequestBeforeTheWebhook orders while the event of the sign-up is held back.
func TestShop_FirstRequestBeforeTheWebhook(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Clock().Freeze()
	w.Webhooks()[0].Hold()
	ada := w.CreateUser(clerktest.User{FirstName: "Ada", LastName: "Lovelace"})
	if got := w.call(t, http.MethodPost, "/orders?item=loom", w.SignIn(ada.ID, "").Token).Code; got != http.StatusCreated {
		t.Fatalf("got %d, want 201", got)
	}
	if got := w.call(t, http.MethodPost, "/orders?item=loom", "").Code; got != http.StatusUnauthorized {
		t.Errorf("got %d without a token, want 401", got)
	}
	want := `[{"item":"loom","buyer":"Ada Lovelace"}]`
	if got := w.call(t, http.MethodGet, "/orders", "").Body.String(); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	w.Webhooks()[0].Release(nil)
	w.Clock().Advance(time.Second) // states of the same millisecond have no order
	w.rename(t, ada.ID, "Augusta")
	want = strings.Replace(want, "Ada", "Augusta", 1)
	if got := w.call(t, http.MethodGet, "/orders", "").Body.String(); got != want {
		t.Errorf("got %s after the webhooks, want %s", got, want)
	}
}

// TestEnsure_EveryFramework lets a user who is gone and one who is there ask in each framework.
func TestEnsure_EveryFramework(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	authn, err := clerkauth.New(clerkauth.Config{JWTKey: w.JWTKey(), HeaderOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	m := w.shop.mirror
	ok := func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusTeapot) }
	ginApp, echoApp, fiberApp := gin.New(), echo.New(), fiber.New()
	ginApp.GET("/", clerkgin.Middleware(authn), ensureGin(m), gin.WrapF(ok))
	echoApp.GET("/", echo.WrapHandler(http.HandlerFunc(ok)), clerkecho.Middleware(authn), ensureEcho(m))
	fiberApp.Get("/", clerkfiber.New(clerkfiber.Config{Authenticator: authn}), ensureFiber(m), func(c *fiber.Ctx) error {
		return c.SendStatus(http.StatusTeapot)
	})
	apps := map[string]func(*http.Request) int{
		"net/http": serve(clerkauth.Middleware(authn)(ensureHTTP(m, http.HandlerFunc(ok)))), "gin": serve(ginApp), "echo": serve(echoApp),
		"fiber": func(r *http.Request) int {
			resp, err := fiberApp.Test(r, -1)
			if err != nil {
				t.Fatal(err)
			}
			return resp.StatusCode
		},
	}
	client, err := clerk.NewClient(w.SecretKey(), clerk.WithBaseURL(w.URL()))
	if err != nil {
		t.Fatal(err)
	}
	for name, ask := range apps {
		here, gone := w.SignedInUser(), w.SignedInUser()
		if _, err := client.Users.Delete(t.Context(), gone.UserID); err != nil {
			t.Fatal(err)
		}
		if err := w.FlushWebhooks(t.Context()); err != nil { // until then the table may still have the user
			t.Fatal(err)
		}
		for token, want := range map[string]int{here.Token: http.StatusTeapot, gone.Token: http.StatusUnauthorized} {
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.Header.Set("Authorization", "Bearer "+token)
			if got := ask(r); got != want {
				t.Errorf("%s: got %d, want %d", name, got, want)
			}
		}
		if _, err := m.User(t.Context(), here.UserID); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func serve(h http.Handler) func(*http.Request) int {
	return func(r *http.Request) int {
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		return rec.Code
	}
}

func (w *world) rename(t *testing.T, user, name string) {
	t.Helper()
	client, err := clerk.NewClient(w.SecretKey(), clerk.WithBaseURL(w.URL()))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Users.Update(t.Context(), user, &clerk.UserUpdateParams{FirstName: clerk.String(name)}); err != nil {
		t.Fatal(err)
	}
	if err := w.FlushWebhooks(t.Context()); err != nil {
		t.Fatal(err)
	}
}
