// Package clerkauthtest starts a local Clerk for a test together with an Authenticator that trusts it.
//
// The local Clerk is package clerktest: it creates users, signs tokens and moves the clock. The authenticator reads the
// same clock, so a test that advances it sees tokens expire. Nothing leaves the machine.
package clerkauthtest

import (
	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/clerktest"
)

// New starts a local Clerk for the length of a test and returns it with an authenticator of its first instance. The
// test ends if either cannot be made. A configure function may change the authenticator's settings before it is made;
// it runs after the ones that [Config] returns are in place.
func New(tb clerktest.TB, configure ...func(*clerkauth.Config)) (*clerktest.Server, *clerkauth.Authenticator) {
	tb.Helper()
	srv := clerktest.NewServer(tb)
	return srv, For(tb, srv.Instance, configure...)
}

// For returns an authenticator of an instance that runs already: one of several on a server, or one that was started
// with options of its own.
func For(tb clerktest.TB, in *clerktest.Instance, configure ...func(*clerkauth.Config)) *clerkauth.Authenticator {
	tb.Helper()
	c := Config(in)
	for _, fn := range configure {
		fn(&c)
	}
	authn, err := clerkauth.New(c)
	if err != nil {
		tb.Fatalf("clerkauthtest: %v", err)
	}
	return authn
}

// Config returns the settings of an authenticator for an instance: its keys, its address and its clock. Session tokens
// are accepted from a header and from cookies, of any authorized party.
func Config(in *clerktest.Instance) clerkauth.Config {
	return clerkauth.Config{
		SecretKey: in.SecretKey(), PublishableKey: in.PublishableKey(), APIURL: in.URL(), Now: in.Clock().Now,
	}
}
