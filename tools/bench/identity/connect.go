package main

import (
	"context"
	"net/http"

	"connectrpc.com/connect"
	clerksdk "github.com/clerk/clerk-sdk-go/v2"
	clerksdkhttp "github.com/clerk/clerk-sdk-go/v2/http"
	"github.com/clerk/clerk-sdk-go/v2/jwks"
	"google.golang.org/protobuf/types/known/emptypb"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	clerkconnect "github.com/clerkgo/clerk-go/connect"
)

// discard is a response writer that keeps nothing but the status.
type discard struct {
	header http.Header
	status int
}

func (d *discard) Header() http.Header { return d.header }

func (d *discard) Write(p []byte) (int, error) { return len(p), nil }

func (d *discard) WriteHeader(status int) { d.status = status }

// serving returns a function that sends a request with a token into a handler, and is an error unless it answers 200.
func serving(handler http.Handler, request func(token string) *http.Request) func(token string) func() error {
	return func(token string) func() error {
		w := &discard{header: http.Header{}}
		return func() error {
			clear(w.header)
			w.status = http.StatusOK
			handler.ServeHTTP(w, request(token))
			if w.status != http.StatusOK {
				return errRefused
			}
			return nil
		}
	}
}

func connectRequest(token string) *http.Request {
	r, err := http.NewRequest(http.MethodPost, "http://bench.example.com"+procedure, http.NoBody) //nolint:noctx // it goes nowhere
	if err != nil {
		panic(err)
	}
	r.Header = http.Header{
		"Authorization": {"Bearer " + token}, "Content-Type": {"application/proto"}, "Connect-Protocol-Version": {"1"},
	}
	return r
}

func (fx *fixture) connectUnary(context.Context) (group, error) {
	handler := func(opts ...connect.HandlerOption) http.Handler {
		return connect.NewUnaryHandler(procedure, func(context.Context, *connect.Request[emptypb.Empty]) (*connect.Response[emptypb.Empty], error) {
			return connect.NewResponse(&emptypb.Empty{}), nil
		}, opts...)
	}
	var guards []guard
	for _, ours := range []struct {
		name   string
		change func(*clerkauth.Config)
	}{{nameWarm, nil}, {nameCold, cold}} {
		authn, err := fx.authenticator(ours.change)
		if err != nil {
			return group{}, err
		}
		interceptor, err := clerkconnect.NewInterceptor(clerkconnect.Config{Authenticator: authn})
		if err != nil {
			return group{}, err
		}
		guards = append(guards, guard{ours.name, serving(handler(connect.WithInterceptors(interceptor)), connectRequest)})
	}
	guards = append(guards, guard{"clerk-sdk-go's middleware", serving(fx.official()(handler()), connectRequest)})
	subjects, err := fx.tokens.guards(guards)
	bare := serving(handler(), connectRequest)
	return group{"one request through the handler", subject{"no guard", bare(fx.tokens.good)}, subjects}, err
}

// official is the middleware of clerk-sdk-go with its key cache.
func (fx *fixture) official() func(http.Handler) http.Handler {
	key, url := fx.server.SecretKey(), fx.server.URL()+"/v1"
	client := jwks.NewClient(&clerksdk.ClientConfig{BackendConfig: clerksdk.BackendConfig{Key: &key, URL: &url}})
	return clerksdkhttp.RequireHeaderAuthorization(clerksdkhttp.JWKSClient(client), clerksdkhttp.AuthorizedPartyMatches(origin))
}
