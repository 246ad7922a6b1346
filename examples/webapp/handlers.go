package main

import (
	"errors"
	"io/fs"
	"net/http"
	"strings"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	clerk "github.com/clerkgo/clerk-go/core"
)

func (a *application) home(w http.ResponseWriter, r *http.Request) {
	a.show(w, r, "home", &pageData{Title: "Teams"})
}

// account shows what Clerk knows about the person, and the teams.
func (a *application) account(w http.ResponseWriter, r *http.Request) {
	user, err := clerkauth.CurrentUser(r.Context())
	if err != nil {
		a.fail(w, r)
		return
	}
	list, err := a.api.Users.ListOrganizationMemberships(r.Context(), user.ID, nil)
	if err != nil {
		a.fail(w, r)
		return
	}
	a.show(w, r, "account", &pageData{Title: "Account", Name: nameOf(user), Teams: list.Data})
}

//docs:begin team

// team is the page of the organization that the address names, and its page for administrators. The handshake has made it the active one, unless the person
// is no member of it.
func (a *application) team(w http.ResponseWriter, r *http.Request) {
	state := clerkauth.FromContext(r.Context())
	if state.OrgSlug() != r.PathValue("slug") {
		a.noAccess(w, r)
		return
	}
	team, err := clerkauth.CurrentOrganization(r.Context())
	if err != nil {
		a.fail(w, r)
		return
	}
	a.show(w, r, "team", &pageData{Title: team.Name, Team: team, Admin: strings.HasSuffix(r.URL.Path, "/admin")})
}

//docs:end team

func (a *application) noAccess(w http.ResponseWriter, r *http.Request) {
	w.WriteHeader(http.StatusForbidden)
	a.show(w, r, "no-access", &pageData{Title: "No access"})
}

//docs:begin signout

// signOut ends the session and drops its cookie: the next page asks Clerk who is there. A copy of the cookie elsewhere is good
// until it expires, for a minute at most.
func (a *application) signOut(w http.ResponseWriter, r *http.Request) {
	if state := clerkauth.FromContext(r.Context()); state.SignedIn() {
		if _, err := a.api.Sessions.Revoke(r.Context(), state.SessionID()); err != nil && !errors.Is(err, clerk.ErrNotFound) {
			a.fail(w, r)
			return
		}
	}
	for _, name := range []string{"__session", "__session_" + clerkauth.CookieSuffix(a.key)} {
		http.SetCookie(w, &http.Cookie{Name: name, Path: "/", MaxAge: -1, SameSite: http.SameSiteLaxMode}) //nolint:gosec // removes it
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

//docs:end signout

// fail tells that Clerk did not answer, without what it said.
func (a *application) fail(w http.ResponseWriter, r *http.Request) {
	w.WriteHeader(http.StatusServiceUnavailable)
	a.show(w, r, "trouble", &pageData{Title: "Try again"})
}

// nameOf is how the person is called.
func nameOf(user *clerk.User) string {
	if user.FirstName == nil {
		return "you"
	}
	return *user.FirstName
}

// style is the folder of the style sheet.
func style() fs.FS {
	folder, err := fs.Sub(pageFiles, "pages")
	if err != nil {
		panic(err) // the folder is part of the program
	}
	return folder
}
