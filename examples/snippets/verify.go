package snippets

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

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

// OrgRoutes has a route that names an organization.
func OrgRoutes(authn *clerkauth.Authenticator) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /orgs/{org}/invoices", InvoicesOf)
	return clerkauth.Middleware(authn)(mux)
}

//docs:begin org

// InvoicesOf answers GET /orgs/{org}/invoices to members of that organization who may read them.
func InvoicesOf(w http.ResponseWriter, r *http.Request) {
	state := clerkauth.FromContext(r.Context())
	org := r.PathValue("org")
	if err := state.Require(clerkauth.InOrg(org), clerkauth.HasPermission("org:invoices:read")); err != nil {
		clerkauth.FromHTTP(r).Answer(err).Write(w) // 401, 403 or 503, as RequireAuth answers
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]string{"invoices of": org})
}

//docs:end org

// Stream serves events for as long as the session token is good.
func Stream(w http.ResponseWriter, r *http.Request, serve func(ctx context.Context)) {
	//docs:begin stream
	state := clerkauth.FromContext(r.Context())
	if err := state.Require(); err != nil {
		clerkauth.FromHTTP(r).Answer(err).Write(w)
		return
	}
	ctx, cancel := state.UntilExpiry(r.Context()) // the client comes back with a new token
	defer cancel()
	serve(ctx)
	//docs:end stream
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
