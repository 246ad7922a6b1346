package main

import (
	"net/http"
	"strconv"
	"time"

	clerksdk "github.com/clerk/clerk-sdk-go/v2"
	clerksdkhttp "github.com/clerk/clerk-sdk-go/v2/http"
	"github.com/clerk/clerk-sdk-go/v2/jwks"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/clerktest"
)

// fixture is a local Clerk and one signed-in visitor.
type fixture struct {
	server *clerktest.Server
	authn  *clerkauth.Authenticator
	token  string
	header http.Header
	cookie bool
}

func newFixture(cookie bool) (*fixture, error) {
	server, err := clerktest.Start(clerktest.WithFrontendAPI("bench.clerk.accounts.dev"))
	if err != nil {
		return nil, err
	}
	authn, err := clerkauth.New(clerkauth.Config{
		SecretKey:         server.SecretKey(),
		PublishableKey:    server.PublishableKey(),
		APIURL:            server.URL(),
		AuthorizedParties: []string{"http://localhost:3000"},
		TokenCacheSize:    clerkauth.DefaultTokenCacheSize,
	})
	if err != nil {
		server.Close()
		return nil, err
	}
	fx := &fixture{server: server, authn: authn, cookie: cookie}
	fx.token = server.SignedInUser(clerktest.TokenTTL(24 * time.Hour)).Token
	fx.header = http.Header{"Authorization": {"Bearer " + fx.token}}
	if cookie {
		fx.header = http.Header{"Cookie": {"__clerk_db_jwt=dvb_2bench; __client_uat=" +
			strconv.FormatInt(time.Now().Unix()-60, 10) + "; __session=" + fx.token}}
	}
	return fx, nil
}

func (fx *fixture) credential() string {
	if fx.cookie {
		return "session cookie"
	}
	return "Authorization header"
}

// official is the middleware of clerk-sdk-go with its key cache.
func (fx *fixture) official() func(http.Handler) http.Handler {
	key, url := fx.server.SecretKey(), fx.server.URL()+"/v1"
	client := jwks.NewClient(&clerksdk.ClientConfig{BackendConfig: clerksdk.BackendConfig{Key: &key, URL: &url}})
	return clerksdkhttp.RequireHeaderAuthorization(clerksdkhttp.JWKSClient(client),
		clerksdkhttp.AuthorizedPartyMatches("http://localhost:3000"))
}

// discard is a response writer that keeps nothing but the status.
type discard struct {
	header http.Header
	status int
}

func (d *discard) Header() http.Header { return d.header }

func (d *discard) Write(p []byte) (int, error) { return len(p), nil }

func (d *discard) WriteHeader(status int) { d.status = status }

// serve returns a function that sends the request into a handler of net/http.
func (fx *fixture) serve(handler http.Handler) func() int {
	r, err := http.NewRequest(http.MethodGet, "http://bench.example.com/me", http.NoBody) //nolint:noctx // it goes nowhere
	if err != nil {
		panic(err)
	}
	r.Header, r.RequestURI = fx.header, "/me" // as a server reads it
	w := &discard{header: http.Header{}}
	return func() int {
		clear(w.header)
		w.status = http.StatusOK
		handler.ServeHTTP(w, r)
		return w.status
	}
}
