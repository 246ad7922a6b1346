package main

import (
	"encoding/json"
	"html/template"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/clerktest"
	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
	"github.com/clerkgo/clerk-go/tools/internal/recording"
)

// site is the application of one flow: a Go service that clerkauth protects, and a page that loads ClerkJS.
type site struct {
	srv    *localClerk
	http   *httptest.Server
	mux    *http.ServeMux
	shown  map[string]any // what sitePage shows
	origin string
	others []string // further addresses that a flow uses
	stops  []func() // the pages of the flow

	mu    sync.Mutex
	ills  []string              // what must not happen
	heard []*clerkwebhook.Event // not asked for yet
}

// sitePage loads ClerkJS; with version 6 the components come from a package of their own.
var sitePage = template.Must(template.New("").Parse(`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Application</title><link rel="icon" href="data:,">
<script defer crossorigin="anonymous" data-clerk-publishable-key="{{.Key}}"{{with .Proxy}} data-clerk-proxy-url="{{.}}"{{end}} src="{{.Base}}/npm/@clerk/clerk-js@{{.Major}}/dist/clerk.browser.js"></script>
{{if .Components}}<script defer crossorigin="anonymous" src="{{.Base}}/npm/@clerk/ui@1/dist/ui.browser.js"></script>{{end}}
</head><body><div id="app"></div>
<script>
window.addEventListener("load", async () => {
  const options = {telemetry: false};
  if (window.__internal_ClerkUICtor) options.ui = {ClerkUI: window.__internal_ClerkUICtor};
  try { await window.Clerk.load(options); document.body.dataset.ready = window.Clerk.status || "loaded"; }
  catch (e) { document.body.dataset.ready = "failed: " + e; }
});
</script></body></html>`))

// openSite starts an emulator and an application.
func openSite(cache string, record *recording.Recorder, v version, s setup, opts ...clerktest.Option) (*site, error) {
	srv, err := startClerk(record, append(opts, clerktest.WithClerkJS(cache+"/"+v.folder))...)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	out := &site{srv: srv, mux: mux}
	out.http = httptest.NewServer(mux)
	out.origin = strings.Replace(out.http.URL, "127.0.0.1", "localhost", 1)
	authn, err := clerkauth.New(clerkauth.Config{
		SecretKey: srv.SecretKey(), PublishableKey: srv.PublishableKey(), APIURL: srv.URL(), AuthorizedParties: []string{out.origin},
		ProxyURL: s.proxy(srv.URL()), FrontendAPIURL: srv.URL(), Now: srv.Clock().Now,
		AllowMissingAuthorizedParty: s.path != "", // a page that reads from its own origin sends no Origin
	})
	if err != nil {
		out.close()
		return nil, err
	}
	switch {
	case s.mounted:
		mux.Handle(s.path+"/", http.StripPrefix(s.path, srv))
	case s.path != "":
		proxy, err := authn.FrontendAPIProxy(s.path)
		if err != nil {
			out.close()
			return nil, err
		}
		mux.Handle(s.path+"/", proxy)
	}
	guarded := clerkauth.Middleware(authn)
	mux.Handle("GET /api/me", guarded(clerkauth.RequireAuth()(http.HandlerFunc(me))))
	mux.Handle("GET /protected", guarded(clerkauth.RequireAuth()(http.HandlerFunc(me))))
	mux.Handle("GET /api/sensitive", guarded(clerkauth.RequireAuth(clerkauth.Reverified(clerkauth.Strict()))(http.HandlerFunc(me))))
	if err := out.listen(mux); err != nil {
		out.close()
		return nil, err
	}
	out.shown = map[string]any{
		"Key": srv.PublishableKey(), "Proxy": template.URL(s.proxy(srv.URL())), "Base": template.URL(s.base(srv.Instance)), //nolint:gosec // addresses of this machine
		"Major": v.major, "Components": v.components,
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_ = sitePage.Execute(w, out.shown)
	})
	return out, nil
}

func me(w http.ResponseWriter, r *http.Request) {
	state := clerkauth.FromContext(r.Context())
	_ = json.NewEncoder(w).Encode(map[string]string{"user": state.UserID(), "organization": state.OrgID(), "session": state.SessionID()})
}

func (s *site) close() {
	for _, stop := range slices.Backward(s.stops) {
		stop()
	}
	if s.http != nil {
		s.http.Close()
	}
	s.srv.stop()
}

// local reports whether an address belongs to the application or the emulator.
func (s *site) local(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	if u.Scheme == "data" || u.Scheme == "blob" {
		return true
	}
	for _, own := range append([]string{s.srv.URL(), s.origin}, s.others...) {
		if o, err := url.Parse(own); err == nil && o.Port() == u.Port() && (u.Hostname() == "127.0.0.1" || u.Hostname() == "localhost") {
			return true
		}
	}
	return false
}
