package clerkauth_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// logBook keeps what is logged.
type logBook struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logBook) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(line)
}

func (l *logBook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func (l *logBook) logger() *slog.Logger {
	return slog.New(slog.NewJSONHandler(l, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// find returns the first line with this message.
func (l *logBook) find(t *testing.T, message string) map[string]any {
	t.Helper()
	for line := range strings.Lines(l.String()) {
		var entry map[string]any
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Fatal(err)
		}
		if entry["msg"] == message {
			return entry
		}
	}
	t.Fatalf("got the log %s, want %q in it", l, message)
	return nil
}

// A refusal is at debug level with what was received and what was expected, and with nothing that identifies anybody.
func TestLog_Refusals(t *testing.T) {
	t.Parallel()
	clock := newClock()
	const refused, turnedAway = "clerkauth: not signed in", "clerkauth: turned away"
	token := func(extra fields) string { return sign(t, keyA(), header(nil), claims(clock.now(), extra)) }
	for name, test := range map[string]struct {
		config             func(*clerkauth.Config)
		token, message     string
		reason             clerkauth.Reason
		received, expected string
	}{
		"a foreign page": {func(c *clerkauth.Config) { c.AuthorizedParties = []string{appOrigin} }, token(fields{"azp": "https://evil.example"}),
			refused, clerkauth.ReasonTokenInvalidAuthorizedParties, "[https://evil.example]", "[https://app.example.com]"},
		"no party": {func(c *clerkauth.Config) { c.AuthorizedParties = []string{appOrigin} }, token(fields{"azp": nil}),
			refused, clerkauth.ReasonSessionTokenMissingAZP, "<nil>", "[https://app.example.com]"},
		"another audience": {func(c *clerkauth.Config) { c.Audience = []string{"api"} }, token(fields{"aud": "shop"}),
			refused, clerkauth.ReasonTokenVerificationFailed, "[shop]", "[api]"},
		"another issuer": {func(c *clerkauth.Config) { c.Issuer = []string{"https://clerk.example.com"} }, token(fields{"iss": "https://clerk.other.example"}),
			refused, clerkauth.ReasonTokenInvalidIssuer, "[https://clerk.other.example]", "[https://clerk.example.com]"},
		"an expired token": {nil, token(fields{"exp": clock.now().Unix() - 60}), refused, "session-token-expired-refresh-non-eligible-no-refresh-cookie", "<nil>", "<nil>"},
		"a missing role":   {nil, token(nil), turnedAway, clerkauth.ReasonMissingRole, "<nil>", "<nil>"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log logBook
			authn := local(t, clock.now, func(c *clerkauth.Config) {
				c.Logger = log.logger()
				if test.config != nil {
					test.config(c)
				}
			})
			state := authn.Authenticate(t.Context(), bearer(test.token))
			if err := state.Require(clerkauth.HasRole("org:owner")); err == nil {
				t.Fatal("got nil, want a refusal")
			}
			line := log.find(t, test.message)
			if line["level"] != "DEBUG" || line["reason"] != string(test.reason) {
				t.Errorf("got %v, want %s at debug level", line, test.reason)
			}
			if fmt.Sprint(line["received"]) != test.received || fmt.Sprint(line["expected"]) != test.expected {
				t.Errorf("got received %v, expected %v; want %s, %s", line["received"], line["expected"], test.received, test.expected)
			}
			wantNoSecrets(t, &log, test.token)
		})
	}
}

// wantNoSecrets looks for tokens, keys, cookies and people in a log.
func wantNoSecrets(t *testing.T, log *logBook, secrets ...string) {
	t.Helper()
	for _, secret := range append(secrets, testSecret, testPublishable, "user_", "sess_", "Bearer", "eyJ") {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log has %q: %s", secret, log)
		}
	}
}

// A warning about a call that failed says where, why and what to do, and does not come with each request.
func TestLog_Trouble(t *testing.T) {
	t.Parallel()
	clock := newClock()
	expired := sign(t, keyA(), header(nil), claims(clock.now().Add(-time.Hour), nil))
	cookies := "__clerk_db_jwt=d; __client_uat=1; __session=" + expired + "; __refresh_" + clerkauth.CookieSuffix(testPublishable) + "=rt_secret"
	page := func(cookies string) clerkauth.Request {
		return document("https", "app.example.com", "/", "", "Cookie", cookies)
	}
	opaque := bearer("ak_secret0123456789")
	const (
		refresh = "clerkauth: a session could not be refreshed"
		nonce   = "clerkauth: could not look up the result of a handshake"
		machine = "clerkauth: Clerk could not be asked about the token of a machine"
		key     = "CLERK_SECRET_KEY"
		reach   = "CLERK_API_URL"
	)
	for name, test := range map[string]struct {
		status             int // zero is no connection
		request            clerkauth.Request
		message, cause, do string
	}{
		"a refresh that fails":      {500, page(cookies), refresh, "the answer was 500", reach},
		"a refresh without a host":  {0, page(cookies), refresh, "connection refused", reach},
		"a nonce that fails":        {503, page("__clerk_handshake_nonce=secret"), nonce, "the answer was 503", reach},
		"a nonce with a wrong key":  {403, page("__clerk_handshake_nonce=secret"), nonce, "Clerk refuses the secret key", key},
		"a machine that fails":      {500, opaque, machine, "the answer was 500", reach},
		"a machine, with wrong key": {401, opaque, machine, "Clerk refuses the secret key", key},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log logBook
			authn := local(t, clock.now, func(c *clerkauth.Config) {
				c.SecretKey, c.AcceptTokens, c.EagerMachineTokens, c.Logger = testSecret, clerkauth.AnyToken(), true, log.logger()
				c.HTTPClient = &http.Client{Transport: failing(test.status)}
			})
			for range 5 {
				authn.Authenticate(t.Context(), test.request)
			}
			line := log.find(t, test.message)
			if line["level"] != "WARN" || line["host"] != "api.clerk.com" || !strings.Contains(fmt.Sprint(line["cause"]), test.cause) ||
				!strings.Contains(fmt.Sprint(line["do"]), test.do) {
				t.Errorf("got %v, want host, %q and what to do about %s", line, test.cause, test.do)
			}
			if got := strings.Count(log.String(), test.message); got != 1 {
				t.Errorf("got %d warnings for five requests, want one", got)
			}
			wantNoSecrets(t, &log, expired, "rt_secret", "ak_secret", "nonce=secret")
		})
	}
}

