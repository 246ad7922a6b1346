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
