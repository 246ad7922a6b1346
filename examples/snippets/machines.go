package snippets

import (
	"net/http"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// MachineRoutes opens one route to machines.
func MachineRoutes(authn *clerkauth.Authenticator, me, imports http.Handler) http.Handler {
	//docs:begin routes
	mux := http.NewServeMux()
	mux.Handle("GET /me", clerkauth.Middleware(authn)(clerkauth.RequireAuth()(me))) // people only

	machines := clerkauth.Middleware(authn, clerkauth.WithCallOptions(
		clerkauth.AcceptTokens(clerkauth.TokenAPIKey, clerkauth.TokenM2M),
	))
	mux.Handle("POST /imports", machines(clerkauth.RequireAuth(
		clerkauth.HasScope("imports:write"),
	)(imports)))
	//docs:end routes
	return mux
}

// GuardedRoutes tells callers apart by who is behind them.
func GuardedRoutes(authn *clerkauth.Authenticator, billing, reports http.Handler) http.Handler {
	//docs:begin guards
	mux := http.NewServeMux()
	people := clerkauth.Middleware(authn)
	mux.Handle("POST /billing", people(clerkauth.RequireAuth(
		clerkauth.NotAgent(), clerkauth.Reverified(clerkauth.Strict()),
	)(billing)))

	clients := clerkauth.Middleware(authn, clerkauth.WithCallOptions(clerkauth.AcceptTokens(clerkauth.TokenOAuth)))
	mux.Handle("GET /reports", clients(clerkauth.RequireAuth(
		clerkauth.ThroughClient("client_of_our_mobile_app"), clerkauth.HasScope("reports:read"),
	)(reports)))
	//docs:end guards
	return mux
}

// ProtectedResource is an API for OAuth clients.
func ProtectedResource(config clerkauth.Config) (*clerkauth.Authenticator, error) {
	//docs:begin challenge
	const resource = "https://api.example.com" // as clients write it
	metadata, err := clerkauth.ResourceMetadataURL(resource)
	if err != nil {
		return nil, err
	}
	config.AcceptTokens = []clerkauth.TokenType{clerkauth.TokenOAuth}
	config.OAuthAudience = []string{resource}
	config.ResourceMetadataURL = metadata
	authn, err := clerkauth.New(config)
	//docs:end challenge
	return authn, err
}

// OrderClaims are the claims of a JWT template.
type OrderClaims struct {
	Tier string `json:"tier"`
}

// TemplateRoute serves callers who bring a token of a JWT template.
func TemplateRoute(authn *clerkauth.Authenticator, serve func(tier string) http.Handler) http.Handler {
	//docs:begin template
	orders := clerkauth.Middleware(authn, clerkauth.WithCallOptions(
		clerkauth.AcceptTokens(clerkauth.TokenTemplate),
		clerkauth.WithTemplateAudience("orders-api"),
	))
	handler := orders(clerkauth.RequireAuth()(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		claims, err := clerkauth.ClaimsAs[OrderClaims](clerkauth.FromContext(r.Context()))
		if err != nil {
			http.Error(w, "the template has other claims", http.StatusInternalServerError)
			return
		}
		serve(claims.Tier).ServeHTTP(w, r)
	})))
	//docs:end template
	return handler
}
