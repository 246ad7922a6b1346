package snippets

//docs:begin imports
import (
	"encoding/json"
	"errors"
	"net/http"
	"os"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

//docs:end imports

// NewAuthenticator makes the one authenticator of a service.
func NewAuthenticator() (*clerkauth.Authenticator, error) {
	//docs:begin new
	authn, err := clerkauth.New(clerkauth.Config{
		SecretKey:         os.Getenv("CLERK_SECRET_KEY"),
		PublishableKey:    os.Getenv("CLERK_PUBLISHABLE_KEY"),
		AuthorizedParties: []string{"https://app.example.com"},
		TokenCacheSize:    clerkauth.DefaultTokenCacheSize,
	})
	//docs:end new
	return authn, err
}

// NewOfflineAuthenticator makes an authenticator that never uses the network.
func NewOfflineAuthenticator() (*clerkauth.Authenticator, error) {
	//docs:begin offline
	authn, err := clerkauth.New(clerkauth.Config{
		JWTKey:            os.Getenv("CLERK_JWT_KEY"), // the PEM public key of the dashboard
		HeaderOnly:        true,                       // no cookies, so no publishable key either
		AuthorizedParties: []string{"https://app.example.com"},
	})
	//docs:end offline
	return authn, err
}

// Authenticate handles a request without middleware.
func Authenticate(authn *clerkauth.Authenticator, w http.ResponseWriter, r *http.Request) {
	//docs:begin authenticate
	state := authn.Authenticate(r.Context(), clerkauth.FromHTTP(r))
	switch err := state.Require(clerkauth.HasPermission("org:invoices:read")); {
	case errors.Is(err, clerkauth.ErrUnavailable): // our trouble, not the visitor's
		http.Error(w, "try again", http.StatusServiceUnavailable)
	case errors.Is(err, clerkauth.ErrForbidden):
		http.Error(w, "not yours", http.StatusForbidden)
	case err != nil:
		http.Error(w, "sign in first", http.StatusUnauthorized)
	default:
		_ = json.NewEncoder(w).Encode(map[string]string{"user": state.UserID(), "org": state.OrgID()})
	}
	//docs:end authenticate
}

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

//docs:begin claims

// Plan is what a customised session token of this application says beyond Clerk's own claims.
type Plan struct {
	Tier  string `json:"tier"`
	Seats int    `json:"seats"`
}

// ShowPlan reads custom claims in a handler.
func ShowPlan(w http.ResponseWriter, r *http.Request) {
	plan, err := clerkauth.ClaimsAs[Plan](clerkauth.FromContext(r.Context()))
	if err != nil {
		http.Error(w, "sign in first", http.StatusUnauthorized)
		return
	}
	_ = json.NewEncoder(w).Encode(plan)
}

//docs:end claims
