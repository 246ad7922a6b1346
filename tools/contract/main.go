// Command contract holds the local Clerk against Clerk's own OpenAPI document: it lets three clients tour the emulated
// families, the official Go SDK, the published @clerk/backend and core, validates every answer on its way, and then sends
// each operation what Clerk refuses. With Clerk's document of webhooks it holds the events of the tours against that one, too.
//
//	go run ./contract -spec PATH [-webhooks PATH] [-frontend PATH] [-recorded PATH] [-js=false]
//
// With the document of the Frontend API a browser of its own visits every operation of that one which is emulated. It exits
// with 1 when a tour fails, no tour visits an operation, an answer or event does not fit its document, or a bad request is
// not refused.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"sort"

	"github.com/clerkgo/clerk-go/clerktest"
)

func main() {
	spec := flag.String("spec", "", "path of the OpenAPI document of the Backend API")
	webhooks := flag.String("webhooks", "", "path of the document of webhooks; without it events are not checked")
	frontend := flag.String("frontend", "", "path of the OpenAPI document of the Frontend API; without it that API is not visited")
	recorded := flag.String("recorded", "", "answers that make browser has recorded: they alone are held against the document of -frontend")
	js := flag.Bool("js", true, "run the tour of @clerk/backend too; installs it with npm into a temporary folder")
	flag.Parse()
	var err error
	if *recorded != "" {
		err = runRecorded(*frontend, *recorded)
	} else {
		err = runAll(context.Background(), *spec, *webhooks, *frontend, *js)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// runAll holds each API against its document.
func runAll(ctx context.Context, spec, webhooks, frontend string, js bool) error {
	var errs []error
	if spec != "" || frontend == "" {
		errs = append(errs, run(ctx, spec, webhooks, js))
	}
	if frontend != "" {
		errs = append(errs, runFrontend(ctx, frontend))
	}
	return errors.Join(errs...)
}

func run(ctx context.Context, spec, webhooks string, js bool) error {
	if spec == "" {
		return errors.New("contract: -spec is missing")
	}
	doc, err := loadDocument(spec)
	if err != nil {
		return err
	}
	checker := newValidator(doc)
	var events *eventChecker
	if webhooks != "" {
		if events, err = newEventChecker(webhooks); err != nil {
			return err
		}
	}
	var failures []string
	for _, visit := range tours(js) {
		t, err := visitEmulator(ctx, checker, events, visit)
		if err != nil {
			return err
		}
		fmt.Printf("%-16s %3d steps, %d failed\n", t.name, t.steps, len(t.fails))
		failures = append(failures, t.fails...)
	}
	fmt.Printf("%-16s %3d operations answered as the document says, %d findings\n", "document", len(checker.seen), len(checker.violations))
	for finding, example := range checker.violations {
		failures = append(failures, "document: "+finding+" ("+example+")")
	}
	failures = append(failures, checker.unvisited()...)
	if events != nil {
		fmt.Printf("%-16s %3d of %d kinds of event seen, %d findings\n", "webhooks", len(events.seen), len(events.schemas), len(events.findings))
		for finding := range events.findings {
			failures = append(failures, "webhooks: "+finding)
		}
	}
	refused, err := runNegative(doc)
	if err != nil {
		return err
	}
	fmt.Printf("%-16s %3d bad requests, %d not refused; %d operations not emulated\n",
		"refusals", refused.cases, len(refused.failures), len(refused.skipped))
	failures = append(failures, refused.failures...)
	return report(failures)
}

// report prints what is wrong, if anything is.
func report(failures []string) error {
	sort.Strings(failures)
	for _, f := range failures {
		fmt.Println("FAIL", f)
	}
	if len(failures) > 0 {
		return fmt.Errorf("contract: %d failures", len(failures))
	}
	return nil
}

// A visit is a tour that still needs an emulator.
type visit func(ctx context.Context, in *clerktest.Instance) (*tour, error)

func tours(js bool) []visit {
	list := []visit{coreTour, sdkGoTour}
	if js {
		list = append(list, jsTour)
	}
	return list
}

// visitEmulator runs a tour against a fresh emulator behind the validator.
func visitEmulator(ctx context.Context, checker *validator, events *eventChecker, run visit) (*tour, error) {
	e, stop, err := serve(checker.wrap)
	if err != nil {
		return nil, err
	}
	defer stop()
	t, err := run(ctx, e.Default())
	if events != nil {
		events.check(e.Default().Events())
	}
	return t, err
}

// serve starts an emulator whose handler is wrapped.
func serve(wrap func(http.Handler) http.Handler) (e *clerktest.Emulator, stop func(), err error) {
	var handler http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	if e, err = clerktest.New(clerktest.WithURL(server.URL)); err != nil {
		server.Close()
		return nil, nil, err
	}
	handler = wrap(e)
	return e, func() { server.Close(); _ = e.Close() }, nil
}
