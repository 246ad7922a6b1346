// Command webapp is a web application with pages that the server renders, and the Clerk that it needs: both start together, with
// no account, no network and no npm.
//
//	go run ./examples/webapp
//
// Open http://localhost:3000 and sign in as one of the two people of the local Clerk, or sign up. With CLERK_SECRET_KEY and
// CLERK_PUBLISHABLE_KEY it runs on an instance of yours, whose account portal has the sign-in page.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	clerk "github.com/clerkgo/clerk-go/core"
	"github.com/clerkgo/clerk-go/examples/internal/demo"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "webapp:", err)
		os.Exit(1)
	}
}

// run serves until ctx is done.
func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("webapp", flag.ContinueOnError)
	addr := flags.String("addr", "localhost:3000", "address of the application")
	clerkAddr := flags.String("clerk", "localhost:4000", "address of the local Clerk")
	if err := flags.Parse(args); err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", *addr)
	if err != nil {
		return err
	}
	origin := originOf(listener)
	config, err := clerkauth.ConfigFromEnv()
	if err != nil {
		return err
	}
	if config.SecretKey == "" {
		local, err := startClerk(ctx, *clerkAddr)
		if err != nil {
			return errors.Join(err, listener.Close())
		}
		defer local.close()
		config.SecretKey, config.PublishableKey, config.APIURL = local.SecretKey(), local.PublishableKey(), local.URL()
		config.Now = local.Clock().Now
		_, _ = fmt.Fprintf(out, "the local Clerk: %s\n", local.URL())
	}
	app, err := newApplication(origin, config)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	_, _ = fmt.Fprintf(out, "the application: %s\n", origin)
	return demo.ServeOn(ctx, listener, app.routes())
}

// originOf is the address that people open. Browsers keep cookies of localhost and of 127.0.0.1 apart, so it is always the first.
func originOf(listener net.Listener) string {
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	return "http://localhost:" + port
}

//docs:begin config

// newApplication makes the application for one address. Tokens of page loads have no azp, and all pages here are page loads.
func newApplication(origin string, config clerkauth.Config) (*application, error) {
	config.AuthorizedParties = []string{origin}
	config.AllowMissingAuthorizedParty = true
	config.PublicOrigin = origin
	config.OrganizationSync.OrganizationPatterns = []string{"/teams/:slug", "/teams/:slug/(.*)"}
	authn, err := clerkauth.New(config)
	if err != nil {
		return nil, err
	}
	api, err := clerk.NewClient(config.SecretKey, clerk.WithBaseURL(config.APIURL))
	return &application{authn: authn, api: api, key: config.PublishableKey}, err
}

//docs:end config
