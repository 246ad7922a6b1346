package clerkauth_test

import (
	"bytes"
	"crypto/tls"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
)

const (
	appOrigin       = "https://app.example.com"
	satelliteOrigin = "https://sat.example.net"
	flowFrontendAPI = "clerk.example.com"
)

// web is a small internet: hosts with a handler each, and one browser with cookies.
type web struct {
	t      *testing.T
	hosts  map[string]http.Handler
	client *http.Client
	// address is where the browser is; empty is an address of the documentation.
	address string
	mu      sync.Mutex
	visits  []string // method and URL of every request
}

// RoundTrip implements [http.RoundTripper].
func (w *web) RoundTrip(req *http.Request) (*http.Response, error) {
	handler := w.hosts[req.URL.Host]
	if handler == nil {
		w.t.Errorf("the browser was sent to %s", req.URL)
		handler = http.NotFoundHandler()
	}
	w.mu.Lock()
	w.visits = append(w.visits, req.Method+" "+req.URL.String())
	w.mu.Unlock()
	server := httptest.NewRequestWithContext(req.Context(), req.Method, req.URL.String(), http.NoBody)
	server.Header = req.Header.Clone()
	w.comeFrom(server)
	if req.URL.Scheme == "https" {
		server.TLS = &tls.ConnectionState{}
	}
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, server)
	resp := recorder.Result()
	resp.Request = req
	return resp, nil
}

func (w *web) comeFrom(server *http.Request) {
	if w.address != "" {
		server.RemoteAddr = w.address
	}
}

// visit sends a request as a browser does and follows redirects.
func (w *web) visit(method, address string, header ...string) *page {
	w.t.Helper()
	w.visits = nil
	for _, path := range []string{"", "; Path=/"} { // two seconds pass between visits
		w.setCookie(address, "__clerk_redirect_count=; Max-Age=0"+path)
	}
	req, err := http.NewRequestWithContext(w.t.Context(), method, address, http.NoBody)
	if err != nil {
		w.t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := w.client.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return &page{
		status: resp.StatusCode, text: string(bytes.TrimSpace(body)), url: resp.Request.URL, header: resp.Header, visits: w.visits,
	}
}

// open navigates to a page.
func (w *web) open(address string) *page {
	w.t.Helper()
	return w.visit(http.MethodGet, address, "Sec-Fetch-Dest", "document", "Accept", "text/html")
}

// fetch is what a script of the page does.
func (w *web) fetch(address string) *page {
	w.t.Helper()
	return w.visit(http.MethodGet, address, "Sec-Fetch-Dest", "empty", "Accept", "*/*")
}

// page is what the browser ends up with.
type page struct {
	status int
	text   string
	url    *url.URL
	header http.Header
	visits []string
}

func (p *page) want(t *testing.T, text string) {
	t.Helper()
	if p.status != http.StatusOK || p.text != text {
		t.Errorf("got %d %q, want 200 %q; visits %q", p.status, p.text, text, p.visits)
	}
}

// handshakes counts the visits to the Frontend API.
func (p *page) handshakes() int {
	n := 0
	for _, visit := range p.visits {
		if strings.Contains(visit, "/v1/client/handshake") {
			n++
		}
	}
	return n
}

// cookie returns the value of a cookie of the browser.
func (w *web) cookie(origin, name string) string {
	u, _ := url.Parse(origin)
	for _, c := range w.client.Jar.Cookies(u) {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

func (w *web) setCookie(origin, line string) {
	u, _ := url.Parse(origin)
	cookie, err := http.ParseSetCookie(line)
	if err != nil {
		w.t.Fatal(err)
	}
	w.client.Jar.SetCookies(u, []*http.Cookie{cookie})
}

// flow is a local Clerk, an application that says who the visitor is, and a browser.
type flow struct {
	*web
	clerk *clerktest.Server
	user  clerktest.User
}

// newFlow starts with a signed-out browser, and a Clerk that names the party in all tokens.
func newFlow(t *testing.T, production bool, change func(*clerkauth.Config)) *flow {
	t.Helper()
	return newFlowWith(t, production, change, clerktest.WithAuthorizedParty(appOrigin))
}

func newFlowWith(t *testing.T, production bool, change func(*clerkauth.Config), opts ...clerktest.Option) *flow {
	t.Helper()
	f := &flow{clerk: clerktest.NewServer(t, append(opts, clerktest.WithFrontendAPI(flowFrontendAPI))...)}
	allowed := &clerk.InstanceUpdateParams{AllowedOrigins: clerk.Set([]string{satelliteOrigin})}
	if err := f.clerk.API().Instance.Update(t.Context(), allowed); err != nil {
		t.Fatal(err)
	}
	f.clerk.Clock().Freeze()
	f.clerk.SetProduction(production)
	f.user = f.clerk.CreateUser(clerktest.User{})
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	f.web = &web{t: t, hosts: map[string]http.Handler{flowFrontendAPI: f.clerk.Emulator()}}
	f.client = &http.Client{Transport: f.web, Jar: jar}
	f.hosts["app.example.com"] = f.app(t, change)
	return f
}

// app returns an application whose pages say who the visitor is.
func (f *flow) app(t *testing.T, change func(*clerkauth.Config)) http.Handler {
	t.Helper()
	config := clerkauth.Config{
		SecretKey: f.clerk.SecretKey(), PublishableKey: f.clerk.PublishableKey(), APIURL: f.clerk.URL(),
		HTTPClient: f.clerk.Client(), Now: f.clerk.Clock().Now, AuthorizedParties: []string{appOrigin, satelliteOrigin},
		TokenCacheSize: 64,
	}
	if change != nil {
		change(&config)
	}
	authn, err := clerkauth.New(config)
	if err != nil {
		t.Fatal(err)
	}
	page := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		state := clerkauth.FromContext(r.Context())
		text := string(state.Status())
		if state.SignedIn() {
			text = strings.TrimSpace("hello " + state.UserID() + " " + state.OrgSlug())
		}
		_, _ = io.WriteString(w, text)
	})
	return clerkauth.Middleware(authn)(page)
}

// signIn does what the sign-in page of Clerk does: it signs the user in on the browser and sends it back.
func (f *flow) signIn(origin string) {
	f.t.Helper()
	if f.clerk.Production() {
		token := f.clerk.NewBrowser()
		f.clerk.SignInBrowser(token, f.user.ID)
		f.setCookie("https://"+flowFrontendAPI, "__client="+token+"; Path=/; Secure; HttpOnly")
		f.setCookie(origin, "__client_uat="+unix(f.clerk.Clock().Now())+"; Path=/; Domain=example.com")
		return
	}
	f.clerk.SignInBrowser(f.cookie(origin, "__clerk_db_jwt"), f.user.ID)
	f.open(origin + "/?__clerk_db_jwt=" + f.cookie(origin, "__clerk_db_jwt"))
}

func unix(at time.Time) string { return strconv.FormatInt(at.Unix(), 10) }
