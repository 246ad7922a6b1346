package main

import (
	"context"
	"fmt"
	"io"

	"github.com/clerkgo/clerk-go/clerktest"
)

const password = "correct horse battery"

// serveLocal runs a local Clerk with somebody who can sign in, until ctx is done.
func serveLocal(ctx context.Context, out io.Writer) error {
	srv, err := clerktest.Start()
	if err != nil {
		return err
	}
	defer srv.Close()
	srv.CreateUser(clerktest.User{FirstName: "Ada", Email: "ada@example.com", Password: password})
	client := addClient(srv, redirectURIs)
	_, err = fmt.Fprintf(out, "# a local Clerk; sign in as ada@example.com with the password: %s\nexport OAUTH_ISSUER=%s OAUTH_CLIENT_ID=%s\n",
		password, srv.OAuth().Issuer(), client.ClientID)
	<-ctx.Done()
	return err
}

// addClient makes the OAuth application of this program.
func addClient(srv *clerktest.Server, redirectURIs []string) clerktest.OAuthClient {
	//docs:begin client
	client := srv.OAuth().AddClient(clerktest.OAuthClient{
		Name: "Command line", Public: true, DeviceGrant: true, RedirectURIs: redirectURIs,
		Scopes: []string{"openid", "email", "profile", "offline_access"},
	})
	//docs:end client
	return client
}
