// Package local runs the adapter examples: it makes the authenticator and, on a local Clerk, two users to call them as.
package local

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"time"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/clerktest"
	"github.com/clerkgo/clerk-go/examples/internal/demo"
)

// Address is where the examples listen.
const Address = "127.0.0.1:8080"

// Service is what an example authenticates with.
type Service struct {
	*demo.Clerk

	// Authenticator is ready to use.
	Authenticator *clerkauth.Authenticator
	// AdminToken and MemberToken are session tokens for trying the routes; with the real Clerk they are empty.
	AdminToken, MemberToken string
}

// Run is the main function of an example: it serves with an authenticator until the program is interrupted.
func Run(serve func(ctx context.Context, authn *clerkauth.Authenticator) error) {
	clerk, err := Open(os.Stdout)
	if err != nil {
		log.Fatal(err)
	}
	defer clerk.Close()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := serve(ctx, clerk.Authenticator); err != nil {
		log.Print(err)
	}
}

// Open connects to the Clerk of the environment, or starts a local one with two users and writes to out how to call the
// example as each of them.
func Open(out io.Writer) (*Service, error) {
	k, err := demo.Connect()
	if err != nil {
		return nil, err
	}
	config := k.Config
	if config.SignInURL == "" {
		config.SignInURL = "/sign-in"
	}
	authn, err := clerkauth.New(config)
	if err != nil {
		k.Close()
		return nil, err
	}
	s := &Service{Clerk: k, Authenticator: authn}
	if k.Local == nil {
		_, err = fmt.Fprint(out, "export TOKEN=…   # in your front end: await Clerk.session.getToken()\n")
		return s, err
	}
	s.AdminToken = token(k.Local, "admin", "create,read", "3")
	s.MemberToken = token(k.Local, "member", "read", "1")
	_, err = fmt.Fprintf(out, "# a local Clerk; tokens of an administrator and of a member, good for an hour\n"+
		"export TOKEN=%s\nexport MEMBER=%s\n", s.AdminToken, s.MemberToken)
	return s, err
}

// token signs in a user whose organization grants the permissions on invoices, as bits of fpm.
func token(server *clerktest.Server, role, permissions, bits string) string {
	return server.SignedInUser(
		clerktest.TokenTTL(time.Hour),
		clerktest.TokenClaim("fea", "o:invoices"),
		clerktest.TokenClaim("o", map[string]any{
			"id": "org_2exampleexampleexampleexamp", "slg": "acme", "rol": role, "per": permissions, "fpm": bits,
		}),
	).Token
}
