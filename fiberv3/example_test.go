package clerkfiberv3_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"github.com/gofiber/fiber/v3"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

func Example() {
	authn, err := clerkauth.New(clerkauth.Config{
		SecretKey:      "sk_test_example", // os.Getenv("CLERK_SECRET_KEY")
		PublishableKey: "pk_test_ZXhhbXBsZS5jbGVyay5hY2NvdW50cy5kZXYk",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	app := newApp(authn)
	for _, path := range []string{"/", "/api/me"} {
		resp, err := app.Test(httptest.NewRequest(http.MethodGet, path, http.NoBody), fiber.TestConfig{})
		if err != nil {
			fmt.Println(err)
			return
		}
		body, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		fmt.Println(path, resp.StatusCode, string(body))
	}
	// Output:
	// / 200 hello stranger
	// /api/me 401 {"error":"unauthenticated","reason":"dev-browser-missing"}
}
