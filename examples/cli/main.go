// Command cli is a command-line program that signs its user in with Clerk. Start a local Clerk in one terminal, paste the two
// lines that it prints into another, and go on there:
//
//	go run ./examples/cli local          # a local Clerk, until Ctrl-C
//	go run ./examples/cli login          # in the browser of this machine
//	go run ./examples/cli login -device  # in a browser of another machine
//	go run ./examples/cli whoami
//	go run ./examples/cli logout
//
// The tokens are kept in the keyring of the user, or with -store file in a file that nobody else can read.
//
// With an instance of your own, make a public OAuth application with the redirect URIs of loopback.go and, for -device, the
// device grant. Set OAUTH_ISSUER to the Frontend API and OAUTH_CLIENT_ID to the client id.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "cli:", err)
		os.Exit(1)
	}
}

var errUsage = errors.New("usage: cli local | login [-device] [-store file] | whoami [-store file] | logout [-store file]")

func run(ctx context.Context, args []string, out io.Writer) error {
	if len(args) == 0 {
		return errUsage
	}
	flags := flag.NewFlagSet(args[0], flag.ContinueOnError)
	device := flags.Bool("device", false, "sign in with a browser on another machine")
	kind := flags.String("store", "keyring", "where the tokens are kept: keyring or file")
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	if args[0] == "local" {
		return serveLocal(ctx, out)
	}
	issuer, clientID := os.Getenv("OAUTH_ISSUER"), os.Getenv("OAUTH_CLIENT_ID")
	if issuer == "" || clientID == "" {
		return errors.New("OAUTH_ISSUER and OAUTH_CLIENT_ID are not set")
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		return err
	}
	dir = filepath.Join(dir, "clerk-go-cli")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	store, err := newStore(*kind, dir, issuer+" "+clientID)
	if err != nil {
		return err
	}
	p, err := newProgram(ctx, issuer, clientID, store, filepath.Join(dir, "lock"))
	if err != nil {
		return err
	}
	p.out, p.open = out, openBrowser
	switch {
	case args[0] == "login" && *device:
		return p.loginOnDevice(ctx)
	case args[0] == "login":
		return p.loginInBrowser(ctx, redirectURIs)
	case args[0] == "whoami":
		return p.whoami(ctx)
	case args[0] == "logout":
		return p.logout(ctx)
	}
	return errUsage
}
