package live_test

import (
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	gorilla "github.com/gorilla/websocket"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/auth/clerkauthtest"
	"github.com/clerkgo/clerk-go/clerktest"
	"github.com/clerkgo/clerk-go/examples/recipes/live"
)

// serve mounts the streams behind the middleware. Each says who has opened it, and then waits.
func serve(t *testing.T) (*clerktest.Server, *httptest.Server) {
	t.Helper()
	srv, authn := clerkauthtest.New(t)
	mux := http.NewServeMux()
	mux.Handle("/events", live.Events(func(r *http.Request) <-chan string {
		updates := make(chan string, 1)
		updates <- clerkauth.FromContext(r.Context()).UserID()
		return updates
	}))
	mux.Handle("/coder", live.Coder(func(ctx context.Context, conn *websocket.Conn) {
		_ = conn.Write(ctx, websocket.MessageText, []byte(clerkauth.FromContext(ctx).UserID()))
		for {
			if _, _, err := conn.Read(ctx); err != nil {
				return
			}
		}
	}))
	mux.Handle("/gorilla", live.Gorilla(func(r *http.Request, conn *gorilla.Conn) {
		_ = conn.WriteMessage(gorilla.TextMessage, []byte(clerkauth.FromContext(r.Context()).UserID()))
		for {
			if _, _, err := conn.ReadMessage(); err != nil {
				return
			}
		}
	}))
	mux.HandleFunc("/page", func(http.ResponseWriter, *http.Request) {})
	app := httptest.NewServer(clerkauth.Middleware(authn)(openPage(clerkauth.RequireAuth()(mux), mux)))
	t.Cleanup(app.Close)
	return srv, app
}

// openPage leaves the page without a guard.
func openPage(guarded, open http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/page" {
			open.ServeHTTP(w, r)
			return
		}
		guarded.ServeHTTP(w, r)
	})
}

func bearer(token string) http.Header { return http.Header{"Authorization": {"Bearer " + token}} }

func TestEvents_EndWithTheToken(t *testing.T) {
	t.Parallel()
	srv, app := serve(t)
	user := srv.SignedInUser(clerktest.TokenTTL(time.Second))
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, app.URL+"/events", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	req.Header = bearer(user.Token)
	resp, err := app.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body) // returns when the stream ends
	if want := "data: " + user.UserID + "\n\n"; err != nil || string(body) != want {
		t.Errorf("got %q and %v, want %q", body, err, want)
	}
}

func TestSockets_EndWithTheToken(t *testing.T) {
	t.Parallel()
	srv, app := serve(t)
	for _, path := range []string{"/coder", "/gorilla"} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			user := srv.SignedInUser(clerktest.TokenTTL(time.Second))
			conn, _, err := websocket.Dial(t.Context(), app.URL+path, &websocket.DialOptions{HTTPHeader: bearer(user.Token)})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.CloseNow() }()
			if _, message, err := conn.Read(t.Context()); err != nil || string(message) != user.UserID {
				t.Fatalf("got %q and %v, want the user", message, err)
			}
			_, _, err = conn.Read(t.Context())
			if got := websocket.CloseStatus(err); got != 4401 {
				t.Errorf("got %v, want that the socket is closed with 4401", err)
			}
		})
	}
}

func TestSockets_RefuseStrangers(t *testing.T) {
	t.Parallel()
	srv, app := serve(t)
	foreign := bearer(srv.SignedInUser().Token)
	foreign.Set("Origin", "https://attacker.example.com")
	for _, path := range []string{"/coder", "/gorilla"} {
		for want, header := range map[int]http.Header{401: nil, 403: foreign} {
			conn, resp, err := websocket.Dial(t.Context(), app.URL+path, &websocket.DialOptions{HTTPHeader: header})
			if err == nil {
				_ = conn.CloseNow()
				t.Fatalf("%s: a socket opened, want status %d", path, want)
			}
			if resp == nil || resp.StatusCode != want {
				t.Errorf("%s: got %v, want status %d", path, err, want)
			}
		}
	}
}

// TestSockets_SendRenewedCookies opens sockets as a browser whose session token has expired: the middleware renews it, and
// the new cookie has to reach the browser with the answer that opens the socket.
func TestSockets_SendRenewedCookies(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/coder", "/gorilla"} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			srv, app := serve(t)
			browser := signIn(t, srv, app)
			srv.Clock().Advance(2 * time.Minute)
			conn, resp, err := websocket.Dial(t.Context(), app.URL+path, &websocket.DialOptions{
				HTTPClient: browser, HTTPHeader: http.Header{"Sec-Fetch-Dest": {"websocket"}},
			})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.CloseNow() }()
			renewed := false
			for _, cookie := range resp.Cookies() {
				renewed = renewed || strings.HasPrefix(cookie.Name, "__session") && cookie.Value != ""
			}
			if !renewed {
				t.Errorf("got cookies %v, want the new session", resp.Cookies())
			}
		})
	}
}

// signIn returns a browser that is signed in at the application, by a handshake.
func signIn(t *testing.T, srv *clerktest.Server, app *httptest.Server) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := srv.NewBrowser()
	srv.SignInBrowser(browser, srv.SignedInUser().UserID)
	base, err := url.Parse(app.URL)
	if err != nil {
		t.Fatal(err)
	}
	jar.SetCookies(base, []*http.Cookie{{Name: "__clerk_db_jwt", Value: browser}})
	client := &http.Client{Jar: jar}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL()+"/v1/client/handshake?"+url.Values{
		"format": {"token"}, "redirect_url": {app.URL + "/page"}, "__clerk_db_jwt": {browser},
	}.Encode(), http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Sec-Fetch-Dest", "document")
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("got status %d and %v, want the page", resp.StatusCode, err)
	}
	return client
}
