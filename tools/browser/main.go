// Command browser drives applications that load the real ClerkJS through the flows of the local Clerk, in a headless Chromium.
//
//	go run ./browser [-chromium PATH] [-cache DIR] [-flow PATTERN] [-out DIR] [-record FILE]
//
// It prints a table of flow, version, set-up and result, and exits with 1 when a flow fails, when a page throws, or when
// anything asks another machine.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"time"

	"github.com/clerkgo/clerk-go/clerktest"
	"github.com/clerkgo/clerk-go/tools/internal/chromium"
	"github.com/clerkgo/clerk-go/tools/internal/recording"
)

type options struct {
	chromium, cache, out, flow string
	webapp                     string // the program of the example
	record                     *recording.Recorder
}

func main() {
	var o options
	flag.StringVar(&o.chromium, "chromium", "chromium", "the browser, as a path or a name in PATH")
	flag.StringVar(&o.cache, "cache", "browser/cache", "folder that keeps the packages")
	flag.StringVar(&o.out, "out", "", "folder that gets pictures")
	flag.StringVar(&o.flow, "flow", "", "run only the flows whose name fits this regular expression")
	record := flag.String("record", "", "file that gets every answer of the Frontend API, for contract -recorded")
	flag.Parse()
	if err := recorded(*record, o); err != nil {
		fmt.Fprintln(os.Stderr, "browser:", err)
		os.Exit(1)
	}
}

// recorded runs the flows, and keeps the answers in a file if one is named.
func recorded(file string, o options) error {
	if file == "" {
		return run(context.Background(), o)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
		return err
	}
	out, err := os.Create(file) //nolint:gosec // the file that the person who starts the command names
	if err != nil {
		return err
	}
	o.record = recording.NewRecorder(out)
	err = run(context.Background(), o)
	return errors.Join(err, o.record.Err(), out.Close())
}

func run(ctx context.Context, o options) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Minute)
	defer cancel()
	path, err := exec.LookPath(o.chromium)
	if err != nil {
		return fmt.Errorf("the browser is missing: %w", err)
	}
	wanted, err := regexp.Compile(o.flow)
	if err != nil {
		return err
	}
	if err := install(ctx, o.cache); err != nil {
		return err
	}
	if slices.ContainsFunc(frameworks, func(f frameworkFlow) bool { return wanted.MatchString(f.name) }) {
		if err := installApps(ctx, o.cache); err != nil {
			return err
		}
	}
	if wanted.MatchString(webappName) {
		if o.webapp, err = buildWebapp(ctx, o.cache); err != nil {
			return err
		}
	}
	if o.out != "" {
		if err := os.MkdirAll(o.out, 0o750); err != nil {
			return err
		}
	}
	ctx, stop, err := chromium.Launch(ctx, path)
	if err != nil {
		return err
	}
	defer stop()
	var failed error
	report := func(flow, version, setup string, err error) {
		result := "ok"
		if err != nil {
			result = "FAILED: " + err.Error()
			failed = errors.New("a flow failed")
		}
		fmt.Printf("%-54s %-10s %-10s %s\n", flow, version, setup, result)
	}
	for i, f := range flows {
		if !wanted.MatchString(f.name) {
			continue
		}
		for _, v := range versions {
			for _, s := range setups[:setupsOf(i)] {
				report(f.name, "ClerkJS "+v.major, s.name, one(ctx, o, f, v, s))
			}
		}
	}
	for _, f := range frameworks {
		if wanted.MatchString(f.name) {
			report(f.name, "ClerkJS "+f.version.major, f.setup.name, one(ctx, o, f.flow, f.version, f.setup))
		}
	}
	for _, f := range ownPages {
		if wanted.MatchString(f.name) {
			report(f.name, "own pages", "-", one(ctx, o, f, versions[0], setups[0]))
		}
	}
	return failed
}

// setupsOf says in how many set-ups a flow runs: the first in all of them, which differ in how a browser boots, the others
// in one.
func setupsOf(flow int) int {
	if flow == 0 {
		return len(setups)
	}
	return 1
}

// one runs a flow in a browser context of its own.
func one(ctx context.Context, o options, f flow, v version, s setup) (err error) {
	var opts []clerktest.Option
	if f.keeps {
		data, err := os.MkdirTemp("", "clerk-")
		if err != nil {
			return err
		}
		defer func() { _ = os.RemoveAll(data) }()
		opts = append(opts, clerktest.WithData(data))
	}
	site, err := openSite(o.cache, o.record, v, s, opts...)
	if err != nil {
		return err
	}
	defer site.close()
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	defer cancel()
	person, err := (&visit{site: site, ctx: ctx, out: o.out, webapp: o.webapp, apps: appsFolder(o.cache)}).another()
	if err != nil {
		return err
	}
	return errors.Join(f.run(person), site.complaints())
}
