package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/clerkgo/clerk-go/clerktest"
)

// client is a library that signs in to an MCP server by itself.
type client interface {
	// connect begins a session, in place of one that there was. It signs in from nothing.
	connect(ctx context.Context, keepRefreshTokens bool) error
	// call calls a tool, and signs in as often as the library wants to.
	call(ctx context.Context, tool string) error
	// age makes the client take its access token for too old, or the server.
	age(ctx context.Context) error
	close()
}

// kind is what the steps have to know about a library.
type kind struct {
	name string
	// origin of the page that the client is in, if it is in one.
	origin func() (string, error)
	open   func(context.Context, *world, string) (client, error) // with the id of a known client
	// asksFirst says that the first request has no token, so that the server tells where to get one.
	asksFirst bool
	// stepsUp says that the client asks the user for a scope that a tool needs.
	stepsUp bool
	// losesScopes says that the client only steps up while it holds no refresh token.
	losesScopes bool
	// known says that the authorization server knows the client, which otherwise registers itself.
	known bool
	// asksForAll says that the server tells the client all scopes at once, because the client may not ask for others later
	// than those it registers with.
	asksForAll bool
	// life of access tokens in seconds while the client refreshes one; zero is a day.
	life int64
}

// setLife makes access tokens live as long as the client needs it.
func (k *kind) setLife(w *world) {
	w.in.OAuth().Configure(func(s *clerktest.OAuthSettings) { s.AccessTokenSeconds = k.life })
}

// callback is where the authorization server sends clients that have no page. Nobody listens there.
const callback = "http://127.0.0.1:1/callback"

// answer is a user whom the authorization server does not ask: the answer is in the redirect.
func answer(ctx context.Context, address string) (url.Values, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return nil, err
	}
	stays := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := stays.Do(req)
	if err != nil {
		return nil, err
	}
	if err := resp.Body.Close(); err != nil {
		return nil, err
	}
	location, err := resp.Location()
	if err != nil {
		return nil, fmt.Errorf("the authorization server answers %d: %w", resp.StatusCode, err)
	}
	return location.Query(), nil
}
