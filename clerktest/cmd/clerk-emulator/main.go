// Command clerk-emulator is a local Clerk: a stateful Backend API that signs real tokens, sends signed webhooks and
// moves its clock, with a console at its root page. It needs no account and no network. It is an emulator for
// development and tests and guards nothing.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/clerkgo/clerk-go/clerktest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.LookupEnv, os.Stdout, os.Stderr)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "clerk-emulator:", err)
		os.Exit(1)
	}
}

// run serves until ctx is done.
func run(ctx context.Context, args []string, lookup func(string) (string, bool), stdout, stderr io.Writer) error {
	c, err := parse(args, lookup, stderr)
	if err != nil {
		return err
	}
	if c.version {
		fmt.Fprintln(stdout, "clerk-emulator", version())
		return nil
	}
	if c.health {
		return c.checkHealth(ctx)
	}
	if c.quiet {
		stdout = io.Discard
	}
	listener, err := c.listen(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = listener.Close() }()
	address, err := c.address(listener.Addr())
	if err != nil {
		return err
	}
	e, err := c.emulator(address, stderr)
	if err != nil {
		return err
	}
	defer func() { _ = e.Close() }()
	if err := c.plant(e, stdout); err != nil {
		return err
	}
	if c.envFile != "" {
		if err := writeEnvFile(c.envFile, settings(e.Default())); err != nil {
			return err
		}
	}
	c.banner(stdout, e)
	dual, err := e.Listener(listener)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: e, ReadHeaderTimeout: 10 * time.Second}
	if c.log == "requests" {
		e.OnRequest(logRequest(stderr))
	}
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		wait, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		stopped <- server.Shutdown(wait)
	}()
	if err := server.Serve(dual); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-stopped
}

func (c *config) emulator(address string, stderr io.Writer) (*clerktest.Emulator, error) {
	level := map[string]slog.Level{"none": slog.LevelError + 1, "errors": slog.LevelError, "requests": slog.LevelInfo}[c.log]
	opts := []clerktest.Option{
		clerktest.WithURL(address), clerktest.WithDevelopmentKey(),
		clerktest.WithLogger(slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: level}))),
	}
	if c.secretKey != "" {
		opts = append(opts, clerktest.WithSecretKey(c.secretKey))
	}
	if c.partyGiven {
		opts = append(opts, clerktest.WithAuthorizedParty(c.party))
	}
	if c.webhookSecret != "" {
		opts = append(opts, clerktest.WithWebhookSecret(c.webhookSecret))
	}
	if c.realTokens {
		opts = append(opts, clerktest.WithRealTimeTokens())
	}
	if c.remote {
		opts = append(opts, clerktest.WithRemoteAddress())
	}
	if c.clerkJS != "" {
		opts = append(opts, clerktest.WithClerkJS(c.clerkJS))
	}
	if c.data != "" {
		opts = append(opts, clerktest.WithData(c.data))
	}
	if !c.quiet {
		opts = append(opts, clerktest.WithProgress(func(instance string, share float64) {
			fmt.Fprintf(stderr, "reading -data %s: instance %s, %.0f %% done\n", c.data, instance, 100*share)
		}))
	}
	for _, address := range c.webhooks {
		opts = append(opts, clerktest.WithWebhook(address))
	}
	// Until the records are read nearly nothing becomes garbage.
	defer debug.SetGCPercent(debug.SetGCPercent(startGCPercent))
	e, err := clerktest.New(opts...)
	return e, c.inFlags(err)
}

// startGCPercent is how much the heap may grow, in percent, between two collections while the data folder is read.
const startGCPercent = 400

