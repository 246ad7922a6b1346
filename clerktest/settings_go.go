package clerktest

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"time"
)

// Config is what a program needs to use an instance as its Clerk. The fields
// have the names that the configuration of the auth module uses.
type Config struct {
	SecretKey         string
	PublishableKey    string
	APIURL            string
	JWTKey            string // PEM; verifies with no network
	AuthorizedParties []string
	Issuer            string
	Now               func() time.Time
}

// Config returns the instance's values.
func (in *Instance) Config() Config {
	c := Config{
		SecretKey: in.SecretKey(), PublishableKey: in.PublishableKey(), APIURL: in.URL(), JWTKey: in.JWTKey(),
		Issuer: in.Issuer(), Now: in.clock.Now,
	}
	if in.emulator.origin != "" {
		c.AuthorizedParties = []string{in.emulator.origin}
	}
	return c
}

// Environ returns the settings of an instance as NAME=value, under the names
// that Clerk's SDKs read.
func (in *Instance) Environ() []string {
	return []string{
		"CLERK_SECRET_KEY=" + in.SecretKey(),
		"CLERK_PUBLISHABLE_KEY=" + in.PublishableKey(),
		"CLERK_API_URL=" + in.URL(),
	}
}

// Request returns a request that carries the token in its Authorization header.
// The target is a path or a whole address.
func (s SignedIn) Request(ctx context.Context, method, target string, body io.Reader) (*http.Request, error) {
	req, err := newRequest(ctx, method, target, body)
	if err != nil {
		return nil, err
	}
	return s.Authorize(req), nil
}

// Authorize adds the token to a request's Authorization header and returns the
// request.
func (s SignedIn) Authorize(r *http.Request) *http.Request {
	r.Header.Set("Authorization", "Bearer "+s.Token)
	return r
}

// AddCookies adds the cookies that a browser would send for somebody signed in,
// those of a development instance included, and returns the request.
func (in *Instance) AddCookies(r *http.Request, s SignedIn) *http.Request {
	since := strconv.FormatInt(in.sessionStart(s.SessionID)/1000, 10)
	browser := in.NewBrowser()
	for _, c := range []struct{ name, value string }{
		{"__session", s.Token}, {"__client_uat", since}, {"__clerk_db_jwt", browser},
		{"__session_" + in.CookieSuffix(), s.Token}, {"__client_uat_" + in.CookieSuffix(), since},
		{"__clerk_db_jwt_" + in.CookieSuffix(), browser},
	} {
		r.AddCookie(&http.Cookie{Name: c.name, Value: c.value}) //nolint:gosec // a request's cookie has no attributes
	}
	return r
}

func (in *Instance) sessionStart(id string) (ms int64) {
	_ = in.read(func(x *tx) error {
		if s := tableSessions.get(x, id); s != nil {
			ms = s.CreatedAt
		}
		return nil
	})
	return ms
}

func newRequest(ctx context.Context, method, target string, body io.Reader) (*http.Request, error) {
	if len(target) > 0 && target[0] == '/' {
		target = "http://example.com" + target
	}
	return http.NewRequestWithContext(ctx, method, target, body)
}
