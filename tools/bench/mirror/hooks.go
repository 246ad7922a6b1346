package main

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"time"

	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
	clerkmirror "github.com/clerkgo/clerk-go/mirror"
)

const perSecond = 1000

// webhooks measures deliveries from the socket to the commit: one after the other without the flush of the disk, then many
// each second on two replicas.
func (o *options) webhooks(ctx context.Context, db *sql.DB) error {
	t, err := newTemplate(o.file)
	if err != nil {
		return err
	}
	secret := clerkwebhook.NewSecret()
	quick, err := sql.Open("pgx", o.database+separator(o.database)+"synchronous_commit=off")
	if err != nil {
		return err
	}
	defer func() { _ = quick.Close() }()
	one, err := replica(ctx, quick, secret)
	if err != nil {
		return err
	}
	defer one.Close()
	s := &sender{t: t, secret: secret, urls: []string{one.URL}}
	for n := range 3000 {
		if err := s.send(ctx, n); err != nil {
			return err
		}
	}
	s.report("webhooks one after the other, no flush")
	var urls []string
	for range 2 {
		pool, err := sql.Open("pgx", o.database)
		if err != nil {
			return err
		}
		defer func() { _ = pool.Close() }()
		pool.SetMaxOpenConns(16)
		pool.SetMaxIdleConns(16)
		r, err := replica(ctx, pool, secret)
		if err != nil {
			return err
		}
		defer r.Close()
		urls = append(urls, r.URL)
	}
	s = &sender{t: t, secret: secret, urls: urls}
	waits := watchLocks(ctx, db)
	if err := s.load(ctx, perSecond, o.seconds); err != nil {
		return err
	}
	s.report(fmt.Sprintf("webhooks at %d/s on two replicas", perSecond))
	fmt.Printf("  lock waits: %s\n", waits())
	return nil
}

func separator(address string) string {
	if bytes.ContainsRune([]byte(address), '?') {
		return "&"
	}
	return "?"
}

// replica serves the webhooks of one Mirror.
func replica(ctx context.Context, db *sql.DB, secret string) (*httptest.Server, error) {
	m, err := clerkmirror.New(clerkmirror.Config{DB: db, Dialect: clerkmirror.PostgreSQL, Prefix: "hooks_"})
	if err != nil {
		return nil, err
	}
	if err := m.Migrate(ctx); err != nil {
		return nil, err
	}
	verifier, err := clerkwebhook.New(clerkwebhook.Config{Secrets: []string{secret}})
	if err != nil {
		return nil, err
	}
	h, err := m.Handler(verifier)
	if err != nil {
		return nil, err
	}
	return httptest.NewServer(h), nil
}

// sender signs and sends deliveries and notes how long each took.
type sender struct {
	t      template
	secret string
	urls   []string
	mu     sync.Mutex
	took   []time.Duration
	client http.Client
}

func (s *sender) send(ctx context.Context, n int) error {
	signer, err := clerkwebhook.NewSigner(s.secret)
	if err != nil {
		return err
	}
	var body bytes.Buffer
	fmt.Fprintf(&body, `{"object":"event","type":"user.updated","timestamp":%d,"data":`, userTime(n))
	s.t.write(&body, n%5000) // users repeat
	body.WriteByte('}')
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.urls[n%len(s.urls)], bytes.NewReader(body.Bytes()))
	if err != nil {
		return err
	}
	maps.Copy(req.Header, signer.Sign(fmt.Sprintf("msg_%s_%d", s.urls[0], n), time.Now(), body.Bytes()))
	began := time.Now()
	resp, err := s.client.Do(req)
	if err != nil {
		return err
	}
	_ = resp.Body.Close()
	took := time.Since(began)
	if resp.StatusCode != http.StatusNoContent {
		return fmt.Errorf("delivery answered with %d", resp.StatusCode)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.took = append(s.took, took)
	return nil
}

// load sends at a steady rate, whether the answers keep up or not.
func (s *sender) load(ctx context.Context, rate, seconds int) error {
	s.client.Transport = &http.Transport{MaxIdleConnsPerHost: 256}
	tick := time.NewTicker(time.Second / time.Duration(rate))
	defer tick.Stop()
	var wg sync.WaitGroup
	errs := make(chan error, 1)
	for n := range rate * seconds {
		<-tick.C
		wg.Go(func() {
			if err := s.send(ctx, n); err != nil {
				select {
				case errs <- err:
				default:
				}
			}
		})
	}
	wg.Wait()
	select {
	case err := <-errs:
		return err
	default:
		return nil
	}
}

func (s *sender) report(what string) {
	slices.Sort(s.took)
	at := func(q float64) time.Duration {
		return s.took[int(q*float64(len(s.took)-1))].Round(10 * time.Microsecond)
	}
	fmt.Printf("%-46s %9d sent  p50 %v  p99 %v  max %v\n", what, len(s.took), at(0.5), at(0.99), at(1))
}

// watchLocks looks every 20 ms for how long connections have waited for a lock on a row, and says what it saw.
func watchLocks(ctx context.Context, db *sql.DB) func() string {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	var waits []float64
	go func() {
		defer close(done)
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
			var wait float64
			err := db.QueryRowContext(ctx, `SELECT COALESCE(MAX(EXTRACT(epoch FROM clock_timestamp() - waitstart)) * 1000, 0) FROM pg_locks
				WHERE NOT granted`).Scan(&wait)
			if err == nil {
				waits = append(waits, wait)
			}
		}
	}()
	return func() string {
		cancel()
		<-done
		if len(waits) == 0 {
			return "not seen"
		}
		slices.Sort(waits)
		return fmt.Sprintf("p99 %.1f ms, max %.1f ms in %d looks", waits[len(waits)*99/100], waits[len(waits)-1], len(waits))
	}
}
