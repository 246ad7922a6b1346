package main

import (
	"context"
	"errors"

	"github.com/MicahParks/keyfunc/v3"
	"github.com/golang-jwt/jwt/v5"
	"github.com/grpc-ecosystem/go-grpc-middleware/v2/interceptors/auth"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	clerkgrpc "github.com/clerkgo/clerk-go/grpc"
)

const procedure = "/acme.v1.Orders/List"

// byHand verifies session tokens as an application would that has no SDK: with golang-jwt and the keys of the instance.
func (fx *fixture) byHand(ctx context.Context) (func(token string) (jwt.MapClaims, error), error) {
	set, err := get(ctx, fx.server.URL()+"/v1/jwks", fx.server.SecretKey())
	if err != nil {
		return nil, err
	}
	keys, err := keyfunc.NewJWKSetJSON(set)
	if err != nil {
		return nil, err
	}
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"RS256"}), jwt.WithExpirationRequired())
	return func(token string) (jwt.MapClaims, error) {
		claims := jwt.MapClaims{}
		_, err := parser.ParseWithClaims(token, claims, keys.Keyfunc)
		return claims, err
	}, nil
}

// claimsKey is where the claims of byHand are in a context.
type claimsKey struct{}

// authFunc is byHand for the interceptors of go-grpc-middleware.
func (fx *fixture) authFunc(ctx context.Context) (auth.AuthFunc, error) {
	verify, err := fx.byHand(ctx)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context) (context.Context, error) {
		token, err := auth.AuthFromMD(ctx, "bearer")
		if err != nil {
			return nil, err
		}
		claims, err := verify(token)
		if err != nil {
			return nil, status.Error(codes.Unauthenticated, "invalid token")
		}
		if azp, _ := claims["azp"].(string); azp != origin {
			return nil, status.Error(codes.Unauthenticated, "foreign token")
		}
		return context.WithValue(ctx, claimsKey{}, claims), nil
	}, nil
}

// grpcGuards returns ours, with a token that was seen before and one that was not.
func (fx *fixture) grpcGuards() (warm, anew *clerkgrpc.Guard, err error) {
	guards := make([]*clerkgrpc.Guard, 2)
	for i, change := range []func(*clerkauth.Config){nil, cold} {
		authn, err := fx.authenticator(change)
		if err != nil {
			return nil, nil, err
		}
		if guards[i], err = clerkgrpc.NewGuard(clerkgrpc.Config{Authenticator: authn}); err != nil {
			return nil, nil, err
		}
	}
	return guards[0], guards[1], nil
}

const (
	nameWarm   = "ours, a token seen before"
	nameCold   = "ours, each token verified anew"
	nameByHand = "go-grpc-middleware auth with golang-jwt"
)

// incoming is the context of a call as the server makes it.
func incoming(ctx context.Context, token string) context.Context {
	return metadata.NewIncomingContext(ctx, metadata.Pairs(
		":authority", "bench.example.com", "content-type", "application/grpc", "user-agent", "bench", "authorization", "Bearer "+token))
}

func (fx *fixture) grpcUnary(ctx context.Context) (group, error) {
	warm, anew, err := fx.grpcGuards()
	if err != nil {
		return group{}, err
	}
	check, err := fx.authFunc(ctx)
	if err != nil {
		return group{}, err
	}
	handled := new(int)
	handler := func(ctx context.Context, _ any) (any, error) { return handled, ctx.Err() }
	call := func(interceptor grpc.UnaryServerInterceptor) func(string) func() error {
		return func(token string) func() error {
			ctx, info := incoming(ctx, token), &grpc.UnaryServerInfo{FullMethod: procedure}
			return func() error {
				resp, err := interceptor(ctx, nil, info, handler)
				if err == nil && resp != any(handled) {
					err = errRefused
				}
				return err
			}
		}
	}
	subjects, err := fx.tokens.guards([]guard{
		{nameWarm, call(warm.UnaryInterceptor)}, {nameCold, call(anew.UnaryInterceptor)},
		{nameByHand, call(auth.UnaryServerInterceptor(check))},
	})
	bare := call(func(ctx context.Context, req any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
		return next(ctx, req)
	})
	return group{"the interceptor alone", subject{"no guard", bare(fx.tokens.good)}, subjects}, err
}

// served is a stream of a server that nobody listens to.
type served struct {
	grpc.ServerStream
	ctx context.Context //nolint:containedctx // the stream's own
}

func (s served) Context() context.Context { return s.ctx }
func (served) RecvMsg(any) error          { return nil }
func (served) SendMsg(any) error          { return nil }

var errHandled = errors.New("the handler has run")

func (fx *fixture) grpcStream(ctx context.Context) (group, error) {
	warm, anew, err := fx.grpcGuards()
	if err != nil {
		return group{}, err
	}
	check, err := fx.authFunc(ctx)
	if err != nil {
		return group{}, err
	}
	handler := func(_ any, stream grpc.ServerStream) error {
		if err := stream.SendMsg(nil); err != nil {
			return err
		}
		return errHandled
	}
	call := func(interceptor grpc.StreamServerInterceptor) func(string) func() error {
		return func(token string) func() error {
			stream, info := served{ctx: incoming(ctx, token)}, &grpc.StreamServerInfo{FullMethod: procedure, IsServerStream: true}
			return func() error {
				if err := interceptor(nil, stream, info, handler); !errors.Is(err, errHandled) {
					return errors.Join(errRefused, err)
				}
				return nil
			}
		}
	}
	subjects, err := fx.tokens.guards([]guard{
		{nameWarm, call(warm.StreamInterceptor)}, {nameCold, call(anew.StreamInterceptor)},
		{nameByHand, call(auth.StreamServerInterceptor(check))},
	})
	bare := call(func(srv any, stream grpc.ServerStream, _ *grpc.StreamServerInfo, next grpc.StreamHandler) error {
		return next(srv, stream)
	})
	return group{"the interceptor alone, one message; ours ends with the token", subject{"no guard", bare(fx.tokens.good)}, subjects}, err
}