// inFlags tells an error about an option of the emulator in the words of the command line.
func (c *config) inFlags(err error) error {
	var refused *clerktest.OptionError
	if !errors.As(err, &refused) {
		return err
	}
	given, ok := map[string]string{
		"WithData": "-data " + c.data, "WithURL": "-url " + c.url, "WithSecretKey": "-secret-key", "WithWebhook": "-webhook",
		"WithWebhookSecret": "-webhook-secret", "WithClerkJS": "-clerkjs " + c.clerkJS,
	}[refused.Option]
	if !ok {
		return err
	}
	return fmt.Errorf("%s: %w", given, refused.Err)
}

// plant makes the further instances and adds the seed to the first, unless the records come from an earlier run.
func (c *config) plant(e *clerktest.Emulator, stdout io.Writer) error {
	for _, name := range c.instances {
		if e.InstanceByName(name) != nil {
			continue // the data folder holds it
		}
		if _, err := e.AddInstance(name, ""); err != nil {
			return fmt.Errorf("-instance %s: %w", name, err)
		}
	}
	if c.seed == "" {
		return nil
	}
	if e.Default().HasUsers() {
		fmt.Fprintln(stdout, "the data folder holds users already, the seed is left out")
		return nil
	}
	file, err := os.ReadFile(c.seed) //nolint:gosec // the file that the person who starts the command names
	if err != nil {
		return fmt.Errorf("-seed: %w", err)
	}
	if err := e.Default().Seed(file); err != nil {
		return fmt.Errorf("-seed %s: %w", c.seed, err)
	}
	return nil
}

// banner prints where the emulator is and lines to copy, those of the first instance at the end.
func (c *config) banner(w io.Writer, e *clerktest.Emulator) {
	in := e.Default()
	frontEnd := "start with -env-file .env.local in its folder, which writes them there under its names"
	if c.envFile != "" {
		frontEnd = "they are in " + c.envFile
	}
	people := "make a user there"
	if in.HasUsers() {
		people = "choose a user there"
	}
	fmt.Fprintf(w, `clerk-emulator: a local Clerk for development and tests. Unofficial; it guards nothing.

  Backend API   %[1]s/v1
  JWKS          %[1]s/.well-known/jwks.json
  Console       %[1]s/

1. Start your application with the lines below. For a front end (Next.js, Vite): %[2]s.
2. Open the console, %[3]s, and press "Sign in as": your application opens as that user.

`, in.URL(), frontEnd, people)
	for _, ep := range in.Webhooks() {
		fmt.Fprintf(w, "webhook %s signed with %s\n", ep.URL(), ep.Secret())
	}
	others := e.Instances()
	slices.SortFunc(others, func(a, b *clerktest.Instance) int { return strings.Compare(a.Name(), b.Name()) })
	for _, other := range others {
		if other != in {
			fmt.Fprintf(w, "# instance %s\n# CLERK_SECRET_KEY=%s\n# CLERK_PUBLISHABLE_KEY=%s\n\n", other.Name(), other.SecretKey(), other.PublishableKey())
		}
	}
	fmt.Fprintf(w, "export CLERK_API_URL=%s\nexport CLERK_SECRET_KEY=%s\n", in.URL(), in.SecretKey())
	if party := in.AuthorizedParty(); party != "" {
		fmt.Fprintf(w, "export CLERK_AUTHORIZED_PARTIES=%s\n", party)
	}
	if hooks := in.Webhooks(); len(hooks) > 0 {
		fmt.Fprintf(w, "export CLERK_WEBHOOK_SIGNING_SECRET=%s\n", hooks[0].Secret())
	}
	fmt.Fprintf(w, "export CLERK_PUBLISHABLE_KEY=%s\n\n", in.PublishableKey())
}

// version is that of the module the program was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(unknown)"
	}
	return info.Main.Version
}

func logRequest(w io.Writer) func(clerktest.RequestRecord) {
	log := slog.New(slog.NewTextHandler(w, nil))
	return func(r clerktest.RequestRecord) {
		log.Info("request", "instance", r.Instance, "method", r.Method, "path", r.Path, "operation", r.Operation, "status", r.Status,
			"error", r.ErrorCode, "duration", r.Duration)
	}
}
