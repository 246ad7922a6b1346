package clerkauth_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// fetched is a request of a script with cookies: nothing is redirected.
func fetched(cookies string) clerkauth.Request {
	return clerkauth.Request{Scheme: "https", Host: "app.example.com", Path: "/", Header: http.Header{
		"Cookie": {cookies}, "Sec-Fetch-Dest": {"empty"},
	}.Values}
}

func TestCookies_AreReadAsBrowsersSendThem(t *testing.T) {
	t.Parallel()
	clock := newClock()
	authn := local(t, clock.now, nil)
	token := good(t, clock.now())
	head, rest := token[:1], token[1:]
	escaped := "%65" + rest // tokens begin with an e
	if head != "e" {
		t.Fatalf("got a token that begins with %q, want e", head)
	}
	const in = clerkauth.Reason("")
	for name, test := range map[string]struct {
		cookies string
		want    clerkauth.Reason
	}{
		"as it is":                              {"__client_uat=1; __session=" + token, in},
		"blanks and tabs around names":          {" __client_uat\t=1 ;\t__session = " + token + " ", in},
		"in quotes":                             {`__client_uat="1"; __session="` + token + `"`, in},
		"with one quote":                        {`__client_uat=1; __session="` + token, clerkauth.ReasonTokenInvalid},
		"an escaped letter":                     {"__client_uat=1; __session=" + escaped, in},
		"escapes in both cases":                 {"__client_uat=1; __session=" + strings.ReplaceAll(strings.Replace(token, ".", "%2e", 1), ".", "%2E"), in},
		"an escape that breaks off":             {"__client_uat=1; __session=" + token + "%", clerkauth.ReasonTokenInvalid},
		"an escape of one digit":                {"__client_uat=1; __session=" + token + "%4", clerkauth.ReasonTokenInvalid},
		"an escape that is none spoils others":  {"__client_uat=1; __session=" + escaped + "%zz", clerkauth.ReasonTokenInvalid},
		"an escape that is no text":             {"__client_uat=1; __session=" + token + "%ff", clerkauth.ReasonTokenInvalid},
		"an escaped semicolon makes no cookie":  {"__client_uat=1; other=1%3B __session=" + token, clerkauth.ReasonClientUATButNoSessionToken},
		"an escaped name is another cookie":     {"__client_uat=1; %5F_session=" + token, clerkauth.ReasonClientUATButNoSessionToken},
		"a longer name is another cookie":       {"__client_uat=1; __session_old=" + token, clerkauth.ReasonClientUATButNoSessionToken},
		"what has no value is no cookie":        {"__session; __client_uat=1; __session=" + token, in},
		"a time with a sign":                    {"__client_uat=+1; __session=" + token, in},
		"a time with a rest":                    {"__client_uat=1x9; __session=" + token, in},
		"a time that is none":                   {"__client_uat=x; __session=" + token, clerkauth.ReasonSessionTokenButNoClientUAT},
		"a time that no number can hold":        {"__client_uat=99999999999999999999999; __session=" + token, clerkauth.ReasonSessionTokenIatBeforeClientUAT},
		"neither a session nor a time that was": {"other=1", clerkauth.ReasonSessionTokenAndUATMissing},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			state := authn.Authenticate(t.Context(), fetched("__clerk_db_jwt=d; "+test.cookies))
			if got := state.Reason(); got != test.want || state.SignedIn() != (test.want == in) {
				t.Errorf("got %q and signed in %t, want %q", got, state.SignedIn(), test.want)
			}
		})
	}
}

// Where the cookie without a suffix says that the browser has signed out, a development instance believes it as soon as
// the session with a suffix is over. In production the suffix decides.
func TestCookies_ExpiredSessionOfDevelopment(t *testing.T) {
	t.Parallel()
	clock := newClock()
	past := fields{"iat": clock.now().Add(-time.Hour).Unix(), "nbf": clock.now().Add(-time.Hour).Unix(), "exp": clock.now().Add(-time.Minute).Unix()}
	made := func(change fields) string { return sign(t, keyA(), header(nil), claims(clock.now(), change)) }
	const production = "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k"
	const expired = clerkauth.ReasonSessionTokenExpiredRefreshPrefix + "non-eligible-no-refresh-cookie"
	for name, test := range map[string]struct {
		key, session string
		want         clerkauth.Reason
	}{
		"a live session":                   {testPublishable, made(nil), ""},
		"an expired session":               {testPublishable, made(past), clerkauth.ReasonSessionTokenAndUATMissing},
		"an expired session of production": {production, made(past), expired},
		"no session at all":                {testPublishable, "garbage", clerkauth.ReasonTokenInvalid},
		"a session without an end":         {testPublishable, made(fields{"exp": nil}), clerkauth.ReasonTokenVerificationFailed},
		"a session with an odd end":        {testPublishable, made(fields{"exp": "soon"}), clerkauth.ReasonTokenVerificationFailed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			authn := local(t, clock.now, func(c *clerkauth.Config) {
				c.PublishableKey, c.AuthorizedParties = test.key, []string{appOrigin}
			})
			suffix := "_" + clerkauth.CookieSuffix(test.key)
			state := authn.Authenticate(t.Context(), fetched(
				"__clerk_db_jwt=d; __clerk_db_jwt"+suffix+"=d; __client_uat=0; __client_uat"+suffix+"=1; __session"+suffix+"="+test.session))
			if got := state.Reason(); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
