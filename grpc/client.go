package clerkgrpc

import (
	"context"
	"errors"

	"google.golang.org/grpc/credentials"

	clerk "github.com/clerkgo/clerk-go/core"
)

type tokenCredentials struct {
	source clerk.TokenSource
}

// NewCredentials returns credentials for grpc.WithPerRPCCredentials that give every call the token of a source, such as
// [clerk.M2MTokenSource]. They need a connection with TLS. It returns an error if source is nil.
func NewCredentials(source clerk.TokenSource) (credentials.PerRPCCredentials, error) {
	if source == nil {
		return nil, errors.New("clerkgrpc: NewCredentials: the source is nil")
	}
	return tokenCredentials{source: source}, nil
}

// GetRequestMetadata implements [credentials.PerRPCCredentials].
func (c tokenCredentials) GetRequestMetadata(ctx context.Context, _ ...string) (map[string]string, error) {
	token, err := c.source.Token(ctx)
	if err != nil {
		return nil, err
	}
	return map[string]string{"authorization": "Bearer " + token}, nil
}

// RequireTransportSecurity implements [credentials.PerRPCCredentials].
func (tokenCredentials) RequireTransportSecurity() bool { return true }
