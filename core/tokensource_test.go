package clerk_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	clerk "github.com/clerkgo/clerk-go/core"
)

// tokenMint is a transport that creates tokens, each answer after a latency.
type tokenMint struct {
	lifetime time.Duration // zero means that tokens never expire
	made     atomic.Int32
	down     atomic.Bool
}

func (m *tokenMint) RoundTrip(r *http.Request) (*http.Response, error) {
	time.Sleep(latency)
	n := m.made.Add(1)
	if m.down.Load() {
		return answer(401, `{"errors":[{"code":"authentication_invalid"}]}`), nil
	}
	if r.URL.Path != "/v1/m2m_tokens" || r.Header.Get("Authorization") != "Bearer ak_machine" {
		return answer(404, `{}`), nil
	}
	expiration := "null"
	if m.lifetime > 0 {
		expiration = fmt.Sprint(time.Now().Add(m.lifetime).UnixMilli())
	}
	return answer(200, fmt.Sprintf(`{"id":"mt_%d","token":"mt_secret%d","expiration":%s}`, n, n, expiration)), nil
}

func newTokenSource(t *testing.T, mint *tokenMint, config clerk.M2MTokenSourceConfig) *clerk.M2MTokenSource {
	t.Helper()
	config.MachineSecretKey = "ak_machine"
	source, err := clerk.NewM2MTokenSource(transport(t, mint.RoundTrip, clerk.WithRetries(0)), config)
	if err != nil {
		t.Fatal(err)
	}
	return source
}

// wantToken asks for a token and compares it.
func wantToken(t *testing.T, source clerk.TokenSource, want string) {
	t.Helper()
	if got, err := source.Token(t.Context()); got != want || err != nil {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
}

func TestM2MTokenSource_OneFlightForAll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		mint := &tokenMint{lifetime: time.Hour}
		source := newTokenSource(t, mint, clerk.M2MTokenSourceConfig{})
		var callers sync.WaitGroup
		for range 1000 {
			callers.Go(func() { wantToken(t, source, "mt_secret1") })
		}
		callers.Wait()
		wantToken(t, source, "mt_secret1")
		if got := mint.made.Load(); got != 1 {
			t.Errorf("got %d tokens created, want 1", got)
		}
	})
}

func TestM2MTokenSource_RenewsAhead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		mint := &tokenMint{lifetime: time.Hour}
		source := newTokenSource(t, mint, clerk.M2MTokenSourceConfig{})
		wantToken(t, source, "mt_secret1")
		time.Sleep(56 * time.Minute)
		started := time.Now()
		for range 100 {
			wantToken(t, source, "mt_secret1")
		}
		if took := time.Since(started); took != 0 {
			t.Errorf("waited %v although the old token was good", took)
		}
		time.Sleep(time.Second)
		wantToken(t, source, "mt_secret2")
		if got := mint.made.Load(); got != 2 {
			t.Errorf("got %d tokens created, want 2", got)
		}
		time.Sleep(2 * time.Hour) // nobody asked in time
		wantToken(t, source, "mt_secret3")
	})
}

func TestM2MTokenSource_OutageUsesTheOldTokenToItsEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		mint := &tokenMint{lifetime: time.Hour}
		source := newTokenSource(t, mint, clerk.M2MTokenSourceConfig{})
		wantToken(t, source, "mt_secret1")
		mint.down.Store(true)
		time.Sleep(59 * time.Minute)
		for range 3 {
			wantToken(t, source, "mt_secret1")
			time.Sleep(5 * time.Second)
		}
		time.Sleep(2 * time.Minute)
		before := mint.made.Load()
		for range 50 {
			if _, err := source.Token(t.Context()); !errors.Is(err, clerk.ErrUnauthorized) {
				t.Fatalf("got %v, want the refusal of Clerk", err)
			}
		}
		if got := mint.made.Load() - before; got != 1 {
			t.Errorf("got %d calls for 50 requests during the outage, want 1", got)
		}
		mint.down.Store(false)
		time.Sleep(2 * time.Second)
		if _, err := source.Token(t.Context()); err != nil {
			t.Errorf("after the outage: got %v", err)
		}
	})
}

func TestM2MTokenSource_PatienceOfOneCallerEndsNothingForOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		mint := &tokenMint{}
		source := newTokenSource(t, mint, clerk.M2MTokenSourceConfig{})
		ctx, cancel := context.WithTimeout(t.Context(), latency/2)
		defer cancel()
		if _, err := source.Token(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want the deadline", err)
		}
		wantToken(t, source, "mt_secret1")
		time.Sleep(1000 * time.Hour) // a token without an end
		wantToken(t, source, "mt_secret1")
		source.Discard("mt_other")
		wantToken(t, source, "mt_secret1")
		source.Discard("mt_secret1")
		wantToken(t, source, "mt_secret2")
		source.Discard("mt_secret2") // too young to be given up
		wantToken(t, source, "mt_secret2")
	})
}

