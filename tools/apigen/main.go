// Command apigen writes the generated part of core from Clerk's OpenAPI
// documents and the overlay files beside it. The documents are read by path and
// are not part of the repository; spec.lock records which ones were used.
//
//	apigen -spec bapi.yml -out ../core            write core/*_gen.go
//	apigen -spec bapi.yml -out ../core -check     fail when they are out of date
//	apigen -report -old old.yml -spec new.yml     print what changed between two documents
//	apigen -webhooks webhooks.yml -spec bapi.yml -out ../core
//
// What needs the documents is tested on request:
//
//	go test -tags document ./apigen -run TestDocument -spec bapi.yml -events webhooks.yml
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
)

type config struct {
	spec, old, webhooks string
	out, docs           string
	lock                string
	check, report       bool
}

func main() {
	if err := run(os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "apigen:", err)
		os.Exit(1)
	}
}

func run(args []string, stdout, stderr io.Writer) error {
	cfg, err := parseFlags(args, stderr)
	if err != nil {
		return err
	}
	if cfg.report {
		return runReport(cfg, stdout)
	}
	ov, err := loadOverlay(overlayFiles)
	if err != nil {
		return err
	}
	doc, err := loadDocument(cfg.spec)
	if err != nil {
		return err
	}
	if err := checkLock(cfg.lock, cfg.spec, doc.sum); err != nil {
		return err
	}
	files, err := generate(doc, ov)
	if err != nil {
		return err
	}
	if cfg.webhooks != "" {
		events, err := generateWebhooks(cfg, doc, ov)
		if err != nil {
			return err
		}
		maps.Copy(files, events)
	}
	return deliver(cfg, files, stdout)
}

func parseFlags(args []string, usage io.Writer) (config, error) {
	var cfg config
	fs := flag.NewFlagSet("apigen", flag.ContinueOnError)
	fs.StringVar(&cfg.spec, "spec", "", "path of the Backend API document")
	fs.StringVar(&cfg.old, "old", "", "path of the earlier document, for -report")
	fs.StringVar(&cfg.webhooks, "webhooks", "", "path of the webhook document; emits core/webhook too")
	fs.StringVar(&cfg.out, "out", "../core", "folder of the core module")
	fs.StringVar(&cfg.docs, "docs", "../docs", "folder that receives operations.md; empty to leave it out")
	fs.StringVar(&cfg.lock, "lock", "apigen/spec.lock", "file that names the documents in use; empty to accept any")
	fs.BoolVar(&cfg.check, "check", false, "compare with the files on disk and write nothing")
	fs.BoolVar(&cfg.report, "report", false, "print the differences between -old and -spec")
	fs.SetOutput(usage)
	if err := fs.Parse(args); err != nil {
		return cfg, err
	}
	if cfg.spec == "" {
		return cfg, errors.New("-spec is required")
	}
	if cfg.report && cfg.old == "" {
		return cfg, errors.New("-report needs -old")
	}
	return cfg, nil
}
