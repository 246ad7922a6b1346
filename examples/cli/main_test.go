package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/zalando/go-keyring"
	"golang.org/x/oauth2"

	"github.com/clerkgo/clerk-go/clerktest"
)

// world is the program and a local Clerk.
type world struct {
	*program

	clerk       *clerktest.Server
	ada         clerktest.User
	redirectURI string
	dir         string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &world{clerk: clerktest.NewServer(t), dir: t.TempDir(), redirectURI: "http://" + listener.Addr().String() + "/callback"}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	w.ada = w.clerk.CreateUser(clerktest.User{Email: "ada@example.com"})
	w.clerk.OAuth().AutoConsent(w.ada.ID, "")
	w.clerk.OAuth().Configure(func(s *clerktest.OAuthSettings) { s.DeviceInterval = 1 })
	client := addClient(w.clerk, []string{w.redirectURI})
	w.program = w.newProcess(t, client.ClientID)
	return w
}

// newProcess is the program as another process runs it, with the same files.
func (w *world) newProcess(t *testing.T, clientID string) *program {
	t.Helper()
	store, err := newStore("file", w.dir, "account")
	if err != nil {
		t.Fatal(err)
	}
	p, err := newProgram(t.Context(), w.clerk.OAuth().Issuer(), clientID, store, filepath.Join(w.dir, "lock"))
	if err != nil {
		t.Fatal(err)
	}
	p.out = io.Discard
	p.open = func(address string) error { // a browser whose user is not asked
		resp, err := http.Get(address)
		if err != nil {
			return err
		}
		return resp.Body.Close()
	}
	return p
}

// refreshes counts the refreshes that the local Clerk answered, good or not.
func (w *world) refreshes() (count int) {
	for _, entry := range w.clerk.OAuth().Log() {
		if entry.GrantType == "refresh_token" {
			count++
		}
	}
	return count
}

func TestLogin_InTheBrowser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if err := w.whoami(t.Context()); !errors.Is(err, errSignedOut) {
		t.Errorf("got %v before the sign-in", err)
	}
	if err := w.loginInBrowser(t.Context(), []string{w.redirectURI}); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w.out = &out
	if err := w.whoami(t.Context()); err != nil || out.String() != w.ada.ID+" ada@example.com\n" {
		t.Errorf("got %q, %v, want the user", out.String(), err)
	}
	info, err := os.Stat(filepath.Join(w.dir, "token.json"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("got %v, %v, want a file that only its owner reads", info, err)
	}
	if err := w.logout(t.Context()); err != nil {
		t.Error(err)
	}
	if grants := w.clerk.OAuth().Grants(); len(grants) != 1 || !grants[0].Revoked {
		t.Errorf("got %+v after the sign-out, want it revoked", grants)
	}
	if err := w.whoami(t.Context()); !errors.Is(err, errSignedOut) {
		t.Errorf("got %v after the sign-out", err)
	}
}

func TestLogin_Refused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.clerk.OAuth().DenyConsent()
	if err := w.loginInBrowser(t.Context(), []string{w.redirectURI}); err == nil || !strings.Contains(err.Error(), "access_denied") {
		t.Errorf("in the browser: got %v, want access_denied", err)
	}
	if err := w.loginOnDevice(t.Context()); err == nil || !strings.Contains(err.Error(), "access_denied") {
		t.Errorf("on a device: got %v, want access_denied", err)
	}
}

// Any page can send a browser to the address that waits.
func TestLogin_TakesNoForgedAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	status := 0
	w.open = func(address string) error {
		forged, err := http.Get(w.redirectURI + "?code=clk_code_of_somebody_else&state=guessed")
		if err != nil {
			return err
		}
		status = forged.StatusCode
		resp, err := http.Get(address)
		return errors.Join(err, forged.Body.Close(), resp.Body.Close())
	}
	if err := w.loginInBrowser(t.Context(), []string{w.redirectURI}); err != nil || status != http.StatusBadRequest {
		t.Errorf("got %v, and %d for the forged answer, want 400", err, status)
	}
}

// approver answers the page of the device grant as soon as the program has shown the code.
type approver struct {
	w    *world
	text strings.Builder
}

