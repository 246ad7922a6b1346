// Command clerk-doctor looks for what keeps an application from recognising its visitors: it reads the variables that
// the application reads, asks Clerk, and on request examines a token and a page. Each finding is a sentence that says
// what is wrong and one that says what to do. It never prints a key, a token, a cookie or who a token is of.
//
//	clerk-doctor                                         the environment and Clerk's answers
//	clerk-doctor -env-file .env                          the same with the variables of a file
//	clerk-doctor -token -                                also the token on standard input
//	clerk-doctor -url https://app.example.com/account    also a page of the running application
//
// The exit code is 0 when nothing is wrong, 1 when something is, 2 for a wrong command line. This project is not
// affiliated with Clerk.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"time"
)

const (
	exitGood  = 0
	exitBad   = 1
	exitUsage = 2
)

// maxInput bounds the token and the file of variables, in bytes.
const maxInput = 256 << 10

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// order is what the command line asks for.
type order struct {
	envFile, tokenFile, page string
	json, plainHTTP          bool
	timeout                  time.Duration
}

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	o, err := parse(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitGood
	case err != nil:
		return exitUsage
	}
	ctx, cancel := context.WithTimeout(ctx, o.timeout)
	defer cancel()
	r, err := examine(ctx, o, stdin)
	if err != nil {
		fmt.Fprintln(stderr, "clerk-doctor:", err)
		return exitUsage
	}
	if err := r.print(stdout, o.json); err != nil {
		fmt.Fprintln(stderr, "clerk-doctor:", err)
		return exitBad
	}
	if r.bad() {
		return exitBad
	}
	return exitGood
}

func parse(args []string, stderr io.Writer) (order, error) {
	var o order
	flags := flag.NewFlagSet("clerk-doctor", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.envFile, "env-file", "", "read variables from this `file` first; those of the environment win")
	flags.StringVar(&o.tokenFile, "token", "", "examine the token in this `file`; - is standard input")
	flags.StringVar(&o.page, "url", "", "visit this `address` of the running application")
	flags.BoolVar(&o.json, "json", false, "print the findings as JSON")
	flags.BoolVar(&o.plainHTTP, "plain-http", false, "allow plain http to a local Clerk on another machine, as Config.AllowPlainHTTP does")
	flags.DurationVar(&o.timeout, "timeout", 30*time.Second, "give up after this `time`")
	if err := flags.Parse(args); err != nil {
		return order{}, err
	}
	if flags.NArg() > 0 {
		// The argument may be a token, so it is not repeated.
		err := errors.New("unexpected argument; a token is read from a file or from standard input, where no other program sees it")
		fmt.Fprintln(stderr, "clerk-doctor:", err)
		return order{}, err
	}
	return o, nil
}

// examine makes all the checks that the order and the findings so far allow.
func examine(ctx context.Context, o order, stdin io.Reader) (*report, error) {
	if o.envFile != "" {
		if err := loadVariables(o.envFile); err != nil {
			return nil, err
		}
	}
	token, err := readToken(o.tokenFile, stdin)
	if err != nil {
		return nil, err
	}
	r := &report{}
	examineVariables(r, os.Getenv)
	p, ok := newPatient(r, o.plainHTTP)
	if ok {
		p.examineInstance(ctx, r)
		if o.tokenFile != "" {
			p.examineToken(ctx, r, token)
		}
	}
	if o.page != "" {
		p.examinePage(ctx, r, o.page, token)
	}
	return r, nil
}

// loadVariables sets the variables of a file that the environment does not have. A line is NAME=value, with export before
// it or not; quotes around a value go, as shells take them away.
func loadVariables(name string) error {
	file, err := os.Open(name) //nolint:gosec // the file that the person named
	if err != nil {
		return err
	}
	defer file.Close()
	lines := bufio.NewScanner(io.LimitReader(file, maxInput))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimPrefix(strings.TrimSpace(lines.Text()), "export ")
		if line == "" || line[0] == '#' {
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		if key = strings.TrimSpace(key); !ok || key == "" {
			return fmt.Errorf("%s:%d: the line is not NAME=value", name, n)
		}
		if _, set := os.LookupEnv(key); set {
			continue
		}
		if err := os.Setenv(key, clean(value)); err != nil {
			return fmt.Errorf("%s:%d: %w", name, n, err)
		}
	}
	return lines.Err()
}

// clean returns a value without the white space and the quotes around it.
func clean(value string) string {
	value = strings.TrimSpace(value)
	if quoted(value) {
		return value[1 : len(value)-1]
	}
	return value
}

// quoted reports whether one kind of quote surrounds the value.
func quoted(value string) bool {
	return len(value) >= 2 && (value[0] == '"' || value[0] == '\'') && value[len(value)-1] == value[0]
}

// readToken reads the token of the order, with or without the word Bearer before it.
func readToken(name string, stdin io.Reader) (string, error) {
	if name == "" {
		return "", nil
	}
	source := stdin
	if name != "-" {
		file, err := os.Open(name) //nolint:gosec // the file that the person named
		if err != nil {
			return "", err
		}
		defer file.Close()
		source = file
	}
	text, err := io.ReadAll(io.LimitReader(source, maxInput))
	if err != nil {
		return "", err
	}
	token := strings.TrimSpace(string(text))
	if scheme, rest, ok := strings.Cut(token, " "); ok && strings.EqualFold(scheme, "bearer") {
		token = strings.TrimSpace(rest)
	}
	if token == "" {
		return "", errors.New("there is no token to read")
	}
	return token, nil
}
