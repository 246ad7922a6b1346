// Command console drives the web console of the local Clerk in a headless Chromium: it types, clicks, and holds what the
// page shows against what the emulator knows.
//
//	go run ./console [-chromium PATH] [-out DIR]
//
// It exits with 1 when a step fails, the page logs an error, or it asks another host for anything.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"time"
)

func main() {
	chromium := flag.String("chromium", "chromium", "the browser, as a path or a name in PATH")
	out := flag.String("out", "", "folder that gets a picture of each tab")
	flag.Parse()
	if err := run(context.Background(), *chromium, *out); err != nil {
		fmt.Fprintln(os.Stderr, "console:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, chromium, out string) error {
	path, err := exec.LookPath(chromium)
	if err != nil {
		return fmt.Errorf("the browser is missing: %w", err)
	}
	if out != "" {
		if err := os.MkdirAll(out, 0o750); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	v, err := open(ctx, path, out)
	if err != nil {
		return err
	}
	defer v.close()
	for _, s := range tour {
		if err := s.run(v); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		fmt.Println("ok  ", s.name)
	}
	return v.complaints()
}