func (a *approver) Write(b []byte) (int, error) {
	a.text.Write(b)
	if _, code, ok := strings.Cut(a.text.String(), "enter the code "); ok && strings.HasSuffix(code, "\n") && len(code) == 10 {
		a.w.clerk.OAuth().ApproveDevice(strings.TrimSpace(code), a.w.ada.ID, "")
	}
	return len(b), nil
}

func TestLogin_OnADevice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.clerk.OAuth().AskForConsent()
	w.out = &approver{w: w}
	if err := w.loginOnDevice(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := w.whoami(t.Context()); err != nil {
		t.Error(err)
	}
}

// old makes the stored access token one that is over.
func (w *world) old(t *testing.T) {
	t.Helper()
	token, err := w.store.load()
	if err != nil {
		t.Fatal(err)
	}
	token.Expiry = time.Unix(1, 0)
	if err := w.store.save(token); err != nil {
		t.Fatal(err)
	}
}

func TestToken_ProcessesRefreshOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if err := w.loginInBrowser(t.Context(), []string{w.redirectURI}); err != nil {
		t.Fatal(err)
	}
	w.old(t)
	var group sync.WaitGroup
	for range 8 {
		process := w.newProcess(t, w.oauth.ClientID)
		group.Go(func() {
			if err := process.whoami(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if got := w.refreshes(); got != 1 {
		t.Errorf("got %d refreshes, want 1", got)
	}
}

func TestToken_EndsWithTheGrant(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if err := w.loginInBrowser(t.Context(), []string{w.redirectURI}); err != nil {
		t.Fatal(err)
	}
	w.old(t)
	w.clerk.OAuth().Revoke(w.clerk.OAuth().Grants()[0].ID)
	if err := w.whoami(t.Context()); !errors.Is(err, errSignedOut) {
		t.Errorf("got %v, want a signed-out user", err)
	}
	if _, err := w.store.load(); !errors.Is(err, errSignedOut) {
		t.Errorf("got %v, want no tokens left", err)
	}
}

func TestStores(t *testing.T) { //nolint:paralleltest // the keyring is one for the whole process
	keyring.MockInit()
	for _, kind := range []string{"keyring", "file"} {
		s, err := newStore(kind, t.TempDir(), "account")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.load(); !errors.Is(err, errSignedOut) {
			t.Errorf("%s: got %v, want it empty", kind, err)
		}
		want := &oauth2.Token{AccessToken: "a", RefreshToken: "r", Expiry: time.Unix(1790000000, 0)}
		if err := s.save(want); err != nil {
			t.Fatal(err)
		}
		if got, err := s.load(); err != nil || got.RefreshToken != "r" || !got.Expiry.Equal(want.Expiry) {
			t.Errorf("%s: got %+v, %v, want what was stored", kind, got, err)
		}
		if err := s.remove(); err != nil {
			t.Error(err)
		}
		if _, err := s.load(); !errors.Is(err, errSignedOut) {
			t.Errorf("%s: got %v, want it empty again", kind, err)
		}
	}
	shared := fileStore(filepath.Join(t.TempDir(), "token.json"))
	if err := os.WriteFile(string(shared), []byte("{}"), 0o644); err != nil { //nolint:gosec // that is what is refused
		t.Fatal(err)
	}
	if _, err := shared.load(); err == nil || errors.Is(err, errSignedOut) {
		t.Errorf("got %v, want a file that others can read refused", err)
	}
	if _, err := newStore("drawer", "", ""); err == nil {
		t.Error("an unknown store is taken")
	}
}

func TestRun(t *testing.T) {
	t.Parallel()
	done, cancel := context.WithCancel(t.Context())
	cancel()
	var out bytes.Buffer
	if err := run(done, []string{"local"}, &out); err != nil || !strings.Contains(out.String(), "export OAUTH_ISSUER=http://127.0.0.1:") {
		t.Errorf("got %q, %v, want the lines to paste", out.String(), err)
	}
	if err := run(t.Context(), nil, &out); !errors.Is(err, errUsage) {
		t.Errorf("got %v, want the usage", err)
	}
}
