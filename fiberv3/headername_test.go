package clerkfiberv3_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v3"

	clerkfiberv3 "github.com/clerkgo/clerk-go/fiberv3"
)

// Clients write the names of headers in any case, also where Fiber leaves them so.
func TestNew_HeaderNamesInAnyCase(t *testing.T) {
	t.Parallel()
	app := fiber.New(fiber.Config{DisableHeaderNormalizing: true})
	app.Use(clerkfiberv3.New(clerkfiberv3.Config{Authenticator: offline(t)}))
	app.Get("/", clerkfiberv3.RequireAuth(), handleOK)
	address := strings.TrimPrefix(serve(t, app), "http://")
	for lines, reason := range map[string]string{
		"authorization: Bearer a":                            "token-invalid",
		"AUTHORIZATION: Bearer a":                            "token-invalid",
		"authorization: Bearer a\r\nAuthorization: Bearer b": "authorization-header-duplicate",
		"cookie: __clerk_db_jwt=a; __session=b":              "session-token-but-no-client-uat",
		"Cookie: __clerk_db_jwt=a\r\ncookie: __session=b":    "session-token-but-no-client-uat",
	} {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = fmt.Fprintf(conn, "GET / HTTP/1.1\r\nHost: app.example.com\r\n%s\r\n\r\n", lines)
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		if want := fmt.Sprintf(`{"error":"unauthenticated","reason":%q}`, reason); string(body) != want {
			t.Errorf("%q: got %s, want %s", lines, body, want)
		}
		_, _ = resp.Body.Close(), conn.Close()
	}
}
