// Command quickstart protects a Gin service with Clerk and shows what it answers.
//
//	go run ./examples/quickstart          walk through the routes, then keep serving; curl lines are printed
//	go run ./examples/quickstart -once    walk through the routes and exit, non-zero if an answer is not the expected one
//
// Without a key it starts a local Clerk, fills it and signs its own tokens. With CLERK_SECRET_KEY and
// CLERK_PUBLISHABLE_KEY set it uses that instance and creates nothing.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/gin-gonic/gin"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

func main() {
	once := flag.Bool("once", false, "exit after the walk through the routes")
	flag.Parse()
	gin.SetMode(gin.ReleaseMode) // quiet
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, *once, os.Stdin, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "quickstart:", err)
		os.Exit(1)
	}
}

// run walks through the routes and then serves until ctx or the input ends.
func run(ctx context.Context, once bool, in io.Reader, out io.Writer) error {
	var steps []step
	var hints func(address string) []string
	config, err := clerkauth.ConfigFromEnv()
	if err != nil {
		return err
	}
	if config.SecretKey != "" {
		fmt.Fprintln(out, "Clerk     ", "your own instance")
		config.HeaderOnly = true // tokens come from programs, not from browsers
		steps, hints = anonymousSteps(), realHints
	} else {
		local, err := startLocal(ctx)
		if err != nil {
			return err
		}
		defer local.close()
		fmt.Fprintln(out, "Clerk     ", local.describe())
		config, steps, hints = local.config(), append(anonymousSteps(), local.steps()...), local.hints
	}

	svc, err := startService(ctx, config)
	if err != nil {
		return err
	}
	defer svc.close()
	fmt.Fprintf(out, "service    %s\n\n", svc.address)
	if err := walk(ctx, svc.address, steps, out); err != nil || once {
		return err
	}

	fmt.Fprintln(out, "\nThe service keeps running. In another terminal:")
	for _, line := range hints(svc.address) {
		fmt.Fprintln(out, "\n ", line)
	}
	fmt.Fprintln(out, "\nCtrl-C, or the end of the input, stops it.")
	svc.serveUntil(ctx, in)
	return nil
}
