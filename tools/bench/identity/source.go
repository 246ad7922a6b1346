package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"golang.org/x/oauth2"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	clerk "github.com/clerkgo/clerk-go/core"
)

const service = "https://orders.example.com"

// accepting is a service that answers from memory, and notes the token that came.
type accepting struct{ token string }

func (a *accepting) RoundTrip(r *http.Request) (*http.Response, error) {
	a.token = strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	return &http.Response{StatusCode: http.StatusNoContent, Body: http.NoBody, Request: r}, nil
}

// machine returns a client whose calls to Clerk are counted, and the secret key of a new machine.
func (fx *fixture) machine(ctx context.Context, sent *counted) (*clerk.Client, string, error) {
	client, err := clerk.NewClient(fx.server.SecretKey(), clerk.WithBaseURL(fx.server.URL()), clerk.WithHTTPClient(&http.Client{Transport: sent}))
	if err != nil {
		return nil, "", err
	}
	machine, err := client.Machines.Create(ctx, &clerk.MachineCreateParams{Name: "bench"})
	if err != nil {
		return nil, "", err
	}
	return client, machine.SecretKey, nil
}

// minted creates a token for each time that oauth2 asks: what an application writes to use that package.
type minted struct {
	client *clerk.Client
	key    string
}

func (m minted) Token() (*oauth2.Token, error) {
	made, err := m.client.M2MTokens.Create(context.Background(), &clerk.M2MTokenCreateParams{
		TokenFormat: clerk.Set(clerk.M2MTokenFormatJWT), SecondsUntilExpiration: clerk.Int64(3600),
	}, clerk.WithSecretKey(m.key))
	if err != nil {
		return nil, err
	}
	return &oauth2.Token{AccessToken: made.Token, TokenType: "Bearer", Expiry: made.Expiration.Time()}, nil
}

// sender is a transport over a service, and what it asks Clerk.
type sender struct {
	name string
	over func(http.RoundTripper) (http.RoundTripper, error)
	sent *counted
}

// first sends a request that may be the first of the process.
func (s sender) first() error {
	transport, err := s.over(&accepting{})
	if err != nil {
		return err
	}
	return sending(transport)()
}

func (fx *fixture) senders(ctx context.Context) ([]sender, error) {
	ours, theirs := &counted{}, &counted{}
	client, key, err := fx.machine(ctx, ours)
	if err != nil {
		return nil, err
	}
	source, err := clerk.NewM2MTokenSource(client, clerk.M2MTokenSourceConfig{MachineSecretKey: key, Format: clerk.M2MTokenFormatJWT})
	if err != nil {
		return nil, err
	}
	client, key, err = fx.machine(ctx, theirs)
	if err != nil {
		return nil, err
	}
	reused := oauth2.ReuseTokenSource(nil, minted{client, key})
	return []sender{
		{"clerk.TokenTransport", func(next http.RoundTripper) (http.RoundTripper, error) {
			return clerk.NewTokenTransport(source, []string{service}, clerk.WithTransport(next))
		}, ours},
		{"oauth2.Transport", func(next http.RoundTripper) (http.RoundTripper, error) {
			return &oauth2.Transport{Source: reused, Base: next}, nil
		}, theirs},
	}, nil
}

// tokenSource counts the tokens that many first requests create, and times a later one.
func (fx *fixture) tokenSource(ctx context.Context) (group, error) {
	fmt.Printf("tokens that Clerk creates for %d concurrent requests\n", requests)
	g := group{title: "one request to a service that answers from memory", bare: subject{"no token", sending(&accepting{})}}
	senders, err := fx.senders(ctx)
	if err != nil {
		return g, err
	}
	authn, err := fx.authenticator(nil)
	if err != nil {
		return g, err
	}
	for _, s := range senders {
		reached := &accepting{}
		transport, err := s.over(reached)
		if err != nil {
			return g, err
		}
		before := s.sent.calls.Load()
		if err := atOnce(func(int) error { return s.first() }); err != nil {
			return g, fmt.Errorf("%s: %w", s.name, err)
		}
		fmt.Printf("  %s: %d\n", s.name, s.sent.calls.Load()-before)
		send := sending(transport)
		if err := send(); err != nil {
			return g, err
		}
		if state := authn.AuthenticateToken(ctx, reached.token, clerkauth.AcceptTokens(clerkauth.TokenM2M)); !state.SignedIn() {
			return g, fmt.Errorf("%s sends no good token: %w", s.name, state.Err())
		}
		g.subjects = append(g.subjects, subject{s.name, send})
	}
	return g, nil
}

// sending returns a function that sends one request.
func sending(transport http.RoundTripper) func() error {
	r, err := http.NewRequest(http.MethodGet, service+"/orders", http.NoBody) //nolint:noctx // it goes nowhere
	if err != nil {
		panic(err)
	}
	return func() error {
		resp, err := transport.RoundTrip(r)
		if err != nil {
			return err
		}
		if resp.StatusCode != http.StatusNoContent {
			return errRefused
		}
		_, err = io.Copy(io.Discard, resp.Body)
		return errors.Join(err, resp.Body.Close())
	}
}
