package clerkauth_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

func ExampleMiddleware() {
	authn, err := clerkauth.New(clerkauth.Config{SecretKey: "sk_test_example", HeaderOnly: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "signed in: ", clerkauth.FromContext(r.Context()).SignedIn())
	})
	mux.Handle("GET /account", clerkauth.RequireAuth()(http.NotFoundHandler()))
	app := clerkauth.Middleware(authn)(mux)

	for _, path := range []string{"/", "/account"} {
		w := httptest.NewRecorder()
		app.ServeHTTP(w, httptest.NewRequestWithContext(context.Background(), http.MethodGet, path, http.NoBody))
		fmt.Println(w.Code, w.Body)
	}
	// Output:
	// 200 signed in: false
	// 401 {"error":"unauthenticated","reason":"session-token-missing"}
}

func ExampleRedirectBuilder() {
	builder := clerkauth.RedirectBuilder{
		BaseURL:        "https://app.example.com/cart",
		PublishableKey: clerkauth.BuildPublishableKey("clerk.example.com"),
	}
	signIn, err := builder.SignIn("/checkout")
	fmt.Println(signIn, err)
	// Output:
	// https://accounts.example.com/sign-in?redirect_url=https%3A%2F%2Fapp.example.com%2Fcheckout <nil>
}

func ExamplePathMatcher() {
	public, err := clerkauth.NewPathMatcher("/", "/docs(.*)")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, path := range []string{"/", "/docs/start", "/account"} {
		ok, err := public.Match(path)
		fmt.Println(path, ok, err)
	}
	// Output:
	// / true <nil>
	// /docs/start true <nil>
	// /account false <nil>
}
