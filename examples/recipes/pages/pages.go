// Package pages serves html/template pages to browsers that sign in with Clerk, with forms that other sites cannot send.
package pages

import (
	"html/template"
	"net/http"
	"sync/atomic"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

var dashboard = template.Must(template.New("dashboard").Parse(`<!doctype html>
<title>Dashboard</title>
<p>Signed in as {{.UserID}}{{with .OrgSlug}} of {{.}}{{end}}. Invoices sent: {{.Sent}}.</p>
<form method="post" action="/invoices"><button>Send an invoice</button></form>
`))

//docs:begin pages

// New returns the application. A visitor who is not signed in is sent to the sign-in page and comes back. The session cookie
// of Clerk is SameSite=Lax: browsers leave it out of forms that other sites send, but not of those of your other subdomains,
// and ClerkJS needs it readable, so it is not HttpOnly. CrossOriginProtection refuses what another origin sends, subdomains
// among them; name those that may with AddTrustedOrigin. It looks at POST, PUT, PATCH and DELETE: let GET change nothing.
func New(authn clerkauth.RequestAuthenticator) http.Handler {
	app := &application{}
	mux := http.NewServeMux()
	mux.Handle("GET /dashboard", clerkauth.RedirectToSignIn()(http.HandlerFunc(app.show)))
	mux.Handle("POST /invoices", clerkauth.RequireAuth()(http.HandlerFunc(app.send)))
	return http.NewCrossOriginProtection().Handler(clerkauth.Middleware(authn)(mux))
}

//docs:end pages

type application struct{ sent atomic.Int64 }

func (a *application) show(w http.ResponseWriter, r *http.Request) {
	state := clerkauth.FromContext(r.Context())
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "private, no-store")
	_ = dashboard.Execute(w, map[string]any{"UserID": state.UserID(), "OrgSlug": state.OrgSlug(), "Sent": a.sent.Load()})
}

func (a *application) send(w http.ResponseWriter, r *http.Request) {
	a.sent.Add(1)
	http.Redirect(w, r, "/dashboard", http.StatusSeeOther)
}
