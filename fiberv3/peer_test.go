package clerkfiberv3_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v3"

	"github.com/clerkgo/clerk-go/auth/clerkauthtest"
	clerkfiberv3 "github.com/clerkgo/clerk-go/fiberv3"
)

// The address of the connection is told, whatever headers say.
func TestNew_AddressOfThePeer(t *testing.T) {
	t.Parallel()
	authn := clerkauthtest.NewPeers(offline(t))
	app := fiber.New()
	app.Use(clerkfiberv3.New(clerkfiberv3.Config{Authenticator: authn}))
	app.Get("/", handleOK)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, serve(t, app), http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Forwarded-For", "203.0.113.9")
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if got := <-authn.Seen; !strings.HasPrefix(got, "127.0.0.1:") {
		t.Errorf("got the peer %s, want one on 127.0.0.1", got)
	}
}
