package main

import (
	"bufio"
	"context"
	"errors"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/clerkgo/clerk-go/tools/internal/command"
)

// webappName names the flow that needs the example.
const webappName = "examples/webapp"

// webapp is the web application of the examples, as a program of its own.
type webapp struct {
	clerk, origin string
	stop          func()
}

// buildWebapp builds the example into a folder and returns the program. It takes its own time, not that of a flow.
func buildWebapp(ctx context.Context, folder string) (string, error) {
	program, err := filepath.Abs(filepath.Join(folder, "webapp"))
	if err != nil {
		return "", err
	}
	_, err = command.Command{Dir: filepath.Join("..", "examples")}.Output(ctx, "go", "build", "-o", program, "./webapp")
	return program, err
}

// startWebapp starts the example on free ports.
func startWebapp(ctx context.Context, program string) (*webapp, error) {
	run := exec.CommandContext(ctx, program, "-addr", "localhost:0", "-clerk", "localhost:0") //nolint:gosec // what was just built
	out, err := run.StdoutPipe()
	if err == nil {
		err = run.Start()
	}
	if err != nil {
		return nil, err
	}
	app := &webapp{stop: func() { _ = run.Process.Kill(); _ = run.Wait() }}
	for lines := bufio.NewScanner(out); app.origin == "" && lines.Scan(); {
		if address, ok := strings.CutPrefix(lines.Text(), "the local Clerk: "); ok {
			app.clerk = address
		}
		if address, ok := strings.CutPrefix(lines.Text(), "the application: "); ok {
			app.origin = address
		}
	}
	if app.origin == "" {
		app.stop()
		return nil, errors.New("the example did not say where it is")
	}
	return app, nil
}

// webappFlow is a person at the example: signed in within one request, a team by its address, signed out at once.
func webappFlow(v *visit) error {
	app, err := startWebapp(v.ctx, v.webapp)
	if err != nil {
		return err
	}
	defer app.stop()
	v.others = append(v.others, app.clerk, app.origin)
	at := func(path string) func() error { return v.goes(app.origin + path) }
	return inOrder(at("/"), v.sees("Everybody sees this page"), v.shows("webapp-home"),
		v.presses("Account"), v.sees("Be somebody"), v.shows("webapp-sign-in"),
		v.fills("identifier", "grace@example.com"), v.fills("password", password), v.presses("Continue"),
		v.sees("Hello, Grace"), v.gives(`location.href`, app.origin+"/account"), v.shows("webapp-account"),
		v.presses("Engines"), v.sees("org:member"), v.shows("webapp-team"), v.presses("Administration"), v.sees("not for you"), v.shows("webapp-no-access"),
		v.forgetsRoundTrips(app.origin), at("/teams/compilers/admin"), v.sees("for administrators of this team"), v.shows("webapp-admin"),
		at("/account"), v.presses("Make a team"), v.fills("name", "Looms"), v.presses("Create"), v.presses("Continue to"),
		v.forgetsRoundTrips(app.origin), at("/account"), v.sees("Looms"),
		v.presses("Sign out"), v.sees("Everybody sees this page"), v.sees("Sign in"), at("/account"), v.sees("Be somebody"))
}
