package clerkecho_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

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
		w := httptest.NewRecorder()
		app.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, http.NoBody))
		fmt.Println(path, w.Code, strings.TrimSpace(w.Body.String()))
	}
	// Output:
	// / 200 hello stranger
	// /api/me 401 {"error":"unauthenticated","reason":"dev-browser-missing"}
}
