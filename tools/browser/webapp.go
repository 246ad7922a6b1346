package main

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// webapp is the web application of the examples, as a program of its own.
type webapp struct {
	clerk, origin string
	stop          func()
}

// startWebapp builds the example and starts it on free ports.
func startWebapp(ctx context.Context) (*webapp, error) {
	folder, err := os.MkdirTemp("", "webapp-")
	if err != nil {
		return nil, err
	}
	program := filepath.Join(folder, "webapp")
	build := exec.CommandContext(ctx, "go", "build", "-o", program, "./webapp")
	build.Dir = filepath.Join("..", "examples")
	if out, err := build.CombinedOutput(); err != nil {
		return nil, errors.Join(err, errors.New(string(out)), os.RemoveAll(folder))
	}
	run := exec.CommandContext(ctx, program, "-addr", "localhost:0", "-clerk", "localhost:0") //nolint:gosec // what was just built
	out, err := run.StdoutPipe()
	if err == nil {
		err = run.Start()
	}
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	app := &webapp{stop: func() { _ = run.Process.Kill(); _ = run.Wait(); _ = os.RemoveAll(folder) }}
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
	app, err := startWebapp(v.ctx)
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
