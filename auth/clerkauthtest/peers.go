package clerkauthtest

import (
	"context"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// Peers authenticates like another authenticator and tells from which address each request came, for the test of an
// adapter. [NewPeers] makes one.
type Peers struct {
	clerkauth.RequestAuthenticator

	// Seen has the address of the last request; it must be received before the next request is sent.
	Seen chan string
}

// NewPeers returns an authenticator that tells the addresses of the requests that authn authenticates.
func NewPeers(authn clerkauth.RequestAuthenticator) Peers {
	return Peers{authn, make(chan string, 1)}
}

// Authenticate tells the address of the peer and authenticates the request.
func (p Peers) Authenticate(ctx context.Context, req clerkauth.Request, opts ...clerkauth.CallOption) *clerkauth.RequestState {
	p.Seen <- req.RemoteAddr.String()
	return p.RequestAuthenticator.Authenticate(ctx, req, opts...)
}
