package main

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"strings"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// subjects returns the baseline, this SDK, and the other libraries.
func (fx *fixture) subjects() ([]subject, error) {
	subjects := []subject{fx.raw()}
	for _, add := range []func() ([]subject, error){fx.ours, fx.golangJWT, fx.jose, fx.jwx, fx.clerkSDK} {
		more, err := add()
		if err != nil {
			return nil, err
		}
		subjects = append(subjects, more...)
	}
	for i, s := range subjects {
		if s.run == nil {
			subjects[i].run = func() error { return s.verify(fx.token) }
		}
	}
	return subjects, nil
}

// raw hashes the signing input and checks the signature, both decoded and split up front: the floor.
func (fx *fixture) raw() subject {
	check := func(signed, signature []byte) error {
		sum := sha256.Sum256(signed)
		return rsa.VerifyPKCS1v15(&fx.key.PublicKey, crypto.SHA256, sum[:], signature)
	}
	verify := func(token string) error {
		dot := strings.LastIndexByte(token, '.')
		signature, err := base64.RawURLEncoding.DecodeString(token[dot+1:])
		if err != nil {
			return err
		}
		return check([]byte(token[:dot]), signature)
	}
	dot := strings.LastIndexByte(fx.token, '.')
	signature, err := base64.RawURLEncoding.DecodeString(fx.token[dot+1:])
	if err != nil {
		panic(err)
	}
	signed := []byte(fx.token[:dot])
	return subject{
		name: "crypto/rsa", signatureOnly: true, verify: verify,
		run: func() error { return check(signed, signature) },
	}
}

func (fx *fixture) ours() ([]subject, error) {
	ctx := context.Background()
	keys, err := clerkauth.ParseJWKS(fx.jwks)
	if err != nil {
		return nil, err
	}
	set, err := clerkauth.NewStaticKeySet(keys...)
	if err != nil {
		return nil, err
	}
	config := clerkauth.Config{KeySet: set, HeaderOnly: true, AuthorizedParties: []string{"https://app.example.com"}}
	config.TokenCacheSize = clerkauth.NoTokenCache
	cold, err := clerkauth.New(config)
	if err != nil {
		return nil, err
	}
	config.TokenCacheSize = clerkauth.DefaultTokenCacheSize
	warm, err := clerkauth.New(config)
	if err != nil {
		return nil, err
	}
	verify := func(authn *clerkauth.Authenticator) func(string) error {
		return func(token string) error {
			_, err := authn.Verify(ctx, token)
			return err
		}
	}
	authenticate := func(authn *clerkauth.Authenticator, token string) error {
		r := &http.Request{Method: http.MethodGet, URL: target, Header: http.Header{"Authorization": {"Bearer " + token}}}
		return signedIn(ctx, authn, r)
	}
	request := &http.Request{Method: http.MethodGet, URL: target, Header: http.Header{"Authorization": {"Bearer " + fx.token}}}
	return []subject{
		{name: "clerkauth Verify", verify: verify(cold)},
		{
			name: "clerkauth Authenticate", verify: func(token string) error { return authenticate(cold, token) },
			run: func() error { return signedIn(ctx, cold, request) },
		},
		{name: "clerkauth Verify, repeat", cold: "clerkauth Verify", verify: verify(warm)},
		{
			name: "clerkauth Authenticate, repeat", cold: "clerkauth Authenticate",
			verify: func(token string) error { return authenticate(warm, token) },
			run:    func() error { return signedIn(ctx, warm, request) },
		},
	}, nil
}

func signedIn(ctx context.Context, authn *clerkauth.Authenticator, r *http.Request) error {
	if state := authn.Authenticate(ctx, clerkauth.FromHTTP(r)); !state.SignedIn() {
		return errors.New(string(state.Reason()))
	}
	return nil
}
