package snippets

import (
	"net/http"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// MountWebhooks puts the webhooks beside what the guard protects.
func MountWebhooks(authn *clerkauth.Authenticator, webhooks, api http.Handler) http.Handler {
	//docs:begin mount
	mux := http.NewServeMux()
	mux.Handle("POST /webhooks", webhooks) // Clerk has no session: its signature is the credential
	mux.Handle("/api/", clerkauth.RequireAuth()(api))
	return clerkauth.Middleware(authn)(mux)
	//docs:end mount
}
