package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"

	"github.com/clerkgo/clerk-go/tools/internal/recording"
)

// runRecorded holds the answers that browsers got, as make browser records them, against the document.
func runRecorded(path, recorded string) error {
	doc, err := loadDocument(path)
	if err != nil {
		return err
	}
	in, err := os.Open(recorded) //nolint:gosec // the file that the person who starts the command names
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	checker := newValidator(doc)
	check := func(r *http.Request, status int, body []byte) {
		if strings.HasPrefix(r.URL.Path, "/v1/") || strings.HasPrefix(r.URL.Path, "/api_keys") { // not a page of the emulator's own
			checker.check(r, status, body)
		}
	}
	if err := recording.Read(in, check); err != nil {
		return err
	}
	answers, failures := 0, []string(nil)
	for _, n := range checker.seen {
		answers += n
	}
	for finding, example := range checker.violations {
		failures = append(failures, "document: "+finding+" ("+example+")")
	}
	fmt.Printf("%-16s %3d operations in %d answers to browsers as the document says, %d findings\n", "recorded", len(checker.seen), answers, len(checker.violations))
	return report(failures)
}

// runFrontend lets a browser visit every operation of the Frontend API that is emulated.
func runFrontend(ctx context.Context, path string) error {
	doc, err := loadDocument(path)
	if err != nil {
		return err
	}
	checker := newValidator(doc)
	e, stop, err := serve(checker.wrap)
	if err != nil {
		return err
	}
	defer stop()
	t, err := frontendTour(ctx, e.Default())
	if err != nil {
		return err
	}
	emulated, failures := e.FrontendEmulated(), t.fails
	for finding, example := range checker.violations {
		failures = append(failures, "document: "+finding+" ("+example+")")
	}
	for _, name := range checker.unvisited() {
		if emulated[strings.TrimPrefix(name, unvisitedPrefix)] {
			failures = append(failures, name)
		}
	}
	fmt.Printf("%-16s %3d steps, %d failed\n", t.name, t.steps, len(t.fails))
	fmt.Printf("%-16s %3d operations of the Frontend API answered as the document says, %d findings\n", "document", len(checker.seen), len(checker.violations))
	return report(failures)
}
