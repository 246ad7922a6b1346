package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
	clerkmirror "github.com/clerkgo/clerk-go/mirror"
)

const (
	// stopTimeout is how long deliveries that are being handled may go on after a signal.
	stopTimeout = 10 * time.Second
	// retryPause is the time after which a backfill that failed or that another replica runs is tried again.
	retryPause = 15 * time.Second
)

// program is the running program.
type program struct {
	*settings
	db      *sql.DB
	mirror  *clerkmirror.Mirror
	metrics *metrics
	log     *slog.Logger
}

// run does what the flags say until ctx is done.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) error {
	s, err := parse(args, getenv, stderr)
	if err != nil {
		return err
	}
	db, dialect, err := s.open()
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	p := &program{settings: s, db: db, metrics: newMetrics(), log: slog.New(slog.NewTextHandler(stderr, nil))}
	show, end := progressBar(stderr)
	defer end()
	p.mirror, err = s.mirror(db, dialect, func(at clerkmirror.Progress) {
		p.metrics.progress(at)
		show(at)
	})
	if err != nil {
		return err
	}
	if err := p.mirror.Migrate(ctx); err != nil {
		return err
	}
	switch {
	case s.check:
		return p.check(ctx, stdout)
	case s.once:
		result, err := p.mirror.Backfill(ctx)
		if err == nil {
			end()
			for _, kind := range p.mirror.Kinds() {
				fmt.Fprintf(stdout, "%s %d, ", kind, result.Listed[kind])
			}
			fmt.Fprintf(stdout, "deleted %d, skipped %d\n", result.Deleted, result.Skipped)
		}
		return err
	default:
		return p.serve(ctx)
	}
}

// check prints the drift.
func (p *program) check(ctx context.Context, stdout io.Writer) error {
	drift, err := p.mirror.Audit(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%-23s %9s %9s %9s %9s %9s\n", "", "Clerk", "table", "missing", "stale", "extra")
	for _, kind := range p.mirror.Kinds() {
		d := drift[kind]
		fmt.Fprintf(stdout, "%-23s %9d %9d %9d %9d %9d\n", kind, d.Clerk, d.Table, d.Missing, d.Stale, d.Extra)
	}
	if !drift.None() {
		return errDrift
	}
	return nil
}

// serve receives webhooks and looks for drift until ctx is done.
func (p *program) serve(ctx context.Context) error {
	webhooks, err := p.handler(p.mirror, clerkwebhook.WithErrorReporter(p.onError))
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", p.addr)
	if err != nil {
		return err
	}
	server := &http.Server{
		Handler: p.routes(webhooks), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second,
		ErrorLog: slog.NewLogLogger(p.log.Handler(), slog.LevelWarn),
	}
	p.log.Info("listening", "address", listener.Addr().String(), "webhooks", p.path)
	background, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan struct{})
	go func() {
		defer close(done)
		p.keepInStep(background)
	}()
	stopped := make(chan error, 1)
	go func() {
		<-background.Done()
		p.metrics.ready.Store(false)
		wait, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
		defer cancel()
		stopped <- server.Shutdown(wait)
	}()
	err = server.Serve(listener)
	cancel()
	<-done
	if !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-stopped
}

func (p *program) routes(webhooks http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle(p.path, p.metrics.observe(webhooks))
	mux.Handle("GET /metrics", p.metrics)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok\n") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
		defer cancel()
		if !p.metrics.ready.Load() || p.db.PingContext(ctx) != nil {
			http.Error(w, "not ready", http.StatusServiceUnavailable)
			return
		}
		_, _ = io.WriteString(w, "ready\n")
	})
	return mux
}

// keepInStep runs the first backfill, where no replica has run one yet, and then looks for drift again and again. Webhooks are
// received meanwhile; the program is ready once the tables are complete.
func (p *program) keepInStep(ctx context.Context) {
	for {
		pause := p.interval
		if err := p.reconcile(ctx); err != nil {
			pause = min(retryPause, p.interval)
			if ctx.Err() == nil && !errors.Is(err, clerkmirror.ErrBusy) {
				p.log.Error("reconcile", "error", err)
			}
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return
		}
	}
}

// reconcile looks for drift. The program is ready before it logs that the first backfill has ended.
func (p *program) reconcile(ctx context.Context) error {
	result, err := p.mirror.Reconcile(ctx)
	p.metrics.drift(result.Drift)
	if err == nil {
		p.metrics.reconciled()
	}
	end := "done"
	switch {
	case errors.Is(err, clerkmirror.ErrBusy):
		end = "busy"
	case err != nil:
		end = "failed"
	case result.Backfill == nil:
		return nil
	}
	p.metrics.count("clerk_mirror_backfills_total", "result", end)
	if err == nil {
		var listed []any
		for _, kind := range p.mirror.Kinds() {
			listed = append(listed, string(kind), result.Backfill.Listed[kind])
		}
		p.log.Info("backfill", append(listed, "deleted", result.Backfill.Deleted, "skipped", result.Backfill.Skipped)...)
	}
	return err
}

// onError logs what a delivery failed of.
func (p *program) onError(_ context.Context, event *clerkwebhook.Event, err error) {
	if event == nil {
		p.log.Warn("delivery refused", "error", err)
		return
	}
	p.log.Error("delivery failed", "event", event, "error", err)
}
