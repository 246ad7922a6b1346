package main

import (
	"embed"
	"html/template"
	"net/http"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	clerk "github.com/clerkgo/clerk-go/core"
)

// pageFiles are the pages and their style sheet.
//
//go:embed pages
var pageFiles embed.FS

var pages = template.Must(template.ParseFS(pageFiles, "pages/*.html"))

// application is the web application.
type application struct {
	authn *clerkauth.Authenticator
	api   *clerk.Client
	key   string // publishable
}

//docs:begin routes

// routes has a page for everybody, one for people who are signed in, one for members of a team and one for its administrators.
func (a *application) routes() http.Handler {
	mux := http.NewServeMux()
	guard := clerkauth.Pages{Unauthorized: "/no-access"} // strangers go to the sign-in page and come back
	mux.HandleFunc("GET /{$}", a.home)
	mux.Handle("GET /account", guard.Require()(http.HandlerFunc(a.account)))
	mux.Handle("GET /teams/{slug}", guard.Require()(http.HandlerFunc(a.team)))
	mux.Handle("GET /teams/{slug}/admin", guard.Require(clerkauth.HasRole("org:admin"))(http.HandlerFunc(a.team)))
	mux.HandleFunc("GET /no-access", a.noAccess)
	mux.HandleFunc("POST /sign-out", a.signOut)
	mux.Handle("GET /style.css", http.FileServerFS(style()))
	// Other sites cannot send forms in the name of who is signed in here.
	return http.NewCrossOriginProtection().Handler(clerkauth.Middleware(a.authn)(mux))
}

//docs:end routes

// pageData is what every page shows, besides what is its own.
type pageData struct {
	Title, SignIn, SignUp, Manage string
	State                         *clerkauth.RequestState
	Name                          string
	Teams                         []clerk.OrganizationMembership
	Team                          *clerk.Organization
	Admin                         bool // shows the page for administrators
}

// show writes a page. The links to Clerk's own pages lead back to the account page.
func (a *application) show(w http.ResponseWriter, r *http.Request, name string, data *pageData) {
	data.State = clerkauth.FromContext(r.Context())
	links := a.authn.Redirects(clerkauth.FromHTTP(r), data.State)
	var err error
	if data.SignIn, err = links.SignIn(links.BaseURL); err == nil {
		data.SignUp, err = links.SignUp(links.BaseURL)
	}
	if err == nil {
		data.Manage, err = links.AccountPortal("/organization", links.BaseURL)
	}
	if err != nil {
		http.Error(w, "the page has no address", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	// Without form-action: browsers hold it against redirects too, and the page after a form may ask Clerk who is there.
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'")
	if err := pages.ExecuteTemplate(w, name+".html", data); err != nil {
		http.Error(w, "the page cannot be shown", http.StatusInternalServerError)
	}
}
