package clerkfiberv3_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v3"

	"github.com/clerkgo/clerk-go/auth/clerkauthtest"
	"github.com/clerkgo/clerk-go/clerktest"
)

// TestExample_LargeCookies sends the application of the README what a browser with a large session token sends: a cookie
// holds up to 4 KB, and the token is in two.
func TestExample_LargeCookies(t *testing.T) {
	t.Parallel()
	srv, authn := clerkauthtest.New(t)
	ada := srv.SignedInUser(clerktest.TokenClaim("metadata", strings.Repeat("x", 2000)))
	request := srv.AddCookies(httptest.NewRequest(http.MethodGet, "/", http.NoBody), ada)
	if size := len(request.Header.Get("Cookie")); size < 7000 {
		t.Fatalf("got %d bytes of cookies, want more than 7000", size)
	}
	resp, err := newApp(authn).Test(request, fiber.TestConfig{})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || string(body) != "hello "+ada.UserID {
		t.Errorf("got %d %s, %v, want a greeting", resp.StatusCode, body, err)
	}
}
