package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/clerkgo/clerk-go/clerktest"
)

// openIDRows has OpenID clients that know nothing of Clerk, at the local Clerk.
func openIDRows() []row {
	return []row{
		{client: "go-oidc, x/oauth2", server: "local Clerk", run: goOIDC},
		{client: "openid-client", server: "local Clerk", run: nodeOIDC},
	}
}

// openID is a local Clerk with a confidential client and a user who agrees to everything.
type openID struct {
	*clerktest.Server

	ada    clerktest.User
	client clerktest.OAuthClient
}

func newOpenID() (*openID, error) {
	server, err := clerktest.Start()
	if err != nil {
		return nil, err
	}
	o := &openID{Server: server, ada: server.CreateUser(clerktest.User{FirstName: "Ada", Email: "ada@example.com"})}
	o.client = server.OAuth().AddClient(clerktest.OAuthClient{
		Name: "OpenID", RedirectURIs: []string{callback}, Scopes: []string{"openid", "email", "profile"},
	})
	server.OAuth().AutoConsent(o.ada.ID, "")
	return o, nil
}

// goOIDC discovers the local Clerk, signs in with PKCE, verifies the ID token, and refreshes.
func goOIDC(ctx context.Context, r *report) {
	var (
		o        *openID
		provider *oidc.Provider
		config   oauth2.Config
		token    *oauth2.Token
	)
	r.step("discovery", func() (err error) {
		if o, err = newOpenID(); err != nil {
			return err
		}
		provider, err = oidc.NewProvider(ctx, o.OAuth().Issuer())
		return err
	})
	if o == nil {
		return
	}
	defer o.Close()
	const nonce = "nonce-of-the-request"
	r.step("code with PKCE", func() error {
		config = oauth2.Config{
			ClientID: o.client.ClientID, ClientSecret: o.client.ClientSecret, Endpoint: provider.Endpoint(), RedirectURL: callback,
			Scopes: []string{oidc.ScopeOpenID, "email", "profile", oidc.ScopeOfflineAccess},
		}
		verifier, state := oauth2.GenerateVerifier(), oauth2.GenerateVerifier()
		q, err := answer(ctx, config.AuthCodeURL(state, oauth2.S256ChallengeOption(verifier), oidc.Nonce(nonce)))
		if err != nil {
			return err
		}
		if err := want(q.Get("state") == state && q.Get("iss") == o.OAuth().Issuer(), "the answer is %v", q); err != nil {
			return err
		}
		token, err = config.Exchange(ctx, q.Get("code"), oauth2.VerifierOption(verifier))
		return err
	})
	r.step("ID token", func() error {
		raw, _ := token.Extra("id_token").(string)
		id, err := provider.VerifierContext(ctx, &oidc.Config{ClientID: o.client.ClientID, Now: o.Clock().Now}).Verify(ctx, raw)
		if err != nil {
			return err
		}
		return want(id.Subject == o.ada.ID && id.Nonce == nonce, "it is of %s", id.Subject)
	})
	r.step("ID token of another client", func() error {
		raw, _ := token.Extra("id_token").(string)
		_, err := provider.VerifierContext(ctx, &oidc.Config{ClientID: "client_other", Now: o.Clock().Now}).Verify(ctx, raw)
		return want(err != nil, "it is accepted")
	})
	r.step("userinfo", func() error {
		info, err := provider.UserInfo(ctx, oauth2.StaticTokenSource(token))
		if err != nil {
			return err
		}
		return want(info.Subject == o.ada.ID && info.Email == "ada@example.com", "it is about %s", info.Subject)
	})
	r.step("refresh", func() error {
		fresh, err := config.TokenSource(ctx, &oauth2.Token{RefreshToken: token.RefreshToken}).Token()
		if err != nil {
			return err
		}
		return want(fresh.AccessToken != token.AccessToken && fresh.RefreshToken != token.RefreshToken, "nothing is new")
	})
	r.step("a refresh token twice", func() error {
		_, err := config.TokenSource(ctx, &oauth2.Token{RefreshToken: token.RefreshToken}).Token()
		var refused *oauth2.RetrieveError
		return want(errors.As(err, &refused) && refused.ErrorCode == "invalid_grant", "got %v", err)
	})
	r.step("device grant", func() error {
		o.OAuth().Configure(func(s *clerktest.OAuthSettings) { s.DeviceInterval = 1 })
		public := o.OAuth().AddClient(clerktest.OAuthClient{Name: "CLI", Public: true, DeviceGrant: true, RedirectURIs: []string{callback}})
		config := oauth2.Config{ClientID: public.ClientID, Endpoint: provider.Endpoint(), Scopes: []string{"email"}}
		device, err := config.DeviceAuth(ctx)
		if err != nil {
			return err
		}
		_, err = config.DeviceAccessToken(ctx, device)
		return err
	})
}

// nodeOIDC lets openid-client do the same.
func nodeOIDC(ctx context.Context, r *report) {
	r.step("discovery, code, ID token, userinfo, refresh, introspection, revocation", func() error {
		o, err := newOpenID()
		if err != nil {
			return err
		}
		defer o.Close()
		node := exec.CommandContext(ctx, "node", "oidc.mjs", o.OAuth().Issuer(), o.client.ClientID, o.client.ClientSecret, o.ada.ID) //nolint:gosec // ids of ours
		node.Dir = packages
		if out, err := node.CombinedOutput(); err != nil {
			return fmt.Errorf("%w: %s", err, out)
		}
		return nil
	})
}
