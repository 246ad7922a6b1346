package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/clerktest"
)

const origin = "http://localhost:3000"

// fixture is a local Clerk with one visitor who is signed in.
type fixture struct {
	server *clerktest.Server
	person clerktest.SignedIn
	tokens tokens
}

// tokens are a good one and those that a guard has to refuse.
type tokens struct {
	good string
	bad  map[string]string // by defect
}

func newFixture() (*fixture, error) {
	server, err := clerktest.Start(clerktest.WithFrontendAPI("bench.clerk.accounts.dev"))
	if err != nil {
		return nil, err
	}
	fx := &fixture{server: server, person: server.SignedInUser()}
	fx.tokens = fx.sign()
	return fx, nil
}

func (fx *fixture) close() { fx.server.Close() }

// sign returns tokens of the visitor's session with these options.
func (fx *fixture) sign(opts ...clerktest.TokenOption) tokens {
	session := func(more ...clerktest.TokenOption) string {
		return fx.server.SessionToken(fx.person.SessionID, append(append([]clerktest.TokenOption{clerktest.TokenTTL(24 * time.Hour)}, opts...), more...)...)
	}
	good, other := session(), session(clerktest.TokenClaim("sub", "user_000000000000000000000000000"))
	return tokens{good: good, bad: map[string]string{
		"expired":        session(clerktest.TokenTTL(-time.Hour)),
		"forged":         other[:strings.LastIndexByte(other, '.')] + good[strings.LastIndexByte(good, '.'):],
		"of another key": session(clerktest.TokenHeader("kid", "ins_000000000000000000000000000")),
		"garbage":        "no.token.atall",
	}}
}

// authenticator returns one of the local Clerk, with a configuration that was changed.
func (fx *fixture) authenticator(change func(*clerkauth.Config)) (*clerkauth.Authenticator, error) {
	config := clerkauth.Config{
		SecretKey: fx.server.SecretKey(), PublishableKey: fx.server.PublishableKey(), APIURL: fx.server.URL(),
		AuthorizedParties: []string{origin}, HeaderOnly: true,
	}
	if change != nil {
		change(&config)
	}
	return clerkauth.New(config)
}

// cold verifies each token anew.
func cold(c *clerkauth.Config) { c.TokenCacheSize = clerkauth.NoTokenCache }

// conforms makes sure that what is timed is a guard.
func (t tokens) conforms(name string, admit func(token string) error) error {
	if err := admit(t.good); err != nil {
		return fmt.Errorf("%s refuses a good token: %w", name, err)
	}
	for defect, token := range t.bad {
		if admit(token) == nil {
			return fmt.Errorf("%s admits a token that is %s", name, defect)
		}
	}
	return nil
}

// guards checks the guards and returns what to time of them: the admission of the good token.
func (t tokens) guards(guards []guard) ([]subject, error) {
	var subjects []subject
	for _, g := range guards {
		if err := t.conforms(g.name, func(token string) error { return g.call(token)() }); err != nil {
			return nil, err
		}
		subjects = append(subjects, subject{g.name, g.call(t.good)})
	}
	return subjects, nil
}

// guard is a way to admit callers: call prepares the request of a caller with this token.
type guard struct {
	name string
	call func(token string) func() error
}

var errRefused = errors.New("the answer is not the handler's")
