package clerkauth_test

//docs:begin imports
import (
	"fmt"
	"log"
	"net/http"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

//docs:end imports

//docs:begin app
func newApp(authn *clerkauth.Authenticator) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) {
		if state := clerkauth.FromContext(r.Context()); state.SignedIn() {
			fmt.Fprintf(w, "hello %s", state.UserID())
			return
		}
		fmt.Fprint(w, "hello stranger")
	})
	mux.Handle("GET /api/me", clerkauth.RequireAuth()(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, clerkauth.FromContext(r.Context()).UserID())
	})))
	mux.Handle("POST /api/invoices", clerkauth.RequireAuth(
		clerkauth.HasPermission("org:invoices:create"),
		clerkauth.NotImpersonated(),
	)(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusCreated) })))
	return clerkauth.Middleware(authn)(mux)
}

//docs:end app

//docs:begin main
func main() {
	config, err := clerkauth.ConfigFromEnv() // CLERK_SECRET_KEY, CLERK_PUBLISHABLE_KEY, CLERK_AUTHORIZED_PARTIES, …
	if err != nil {
		log.Fatal(err)
	}
	// Tokens of page loads have no azp. Leave this out where others run applications on subdomains of yours.
	config.AllowMissingAuthorizedParty = true
	authn, err := clerkauth.New(config)
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(http.ListenAndServe("127.0.0.1:8080", newApp(authn)))
}

//docs:end main

var _ = main // the program of the README