// failing is a Backend API that answers with a status, or with nothing at all.
type failing int

func (f failing) RoundTrip(r *http.Request) (*http.Response, error) {
	if f == 0 {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connect: connection refused")}
	}
	return &http.Response{StatusCode: int(f), Header: http.Header{}, Body: http.NoBody, Request: r}, nil
}

// The issuer of the first session token tells keys of two instances apart. Once a good token was seen, others are
// noise.
func TestLog_KeysOfAnotherInstance(t *testing.T) {
	t.Parallel()
	clock := newClock()
	const mixed, foreign = "clerkauth: the keys are those of two instances", "clerkauth: refused the token of another instance"
	own := sign(t, keyA(), header(nil), claims(clock.now(), nil))
	other := sign(t, keyA(), header(nil), claims(clock.now(), fields{"iss": "https://clerk.other.example"}))
	stranger := sign(t, keyB(), header(nil), claims(clock.now(), fields{"iss": "https://clerk.other.example"}))
	forged := sign(t, keyB(), header(nil), claims(clock.now(), fields{"iss": "https://" + strings.Repeat("x", 200) + "\n.example"}))
	for name, test := range map[string]struct {
		tokens         []string
		want, received string
	}{
		"keys that fit":                     {[]string{own, own}, "", ""},
		"a good token of another instance":  {[]string{other, other, own}, mixed, "clerk.other.example"},
		"only tokens of another instance":   {[]string{stranger, stranger}, foreign, "clerk.other.example"},
		"a strange token after a good one":  {[]string{own, stranger}, "", ""},
		"a token with an issuer of its own": {[]string{forged}, foreign, "(no host)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log logBook
			authn := local(t, clock.now, func(c *clerkauth.Config) { c.Logger, c.HeaderOnly = log.logger(), false })
			for _, token := range test.tokens {
				authn.Authenticate(t.Context(), bearer(token))
			}
			if got := strings.Count(log.String(), mixed) + strings.Count(log.String(), foreign); got != min(1, len(test.want)) {
				t.Fatalf("got %d warnings, want one at most: %s", got, &log)
			}
			if test.want == "" {
				return
			}
			if line := log.find(t, test.want); line["level"] != "WARN" || line["received"] != test.received || line["expected"] == "" {
				t.Errorf("got %v, want a warning about %s", line, test.received)
			}
			wantNoSecrets(t, &log, test.tokens...)
		})
	}
}

// The parties of a call are checked as those of the configuration are.
func TestWithAuthorizedParties_ThatCanNeverMatch(t *testing.T) {
	t.Parallel()
	clock := newClock()
	token := sign(t, keyA(), header(nil), claims(clock.now(), fields{"azp": appOrigin}))
	for origin, want := range map[string]string{
		"https://*.example.com": "wildcard", "https://App.Example.com": "browsers send https://app.example.com",
		"https://app.example.com:443": "browsers send https://app.example.com", "app.example.com": "is not an origin",
	} {
		var log logBook
		authn := local(t, clock.now, func(c *clerkauth.Config) { c.Logger = log.logger() })
		err := authn.Authenticate(t.Context(), bearer(token), clerkauth.WithAuthorizedParties(appOrigin, origin)).Require()
		if !errors.Is(err, clerkauth.ErrUnavailable) || !strings.Contains(fmt.Sprint(err), want) {
			t.Errorf("%s: got %v, want 503 and %q", origin, err, want)
		}
		if line := log.find(t, "clerkauth: an option of a call cannot work"); !strings.Contains(fmt.Sprint(line["cause"]), want) {
			t.Errorf("%s: got %v, want %q", origin, line, want)
		}
	}
}
