package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/gofrs/flock"
	"golang.org/x/oauth2"
)

// program is the OAuth client of the command line.
type program struct {
	provider *oidc.Provider
	oauth    oauth2.Config
	store    store
	lock     string // a file that one process at a time holds while it refreshes
	out      io.Writer
	open     func(address string) error // shows a page to the user
}

var errSignedOut = errors.New("you are not signed in: run login")

//docs:begin new

// newProgram finds out where the issuer has its endpoints.
func newProgram(ctx context.Context, issuer, clientID string, store store, lock string) (*program, error) {
	provider, err := oidc.NewProvider(ctx, issuer)
	if err != nil {
		return nil, err
	}
	endpoint := provider.Endpoint()
	endpoint.AuthStyle = oauth2.AuthStyleInParams // a public client has no secret
	return &program{provider: provider, store: store, lock: lock, oauth: oauth2.Config{
		ClientID: clientID, Endpoint: endpoint, Scopes: []string{oidc.ScopeOpenID, "email", "profile", oidc.ScopeOfflineAccess},
	}}, nil
}

//docs:end new

// keep verifies whom the tokens of a sign-in are for, and stores them.
func (p *program) keep(ctx context.Context, token *oauth2.Token, nonce string) error {
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return errors.New("the answer has no ID token")
	}
	id, err := p.provider.VerifierContext(ctx, &oidc.Config{ClientID: p.oauth.ClientID}).Verify(ctx, raw)
	if err != nil {
		return err
	}
	if id.Nonce != nonce {
		return errors.New("the ID token is of another sign-in")
	}
	if err := p.store.save(token); err != nil {
		return err
	}
	_, err = fmt.Fprintln(p.out, "You are signed in.")
	return err
}

//docs:begin token

// token returns an access token that is good for a while. One that is not is refreshed by one process at a time: a refresh
// token is good once, and using it twice can end the whole sign-in.
func (p *program) token(ctx context.Context) (*oauth2.Token, error) {
	token, err := p.store.load()
	if err != nil || token.Valid() {
		return token, err
	}
	lock := flock.New(p.lock)
	if _, err := lock.TryLockContext(ctx, 50*time.Millisecond); err != nil {
		return nil, err
	}
	defer func() { _ = lock.Unlock() }()
	if token, err = p.store.load(); err != nil || token.Valid() { // another process was faster
		return token, err
	}
	if token.RefreshToken == "" {
		return nil, errSignedOut
	}
	fresh, err := p.oauth.TokenSource(ctx, &oauth2.Token{RefreshToken: token.RefreshToken}).Token()
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) && refused.ErrorCode == "invalid_grant" { // revoked, or over
		return nil, errors.Join(errSignedOut, p.store.remove())
	}
	if err != nil {
		return nil, err
	}
	return fresh, p.store.save(fresh)
}

//docs:end token

func (p *program) whoami(ctx context.Context) error {
	token, err := p.token(ctx)
	if err != nil {
		return err
	}
	info, err := p.provider.UserInfo(ctx, oauth2.StaticTokenSource(token))
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(p.out, info.Subject, info.Email)
	return err
}

// logout ends the sign-in at Clerk, and forgets it here even if Clerk cannot be told.
func (p *program) logout(ctx context.Context) error {
	token, err := p.store.load()
	if err != nil {
		return err
	}
	return errors.Join(p.revoke(ctx, token.RefreshToken), p.store.remove())
}

func (p *program) revoke(ctx context.Context, token string) error {
	var endpoints struct {
		Revocation string `json:"revocation_endpoint"`
	}
	if err := p.provider.Claims(&endpoints); err != nil {
		return err
	}
	form := url.Values{"token": {token}, "token_type_hint": {"refresh_token"}, "client_id": {p.oauth.ClientID}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoints.Revocation, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		err = errors.New("Clerk does not take the sign-out: " + resp.Status)
	}
	return errors.Join(err, resp.Body.Close())
}
