package clerkconnect

import (
	"context"
	"errors"

	"connectrpc.com/connect"

	clerk "github.com/clerkgo/clerk-go/core"
)

// Credentials gives every call of a client the token of a source, such as [clerk.M2MTokenSource]. It is safe for
// concurrent use. The token goes wherever the client calls, so use it with https addresses, or on this machine.
type Credentials struct {
	source clerk.TokenSource
}

var _ connect.Interceptor = (*Credentials)(nil)

// NewCredentials returns the interceptor for [connect.WithInterceptors] of a client. It returns an error if source is
// nil.
func NewCredentials(source clerk.TokenSource) (*Credentials, error) {
	if source == nil {
		return nil, errors.New("clerkconnect: NewCredentials: the source is nil")
	}
	return &Credentials{source: source}, nil
}

// WrapUnary implements [connect.Interceptor]. A source that gives no token fails the call with the code unavailable.
func (c *Credentials) WrapUnary(next connect.UnaryFunc) connect.UnaryFunc {
	return func(ctx context.Context, req connect.AnyRequest) (connect.AnyResponse, error) {
		if req.Spec().IsClient {
			token, err := c.source.Token(ctx)
			if err != nil {
				return nil, connect.NewError(connect.CodeUnavailable, err)
			}
			req.Header().Set("Authorization", "Bearer "+token)
		}
		return next(ctx, req)
	}
}

// WrapStreamingClient implements [connect.Interceptor]. A source that gives no token fails the first Send or Receive.
func (c *Credentials) WrapStreamingClient(next connect.StreamingClientFunc) connect.StreamingClientFunc {
	return func(ctx context.Context, spec connect.Spec) connect.StreamingClientConn {
		token, err := c.source.Token(ctx)
		conn := next(ctx, spec)
		if err != nil {
			return &failedConn{StreamingClientConn: conn, err: connect.NewError(connect.CodeUnavailable, err)}
		}
		conn.RequestHeader().Set("Authorization", "Bearer "+token)
		return conn
	}
}

// WrapStreamingHandler implements [connect.Interceptor]. It changes nothing.
func (c *Credentials) WrapStreamingHandler(next connect.StreamingHandlerFunc) connect.StreamingHandlerFunc {
	return next
}

// failedConn is a stream that never leaves this machine, because there is no token for it.
type failedConn struct {
	connect.StreamingClientConn
	err error
}

// Send returns why there is no token.
func (c *failedConn) Send(any) error { return c.err }

// Receive returns why there is no token.
func (c *failedConn) Receive(any) error { return c.err }
