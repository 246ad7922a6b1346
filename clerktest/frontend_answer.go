package clerktest

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
)

// allowOrigin lets a page of another origin read the answer, whatever it is.
func allowOrigin(w http.ResponseWriter, r *http.Request) {
	w.Header().Add("Vary", "Origin")
	if origin := r.Header.Get("Origin"); origin != "" {
		w.Header().Set("Access-Control-Allow-Origin", origin)
		w.Header().Set("Access-Control-Allow-Credentials", "true")
	}
}

// answerPreflight allows what ClerkJS sends: some requests carry an Authorization header and JSON.
func answerPreflight(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE")
	if asked := r.Header.Get("Access-Control-Request-Headers"); asked != "" {
		h.Set("Access-Control-Allow-Headers", asked)
	}
	h.Set("Access-Control-Max-Age", "600")
	w.WriteHeader(http.StatusNoContent)
}

// checkOrigin refuses a change that a page of a foreign site asks for.
func (c *frontendCall) checkOrigin() error {
	origin := c.r.Header.Get("Origin")
	if origin == "" || c.inst.applicationOrigin(origin) {
		return nil
	}
	return errBadRequest("origin_invalid", "this origin is not one of the application: allow it in the instance's allowed_origins")
}

func (in *Instance) applicationOrigin(origin string) (own bool) {
	_ = in.read(func(x *tx) error { own = x.applicationOrigin(origin); return nil })
	return own
}

// applicationOrigin reports whether an origin belongs to the application, or is one that the instance allows, such as
// that of a native application.
func (x *tx) applicationOrigin(origin string) bool {
	if slices.Contains(x.settings().AllowedOrigins, origin) {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https") && x.leadsHome(u)
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}

// respondFrontend writes the answer and returns its status.
func (c *frontendCall) respondFrontend(answer any, err error) int {
	if err != nil {
		return c.refuse(err)
	}
	switch answer := answer.(type) {
	case redirectAnswer:
		status := cmp.Or(answer.status, http.StatusSeeOther)
		c.w.Header().Set("Clerk-Trace-Id", c.traceID)
		c.w.Header().Set("Location", answer.location)
		c.w.WriteHeader(status)
		return status
	case textAnswer:
		return c.respond(answer, nil)
	}
	body, err := json.Marshal(answer)
	if err != nil {
		return c.refuse(err)
	}
	return c.writeJSON(body)
}
