package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"time"

	"github.com/MicahParks/keyfunc/v3"
	"github.com/clerk/clerk-sdk-go/v2"
	clerkjwt "github.com/clerk/clerk-sdk-go/v2/jwt"
	"github.com/go-jose/go-jose/v4"
	josejwt "github.com/go-jose/go-jose/v4/jwt"
	"github.com/golang-jwt/jwt/v5"
	"github.com/lestrrat-go/jwx/v3/jwk"
	jwxjwt "github.com/lestrrat-go/jwx/v3/jwt"
)

var target = &url.URL{Path: "/"}

// sessionClaims is what an application would declare for golang-jwt and go-jose.
type sessionClaims struct {
	jwt.RegisteredClaims
	AuthorizedParty string   `json:"azp"`
	SessionID       string   `json:"sid"`
	Status          string   `json:"sts"`
	Version         int      `json:"v"`
	Features        string   `json:"fea"`
	Plans           string   `json:"pla"`
	FactorAge       [2]int   `json:"fva"`
	Organization    orgClaim `json:"o"`
}

type orgClaim struct {
	ID          string `json:"id"`
	Slug        string `json:"slg"`
	Role        string `json:"rol"`
	Permissions string `json:"per"`
	Masks       string `json:"fpm"`
}

func (fx *fixture) golangJWT() ([]subject, error) {
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"RS256", "RS384", "RS512"}))
	lookup := func(t *jwt.Token) (any, error) {
		if t.Header["kid"] != keyID {
			return nil, errors.New("unknown key id")
		}
		return &fx.key.PublicKey, nil
	}
	set, err := keyfunc.NewJWKSetJSON(json.RawMessage(fx.jwks))
	if err != nil {
		return nil, err
	}
	with := func(find jwt.Keyfunc) func(string) error {
		return func(token string) error {
			_, err := parser.ParseWithClaims(token, &sessionClaims{}, find)
			return err
		}
	}
	return []subject{
		{name: "golang-jwt", verify: with(lookup)},
		{name: "keyfunc + golang-jwt", verify: with(set.Keyfunc)},
	}, nil
}

func (fx *fixture) jose() ([]subject, error) {
	var set jose.JSONWebKeySet
	if err := json.Unmarshal(fx.jwks, &set); err != nil {
		return nil, err
	}
	verify := func(token string) error {
		parsed, err := josejwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.RS256, jose.RS384, jose.RS512})
		if err != nil {
			return err
		}
		keys := set.Key(parsed.Headers[0].KeyID)
		if len(keys) == 0 {
			return errors.New("unknown key id")
		}
		var registered josejwt.Claims
		var custom struct {
			SessionID    string   `json:"sid"`
			Organization orgClaim `json:"o"`
		}
		if err := parsed.Claims(keys[0].Key, &registered, &custom); err != nil {
			return err
		}
		return registered.ValidateWithLeeway(josejwt.Expected{Time: time.Now()}, 5*time.Second)
	}
	return []subject{{name: "go-jose v4", verify: verify}}, nil
}

func (fx *fixture) jwx() ([]subject, error) {
	set, err := jwk.Parse(fx.jwks)
	if err != nil {
		return nil, err
	}
	verify := func(token string) error {
		_, err := jwxjwt.Parse([]byte(token), jwxjwt.WithKeySet(set), jwxjwt.WithAcceptableSkew(5*time.Second))
		return err
	}
	return []subject{{name: "jwx v3", verify: verify}}, nil
}

func (fx *fixture) clerkSDK() ([]subject, error) {
	var set struct {
		Keys []*clerk.JSONWebKey `json:"keys"`
	}
	if err := json.Unmarshal(fx.jwks, &set); err != nil {
		return nil, err
	}
	verify := func(token string) error {
		_, err := clerkjwt.Verify(context.Background(), &clerkjwt.VerifyParams{Token: token, JWK: set.Keys[0]})
		return err
	}
	return []subject{{name: "clerk-sdk-go v2, key given", verify: verify}}, nil
}