func TestNewM2MTokenSource_RefusesBadConfigurations(t *testing.T) {
	t.Parallel()
	client := transport(t, (&tokenMint{}).RoundTrip)
	for name, config := range map[string]clerk.M2MTokenSourceConfig{
		"a publishable key":    {MachineSecretKey: "pk_test_x"},
		"a short lifetime":     {Lifetime: time.Second},
		"half a second":        {Lifetime: time.Hour + time.Second/2},
		"renewal at half-time": {Lifetime: time.Hour, RenewBefore: 31 * time.Minute},
		"negative renewal":     {RenewBefore: -1},
	} {
		var configErr *clerk.ConfigError
		if source, err := clerk.NewM2MTokenSource(client, config); !errors.As(err, &configErr) || source != nil {
			t.Errorf("%s: got %v, want a *ConfigError", name, err)
		}
	}
	if _, err := clerk.NewM2MTokenSource(nil, clerk.M2MTokenSourceConfig{}); err == nil {
		t.Error("got no error for a nil client")
	}
	config := clerk.M2MTokenSourceConfig{MachineSecretKey: "ak_secret"}
	source, err := clerk.NewM2MTokenSource(client, config)
	if text := fmt.Sprintf("%v %+v %#v %v", config, config, config, source); err != nil || strings.Contains(text, "ak_secret") {
		t.Errorf("got %v, printed %s", err, text)
	}
}

func TestTokenTransport_SendsTheTokenToItsOriginsOnly(t *testing.T) {
	t.Parallel()
	source, err := clerk.NewStaticTokenSource("ak_static")
	if err != nil {
		t.Fatal(err)
	}
	stolen := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("another origin was asked, with %q", r.Header.Get("Authorization"))
	}))
	defer stolen.Close()
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/away" {
			http.Redirect(w, r, stolen.URL, http.StatusFound)
			return
		}
		_, _ = io.WriteString(w, r.Header.Get("Authorization"))
	}))
	defer service.Close()
	carrier, err := clerk.NewTokenTransport(source, []string{service.URL + "/"})
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: carrier}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, service.URL+"/orders", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if string(body) != "Bearer ak_static" || req.Header.Get("Authorization") != "" {
		t.Errorf("got %q, and %q in the caller's request", body, req.Header.Get("Authorization"))
	}
	away := req.Clone(t.Context())
	away.URL.Path = "/away"
	if resp, err := client.Do(away); !errors.Is(err, clerk.ErrForeignOrigin) {
		t.Errorf("got %v, %v, want ErrForeignOrigin after the redirect", resp, err)
	}
}

func TestTokenTransport_GivesUpARefusedToken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		source := newTokenSource(t, &tokenMint{}, clerk.M2MTokenSourceConfig{})
		seen := []string{}
		carrier, err := clerk.NewTokenTransport(source, []string{"https://orders.example.com"}, clerk.WithTransport(
			roundTrip(func(r *http.Request) (*http.Response, error) {
				seen = append(seen, r.Header.Get("Authorization"))
				return answer(401, ""), nil
			})))
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://orders.example.com:443/", nil)
			if err != nil {
				t.Fatal(err)
			}
			resp, err := carrier.RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
			time.Sleep(11 * time.Second)
		}
		if got := strings.Join(seen, " "); got != "Bearer mt_secret1 Bearer mt_secret1 Bearer mt_secret2" {
			t.Errorf("got %s, want a new token once the refused one is old enough", got)
		}
	})
}

func TestNewTokenTransport_RefusesBadOrigins(t *testing.T) {
	t.Parallel()
	source, err := clerk.NewStaticTokenSource("ak_static")
	if err != nil {
		t.Fatal(err)
	}
	for _, origin := range []string{
		"", "orders.example.com", "http://orders.example.com", "https://u:p@x.example", "https://x.example/path", "https://x.example?q", "ftp://x",
	} {
		if _, err := clerk.NewTokenTransport(source, []string{origin}); err == nil {
			t.Errorf("%q: got no error", origin)
		}
	}
	for _, origin := range []string{"http://orders:8080", "http://127.0.0.1:1", "https://x.example"} {
		if _, err := clerk.NewTokenTransport(source, []string{origin}); err != nil {
			t.Errorf("%q: got %v", origin, err)
		}
	}
	if _, err := clerk.NewTokenTransport(nil, []string{"https://x.example"}); err == nil {
		t.Error("got no error for a nil source")
	}
	if _, err := clerk.NewTokenTransport(source, nil); err == nil {
		t.Error("got no error without origins")
	}
	for _, token := range []string{"", "a b", "a\nb"} {
		if _, err := clerk.NewStaticTokenSource(token); err == nil {
			t.Errorf("%q: got no error", token)
		}
	}
}
