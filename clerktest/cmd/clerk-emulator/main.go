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
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/clerkgo/clerk-go/clerktest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "clerk-emulator:", err)
		os.Exit(1)
	}
}

type config struct {
	addr     string
	seed     string
	data     string
	log      string
	remote   bool
	clerkJS  string
	webhooks list
}

// list is a flag that may be given several times.
type list []string

func (l *list) String() string     { return strings.Join(*l, ",") }
func (l *list) Set(v string) error { *l = append(*l, v); return nil }

func parse(args []string, stderr io.Writer) (*config, error) {
	c := &config{}
	flags := flag.NewFlagSet("clerk-emulator", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&c.addr, "addr", "127.0.0.1:4000", "address to listen on; port 0 takes a free one")
	flags.StringVar(&c.seed, "seed", "", "JSON file with the records to begin with")
	flags.StringVar(&c.data, "data", "", "folder that keeps records, keys and webhook endpoints across restarts")
	flags.StringVar(&c.clerkJS, "clerkjs", "", "folder whose node_modules has @clerk/clerk-js and @clerk/ui; by default looked for from here upwards")
	flags.Var(&c.webhooks, "webhook", "URL that gets the signed events; may be repeated")
	flags.StringVar(&c.log, "log", "requests", "what to log: none, errors or requests")
	flags.BoolVar(&c.remote, "allow-remote", false, "listen on an address that other machines reach")
	if err := flags.Parse(args); err != nil {
		return nil, err
	}
	if flags.NArg() > 0 {
		return nil, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	switch c.log {
	case "none", "errors", "requests":
		return c, nil
	default:
		return nil, errors.New("-log must be none, errors or requests")
	}
}

// run serves until ctx is done.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	c, err := parse(args, stderr)
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.addr)
	if err != nil {
		return err
	}
	defer func() { _ = listener.Close() }()
	e, err := c.emulator(listener.Addr().String(), stderr)
	if err != nil {
		return err
	}
	defer func() { _ = e.Close() }()
	if err := c.plant(e.Default(), stdout); err != nil {
		return err
	}
	banner(stdout, e.Default())
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
	level := slog.LevelError
	if c.log == "none" {
		level = slog.LevelError + 1
	}
	opts := []clerktest.Option{
		clerktest.WithURL("http://" + address),
		clerktest.WithLogger(slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: level}))),
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
	for _, address := range c.webhooks {
		opts = append(opts, clerktest.WithWebhook(address))
	}
	return clerktest.New(opts...)
}

// plant adds the seed, unless the records come from an earlier run.
func (c *config) plant(in *clerktest.Instance, stdout io.Writer) error {
	if c.seed == "" {
		return nil
	}
	if in.HasUsers() {
		fmt.Fprintln(stdout, "the data folder holds users already, the seed is left out")
		return nil
	}
	file, err := os.ReadFile(c.seed) //nolint:gosec // the file that the person who starts the command names
	if err != nil {
		return err
	}
	return in.Seed(file)
}

func banner(w io.Writer, in *clerktest.Instance) {
	for _, ep := range in.Webhooks() {
		fmt.Fprintf(w, "webhook %s signed with %s\n", ep.URL(), ep.Secret())
	}
	fmt.Fprintf(w, `clerk-emulator: a local Clerk for development and tests. Unofficial; it guards nothing.

  Backend API   %[1]s/v1
  JWKS          %[1]s/.well-known/jwks.json
  Console       %[1]s/

export CLERK_API_URL=%[1]s
export CLERK_SECRET_KEY=%[2]s
export CLERK_PUBLISHABLE_KEY=%[3]s

`, in.URL(), in.SecretKey(), in.PublishableKey())
}

func logRequest(w io.Writer) func(clerktest.RequestRecord) {
	log := slog.New(slog.NewTextHandler(w, nil))
	return func(r clerktest.RequestRecord) {
		log.Info("request", "instance", r.Instance, "method", r.Method, "operation", r.Operation, "status", r.Status, "error", r.ErrorCode, "duration", r.Duration)
	}
}
