package snippets

//docs:begin imports
import (
	"net/http"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

//docs:end imports

// Routes guards the routes of a net/http service.
func Routes(authn *clerkauth.Authenticator, home, invoices, remove http.Handler) http.Handler {
	//docs:begin routes
	mux := http.NewServeMux()
	mux.Handle("GET /", home)
	mux.Handle("GET /invoices", clerkauth.RequireAuth(
		clerkauth.HasPermission("org:invoices:read"),
	)(invoices))
	mux.Handle("DELETE /account", clerkauth.RequireAuth(
		clerkauth.Reverified(clerkauth.Strict()), // signed in again within ten minutes
		clerkauth.NotImpersonated(),
	)(remove))
	return clerkauth.Middleware(authn)(mux)
	//docs:end routes
}
