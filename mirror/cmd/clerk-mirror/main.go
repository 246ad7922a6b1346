// Command clerk-mirror keeps Clerk's users, organizations and memberships in tables of a database: it receives webhooks, reads
// everything once at the start, and looks for drift every hour. Any number of replicas may run on the same database.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

// errDrift ends -check with a status of its own.
var errDrift = errors.New("the tables are not in step with Clerk")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	stop()
	switch {
	case err == nil || errors.Is(err, flag.ErrHelp):
	case errors.Is(err, errDrift):
		os.Exit(3)
	default:
		fmt.Fprintln(os.Stderr, "clerk-mirror:", err)
		os.Exit(1)
	}
}
