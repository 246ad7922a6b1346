package main

import (
	"bufio"
	"bytes"
	"embed"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/chromedp/chromedp"
	"github.com/evanw/esbuild/pkg/api"

	"github.com/clerkgo/clerk-go/clerktest"
	"github.com/clerkgo/clerk-go/tools/internal/chromium"
)

// appFiles are the applications, and the lock file that pins what they load.
//
//go:embed apps
var appFiles embed.FS

// frameworkFlow is a flow of an application with one of Clerk's own packages.
type frameworkFlow struct {
	flow
	version version
	setup   setup
}

var frameworks = []frameworkFlow{
	{flow{name: "@clerk/react: SignIn, UserButton, SignOutButton", run: reactFlow("@clerk/react")}, versions[0], setups[2]},
	{flow{name: "@clerk/clerk-react: SignIn, UserButton, SignOutButton", run: reactFlow("@clerk/clerk-react")}, versions[1], setups[2]},
	{flow{name: "@clerk/express: getAuth", run: nodeFlow("express")}, versions[0], setups[1]},
	{flow{name: "@clerk/fastify: getAuth", run: nodeFlow("fastify")}, versions[0], setups[1]},
	{flow{name: "@clerk/hono: getAuth", run: nodeFlow("hono")}, versions[0], setups[1]},
}

// reactFlow is the prebuilt form of a React application.
func reactFlow(name string) func(*visit) error {
	return func(v *visit) error {
		ada := v.srv.CreateUser(clerktest.User{Email: "ada@example.com", FirstName: "Ada", Password: password})
		if err := v.serveReact(name); err != nil {
			return err
		}
		// The first form has a hidden field for a password, and is still there when the address has changed.
		asksForPassword := func() error { return v.until(`document.querySelector(".cl-identityPreview") !== null`) }
		enters := func(password string) func() error {
			return func() error {
				return inOrder(v.goes(v.origin+"/react"), v.sees("Nobody is here."), v.fills("identifier", ada.Email), v.clicks("Continue"),
					asksForPassword, v.fills("password", password), v.clicks("Continue"))
			}
		}
		// The user button pushes what stands beside it aside: a click on its way would miss.
		appears := func() error { return v.until(`document.querySelector(".cl-userButtonTrigger") !== null`) }
		return inOrder(enters("wrong password"), v.sees("incorrect"), v.shows("react-wrong"), enters(password),
			func() error { return v.until(`location.search === "?in"`) }, v.sees("Hello, Ada."), v.missing("Nobody is here."), v.shows("react"),
			v.gives(server("user"), ada.ID), v.hasActive(ada.ID, 1), v.hears("session.created"),
			v.goes(v.origin+"/react"), v.sees("Hello, Ada."), appears, v.rests("Leave"), v.presses("Leave"), v.sees("Nobody is here."),
			v.gives(`fetch("/api/me").then(r => r.status)`, "401"), v.hasActive(ada.ID, 0), v.hears("session.removed"))
	}
}

// serveReact adds the page of the React application to the site.
func (v *visit) serveReact(name string) error {
	source, err := appFiles.ReadFile("apps/react.jsx")
	if err != nil {
		return err
	}
	folder, err := filepath.Abs(v.apps)
	if err != nil {
		return err
	}
	built := api.Build(api.BuildOptions{
		Stdin: &api.StdinOptions{Contents: string(source), ResolveDir: folder, Loader: api.LoaderJSX}, AbsWorkingDir: folder, Bundle: true, JSX: api.JSXAutomatic,
		Alias: map[string]string{"clerk-react": name}, Define: map[string]string{"process.env.NODE_ENV": `"production"`},
	})
	if len(built.Errors) > 0 {
		return errors.New(built.Errors[0].Text)
	}
	v.mux.HandleFunc("GET /react.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		_, _ = w.Write(built.OutputFiles[0].Contents)
	})
	v.mux.HandleFunc("GET /react", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = fmt.Fprintf(w, `<!DOCTYPE html><html lang="en"><title>React</title><link rel="icon" href="data:,"><body data-key="%s"><div id="app"></div><script src="/react.js"></script></body></html>`, v.srv.PublishableKey())
	})
	return nil
}

// nodeFlow is a Node server that asks the emulator, as its Backend API, who is there.
func nodeFlow(framework string) func(*visit) error {
	return func(v *visit) error {
		ada := v.srv.CreateUser(clerktest.User{Email: "ada@example.com", FirstName: "Ada", Password: password})
		stop, err := v.startNode(framework)
		if err != nil {
			return err
		}
		defer stop()
		return inOrder(v.opens("/"), v.gives(`fetch("/api/me").then(r => r.status)`, "401"),
			v.signsIn(ada.Email), v.gives(server("user"), ada.ID), v.opens("/again"), v.gives(server("user"), ada.ID),
			v.gives(`Clerk.createOrganization({name: "Engines"}).then(o => Clerk.setActive({organization: o.id})).then(() => Clerk.organization.name)`, "Engines"),
			v.gives(server("organization")+`.then(id => id === Clerk.organization.id)`, "true"), v.hasActive(ada.ID, 1),
			v.signsOut, v.opens("/out"), v.gives(`fetch("/api/me").then(r => r.status)`, "401"), v.hasActive(ada.ID, 0), v.hears("session.removed"))
	}
}

// startNode starts a server of the application's page, and makes it the origin of the site.
func (v *visit) startNode(framework string) (stop func(), err error) {
	var page bytes.Buffer
	if err := sitePage.Execute(&page, v.shown); err != nil {
		return nil, err
	}
	run := exec.CommandContext(v.ctx, "node", "server.mjs", framework) //nolint:gosec // one of the names above
	run.Dir, run.Stderr = v.apps, os.Stderr
	run.Env = append(os.Environ(), "CLERK_SECRET_KEY="+v.srv.SecretKey(), "CLERK_PUBLISHABLE_KEY="+v.srv.PublishableKey(), "CLERK_API_URL="+v.srv.URL(),
		"CLERK_TELEMETRY_DISABLED=1", "PAGE="+page.String())
	out, err := run.StdoutPipe()
	if err == nil {
		err = run.Start()
	}
	if err != nil {
		return nil, err
	}
	stop = func() { _ = run.Process.Kill(); _ = run.Wait() }
	port, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		stop()
		return nil, fmt.Errorf("%s did not start: %w", framework, err)
	}
	v.origin = "http://localhost:" + strings.TrimSpace(port)
	return stop, nil
}

// clicks presses what leads to no other page, once it has its place.
func (v *visit) clicks(text string) func() error {
	return func() error {
		return inOrder(v.rests(text), func() error { return v.acts(chromedp.Click(control(text))) })
	}
}

// rests waits until a button or link has its place.
func (v *visit) rests(text string) func() error {
	return func() error { return chromium.Rests(v.ctx, control(text), patience) }
}
