package clerkchi_test

//docs:begin imports
import (
	"encoding/json"
	"fmt"
	"log"
	"net/http"

	"github.com/go-chi/chi/v5"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	clerkchi "github.com/clerkgo/clerk-go/chi"
)

//docs:end imports

//docs:begin app
func newApp(authn *clerkauth.Authenticator) chi.Router {
	r := chi.NewRouter()
	r.Use(clerkchi.Middleware(authn))
	r.Get("/", func(w http.ResponseWriter, r *http.Request) {
		if state := clerkauth.FromContext(r.Context()); state.SignedIn() {
			_, _ = fmt.Fprintf(w, "hello %s", state.UserID())
			return
		}
		_, _ = fmt.Fprint(w, "hello stranger")
	})

	r.Route("/api", func(r chi.Router) {
		r.Use(clerkchi.RequireAuth())
		r.Get("/me", func(w http.ResponseWriter, r *http.Request) {
			_ = json.NewEncoder(w).Encode(map[string]string{"user": clerkauth.FromContext(r.Context()).UserID()})
		})
		r.With(clerkchi.RequireAuth(clerkauth.HasPermission("org:invoices:create"))).
			Post("/invoices", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusCreated) })
	})
	return r
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
