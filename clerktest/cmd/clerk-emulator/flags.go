package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
)

// envPrefix begins the environment variable of each flag: CLERK_EMULATOR_ALLOW_REMOTE for -allow-remote.
const envPrefix = "CLERK_EMULATOR_"

type config struct {
	addr          string
	url           string
	seed          string
	data          string
	log           string
	secretKey     string
	party         string
	partyGiven    bool
	webhookSecret string
	clerkJS       string
	envFile       string
	remote        bool
	realTokens    bool
	version       bool
	health        bool
	quiet         bool
	webhooks      list
	instances     list
}

// list is a flag that may be given several times.
type list []string

func (l *list) String() string     { return strings.Join(*l, ",") }
func (l *list) Set(v string) error { *l = append(*l, strings.Split(v, ",")...); return nil }

// parse reads the environment and then the arguments, which count more.
func parse(args []string, lookup func(string) (string, bool), stderr io.Writer) (*config, error) {
	c := &config{}
	flags := flag.NewFlagSet("clerk-emulator", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&c.addr, "addr", "127.0.0.1:4000", "address to listen on, or a port of this machine alone; port 0 takes a free one")
	flags.StringVar(&c.url, "url", "", "address by which applications reach the emulator, when it is another than that of -addr")
	flags.StringVar(&c.seed, "seed", "", "JSON file with the records to begin with")
	flags.StringVar(&c.data, "data", "", "folder that keeps instances, their records, keys, clocks and webhook endpoints across restarts")
	flags.StringVar(&c.secretKey, "secret-key", "", "secret key, sk_test_…; by default a fixed development key")
	flags.StringVar(&c.party, "authorized-party", "http://localhost:3000", "origin of the application: the azp claim of session tokens, in every token when it is given")
	flags.Var(&c.instances, "instance", "name of a further instance with keys of its own; may be repeated")
	flags.StringVar(&c.clerkJS, "clerkjs", "", "folder whose node_modules has @clerk/clerk-js and @clerk/ui; by default looked for from here upwards")
	flags.StringVar(&c.envFile, "env-file", "", ".env file that gets the settings of the first instance, for Go, Express, Next.js and Vite; its other lines stay")
	flags.Var(&c.webhooks, "webhook", "URL that gets the signed events; may be repeated")
	flags.StringVar(&c.webhookSecret, "webhook-secret", "", "signing secret, whsec_…, of the endpoints of -webhook; by default a random one")
	flags.StringVar(&c.log, "log", "requests", "what to log: none, errors or requests")
	flags.BoolVar(&c.quiet, "quiet", false, "print no settings and no progress, only errors and what -log says")
	flags.BoolVar(&c.remote, "allow-remote", false, "listen on an address that other machines reach")
	flags.BoolVar(&c.realTokens, "real-time-tokens", false, "session tokens follow the machine's time, whatever the movable clock says")
	flags.BoolVar(&c.version, "version", false, "print the version and end")
	flags.BoolVar(&c.health, "health", false, "ask the emulator that listens on -addr whether it answers, and end: with status 0 if it does")
	if err := fromEnvironment(flags, lookup); err != nil {
		return nil, err
	}
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			flags.SetOutput(stderr)
			fmt.Fprintf(stderr, "usage: clerk-emulator [flags]\n\nEach flag has an environment variable too: %sADDR for -addr.\n\n", envPrefix)
			flags.PrintDefaults()
			return nil, err
		}
		return nil, fmt.Errorf("%w (-help lists the flags)", err)
	}
	if flags.NArg() > 0 {
		return nil, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	flags.Visit(func(f *flag.Flag) { c.partyGiven = c.partyGiven || f.Name == "authorized-party" })
	if !strings.Contains(c.addr, ":") {
		c.addr = net.JoinHostPort("127.0.0.1", c.addr)
	}
	switch c.log {
	case "none", "errors", "requests":
		return c, nil
	default:
		return nil, errors.New("-log must be none, errors or requests")
	}
}

func fromEnvironment(flags *flag.FlagSet, lookup func(string) (string, bool)) (err error) {
	flags.VisitAll(func(f *flag.Flag) {
		name := envPrefix + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		value, ok := lookup(name)
		if !ok || err != nil {
			return
		}
		if e := flags.Set(f.Name, value); e != nil {
			err = fmt.Errorf("%s: %w", name, e)
		}
	})
	return err
}

// listen takes the address of -addr.
func (c *config) listen(ctx context.Context) (net.Listener, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("-addr %s: another program listens there, perhaps another emulator: end that one, or choose another port", c.addr)
	}
	if err != nil {
		return nil, fmt.Errorf("-addr %s: %w", c.addr, err)
	}
	return listener, nil
}

// address is the URL by which applications reach a listener. One that listens everywhere is reached as localhost, unless -url
// says otherwise.
func (c *config) address(listener net.Addr) (string, error) {
	host, port, err := net.SplitHostPort(listener.String())
	if err != nil {
		return "", err
	}
	ip := net.ParseIP(host)
	if !c.remote && (ip == nil || !ip.IsLoopback()) {
		return "", fmt.Errorf("-addr %s: other machines reach this address and the emulator guards nothing: add -allow-remote if that is wanted", c.addr)
	}
	switch {
	case c.url != "":
		return c.url, nil
	case ip != nil && ip.IsUnspecified():
		return "http://" + net.JoinHostPort("localhost", port), nil
	default:
		return "http://" + net.JoinHostPort(host, port), nil
	}
}
