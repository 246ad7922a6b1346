package clerkchi_test

//docs:begin imports
import (
	"encoding/json"
	"fmt"
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
