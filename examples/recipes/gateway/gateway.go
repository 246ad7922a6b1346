// Package gateway authenticates once at the edge: a reverse proxy verifies Clerk's credentials, takes them off the request
// and signs who it was for the services behind it. Those verify the signature without Clerk.
package gateway

import (
	"context"
	"crypto/ed25519"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

const (
	issuer = "gateway"
	// lifetime is longer than a request needs to arrive and shorter than a stolen token is of use.
	lifetime = 30 * time.Second
)

// Identity is what services are told.
type Identity struct {
	OrgID       string   `json:"org,omitzero"`
	Permissions []string `json:"permissions,omitzero"`
	jwt.RegisteredClaims
}

//docs:begin gateway

// New returns a proxy to a service for requests that are signed in. Mount it behind clerkauth.Middleware. The audience names
// the service, so that a token for one cannot be used at another.
func New(service *url.URL, audience string, key ed25519.PrivateKey) http.Handler {
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(service)
		r.SetXForwarded()
		r.Out.Header.Del("Cookie") // Clerk's cookies stay here.
		r.Out.Header.Del("Authorization")
		if token, err := sign(clerkauth.FromContext(r.In.Context()), audience, key); err == nil {
			r.Out.Header.Set("Authorization", "Bearer "+token)
		}
	}}
	return clerkauth.RequireAuth()(proxy)
}

func sign(state *clerkauth.RequestState, audience string, key ed25519.PrivateKey) (string, error) {
	now := time.Now()
	return jwt.NewWithClaims(jwt.SigningMethodEdDSA, Identity{
		OrgID: state.OrgID(), Permissions: state.OrgPermissions(),
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: issuer, Subject: state.UserID(), Audience: jwt.ClaimStrings{audience},
			IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(lifetime)),
		},
	}).SignedString(key)
}

//docs:end gateway

//docs:begin service

type identityKey struct{}

// Verify is the middleware of the services. It admits what the gateway has signed for this audience and nothing else.
func Verify(audience string, key ed25519.PublicKey) func(http.Handler) http.Handler {
	parser := jwt.NewParser(
		jwt.WithValidMethods([]string{jwt.SigningMethodEdDSA.Alg()}),
		jwt.WithIssuer(issuer), jwt.WithAudience(audience), jwt.WithExpirationRequired(),
	)
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
			var identity Identity
			if _, err := parser.ParseWithClaims(token, &identity, func(*jwt.Token) (any, error) { return key, nil }); err != nil {
				http.Error(w, "not from the gateway", http.StatusUnauthorized)
				return
			}
			next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), identityKey{}, identity)))
		})
	}
}

// FromContext returns who sent the request to the gateway.
func FromContext(ctx context.Context) Identity {
	identity, _ := ctx.Value(identityKey{}).(Identity)
	return identity
}

//docs:end service
