// Command nethttp is a net/http service that Clerk protects. It talks to a local Clerk, or to the real one when CLERK_SECRET_KEY
// and CLERK_PUBLISHABLE_KEY are set, and prints tokens to try it with:
//
//	curl -i 127.0.0.1:8080/
//	curl -i -H "Authorization: Bearer $TOKEN" 127.0.0.1:8080/api/me
//	curl -i -H "Authorization: Bearer $MEMBER" -X POST 127.0.0.1:8080/api/invoices
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/examples/internal/demo"
	"github.com/clerkgo/clerk-go/examples/internal/local"
)

func main() {
	local.Run(func(ctx context.Context, authn *clerkauth.Authenticator) error {
		return demo.Serve(ctx, local.Address, routes(authn))
	})
}

// routes has a public route, an API for who is signed in, and a page that sends strangers to sign in.
func routes(authn *clerkauth.Authenticator) http.Handler {
	mux := http.NewServeMux()
	register(mux)
	return clerkauth.Middleware(authn)(mux)
}

// register takes an interface, so that the test can list the patterns.
func register(mux interface{ Handle(string, http.Handler) }) {
	invoices := clerkauth.RequireAuth(clerkauth.HasPermission("org:invoices:create"))
	mux.Handle("GET /{$}", http.HandlerFunc(home))
	mux.Handle("GET /api/me", clerkauth.RequireAuth()(http.HandlerFunc(me)))
	mux.Handle("POST /api/invoices", invoices(http.HandlerFunc(createInvoice)))
	mux.Handle("GET /account", clerkauth.RedirectToSignIn()(http.HandlerFunc(account)))
}

func home(w http.ResponseWriter, r *http.Request) {
	if state := clerkauth.FromContext(r.Context()); state.SignedIn() {
		_, _ = fmt.Fprintf(w, "hello %s\n", state.UserID())
		return
	}
	_, _ = fmt.Fprintln(w, "hello stranger")
}

func me(w http.ResponseWriter, r *http.Request) {
	state := clerkauth.FromContext(r.Context())
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]string{"user": state.UserID(), "organization": state.OrgID()})
}

func createInvoice(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusCreated) }

func account(w http.ResponseWriter, r *http.Request) {
	_, _ = fmt.Fprintf(w, "the account of %s\n", clerkauth.FromContext(r.Context()).UserID())
}
