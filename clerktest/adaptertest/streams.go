package adaptertest

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// checkOutage demands 503 and never 401 when the keys cannot be fetched, and that anonymous visitors notice nothing.
func checkOutage(t *testing.T, app *client, k *clerk) {
	t.Helper()
	app.check(t, testCase{
		path: RouteProtected, header: bearer(k.session("ada", nil)),
		status: 503, kind: "unavailable", reason: "jwk-remote-failed-to-load",
	})
	app.check(t, testCase{path: RoutePublic, status: 200, runs: 1, reason: anonymous})
	app.check(t, testCase{
		path: RoutePublic, header: bearer(k.session("ada", nil)), status: 200, runs: 1, reason: "jwk-remote-failed-to-load",
	})
}

// checkStreams demands that long-lived answers are authenticated when they begin.
func checkStreams(t *testing.T, app *client, k *clerk) {
	t.Helper()
	t.Run("a stream of events begins for who is signed in", func(t *testing.T) {
		t.Parallel()
		a := app.send(t, testCase{path: RouteEvents, header: bearer(k.session("ada", nil))})
		if a.status != 200 || !strings.HasPrefix(a.header.Get("Content-Type"), "text/event-stream") ||
			a.body != "data: "+k.user("ada")+"\n\n" {
			t.Errorf("got status %d, headers %v and body %q, want one event with the user", a.status, a.header, a.body)
		}
	})
	t.Run("a stream of events does not begin with an expired token", func(t *testing.T) {
		t.Parallel()
		app.check(t, testCase{
			path: RouteEvents, header: with(bearer(k.session("ada", expired)), "Accept", "text/event-stream"),
			status: 401, kind: "unauthenticated", reason: "", presents: true,
		})
	})
	t.Run("a socket opens for who is signed in", func(t *testing.T) {
		t.Parallel()
		status, rest := app.upgrade(t, bearer(k.session("ada", nil)))
		if status != http.StatusSwitchingProtocols || rest != k.user("ada")+"\n" {
			t.Errorf("got status %d and %q, want 101 and the user", status, rest)
		}
	})
	t.Run("a socket opens with the cookies of a browser", func(t *testing.T) {
		t.Parallel()
		status, rest := app.upgrade(t, with(cookies(k.session("ada", nil)), "Sec-Fetch-Dest", "websocket"))
		if status != http.StatusSwitchingProtocols || rest != k.user("ada")+"\n" {
			t.Errorf("got status %d and %q, want 101 and the user", status, rest)
		}
	})
	t.Run("a socket stays closed for anybody else", func(t *testing.T) {
		t.Parallel()
		status, _ := app.upgrade(t, nil)
		if status != http.StatusUnauthorized {
			t.Errorf("got status %d, want 401", status)
		}
	})
}

// upgrade asks for a socket and returns the status of the answer and all that comes after it.
func (c *client) upgrade(t *testing.T, header http.Header) (status int, after string) {
	t.Helper()
	host := strings.TrimPrefix(c.baseURL, "http://")
	conn, err := (&net.Dialer{Timeout: 10 * time.Second}).DialContext(t.Context(), "tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.baseURL+RouteSocket, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	req.Header = with(header, "Connection", "Upgrade", "Upgrade", "websocket",
		"Sec-Websocket-Version", "13", "Sec-Websocket-Key", "dGhlIHNhbXBsZSBub25jZQ==", CaseHeader, c.caseID())
	if err := req.Write(conn); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(conn)
	resp, err := http.ReadResponse(r, req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusSwitchingProtocols {
		return resp.StatusCode, ""
	}
	rest, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(rest)
}

// checkIdentities sends requests of a hundred people over a few connections at once. Nobody may see somebody else, and
// what a handler kept must be the same after the connection served others.
func checkIdentities(t *testing.T, app *client, k *clerk) {
	t.Helper()
	const people, rounds, workers = 100, 4, 16
	type visit struct {
		tc     testCase
		answer *answer
		err    error
	}
	visits := make([]*visit, 0, people*rounds)
	for range rounds {
		for i := range people {
			name := "person " + strconv.Itoa(i)
			tc := testCase{path: RouteProtected, status: 200, runs: 1, userID: k.user(name)}
			if token := k.session(name, nil); i%2 == 0 {
				tc.header = bearer(token)
			} else {
				tc.header = cookies(token)
			}
			visits = append(visits, &visit{tc: tc})
		}
	}
	queue := make(chan *visit)
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for v := range queue {
				v.answer, v.err = app.try(t.Context(), v.tc)
			}
		})
	}
	for _, v := range visits {
		queue <- v
	}
	close(queue)
	group.Wait()
	for _, v := range visits {
		if v.err != nil {
			t.Fatal(v.err)
		}
		if len(v.answer.identities) != 1 {
			t.Fatalf("got status %d, and the handler ran %d times, want once", v.answer.status, len(v.answer.identities))
		}
		kept := v.answer.identities[0]
		checkIdentity(t, kept, v.tc)
		if !strings.Contains(v.tc.header.Get("Authorization")+v.tc.header.Get("Cookie"), kept.Token) {
			t.Fatal("the token that the handler kept is not the one of its request")
		}
	}
}
