package clerktest

import (
	"cmp"
	"net/http"
	"net/url"
)

var adminLinkRoutes = []adminRoute{{http.MethodPost, "/sign_in_links", makeSignInLink}}

// signInLink is an address that opens the application as a user.
type signInLink struct {
	URL       string `json:"url"`
	UserID    string `json:"user_id"`
	SessionID string `json:"session_id"`
}

// makeSignInLink signs a user in on a browser of its own and returns an address of the application that makes whoever
// opens it this browser. Of a development instance the address carries the dev browser's token, as Clerk's own pages
// do; of a production instance it leads through the emulator, which sets the cookie of the Frontend API.
func makeSignInLink(in *Instance, r *http.Request) (any, error) {
	body, err := adminBody[struct {
		UserID         string `json:"user_id"`
		OrganizationID string `json:"organization_id"`
		Application    string `json:"application"` // the address to open; the application's origin by default
	}](r)
	if err != nil {
		return nil, err
	}
	target, err := in.applicationAddress(body.Application)
	if err != nil {
		return nil, err
	}
	out := signInLink{UserID: body.UserID}
	err = in.write(func(x *tx) error {
		u, err := x.findUser(body.UserID)
		if err != nil {
			return err
		}
		if body.OrganizationID != "" && x.findMembership(body.OrganizationID, u.ID) == nil {
			return errNotFound("organization membership")
		}
		b := x.newBrowser("")
		out.SessionID, out.URL = x.startSession(u, b.ClientID, nilIfEmpty(body.OrganizationID)).ID, in.signInAddress(target, b)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// applicationAddress reads an address of the application. It has to be one that a sign-in may lead back to.
func (in *Instance) applicationAddress(address string) (*url.URL, error) {
	target, err := url.Parse(cmp.Or(address, in.emulator.origin))
	if err != nil || target.Host == "" || target.User != nil || (target.Scheme != "http" && target.Scheme != "https") {
		return nil, errParamFormat("application", "an absolute http or https URL")
	}
	home := false
	if err := in.read(func(x *tx) error { home = x.leadsHome(target); return nil }); err != nil {
		return nil, err
	}
	if !home {
		return nil, errForeignRedirect()
	}
	target.Path = cmp.Or(target.Path, "/")
	return target, nil
}

func (in *Instance) signInAddress(target *url.URL, b *browser) string {
	if !in.Production() {
		address := *target
		address.RawQuery = setQuery(target.RawQuery, "__clerk_db_jwt", b.Token)
		return address.String()
	}
	query := url.Values{"browser": {b.Token}, "redirect_url": {target.String()}, "instance": {in.name}}
	return in.URL() + adminPath + "/open?" + query.Encode()
}

// openAsBrowser sets the cookie by which the Frontend API of a production instance knows a browser, and leads to the
// application.
func openAsBrowser(e *Emulator) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		in := e.InstanceByName(query.Get("instance"))
		if err := e.guardAdmin(r); err != nil {
			writeAdminError(w, err)
			return
		}
		if in == nil || !rowExists(in, tableBrowsers, query.Get("browser")) {
			writeAdminError(w, errNotFound("browser"))
			return
		}
		target, err := in.applicationAddress(query.Get("redirect_url"))
		if err != nil {
			writeAdminError(w, err)
			return
		}
		http.SetCookie(w, clientCookie(query.Get("browser")))
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Referrer-Policy", "no-referrer")
		http.Redirect(w, r, target.String(), http.StatusSeeOther)
	}
}
