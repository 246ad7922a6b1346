package main

import (
	"fmt"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	exposition "github.com/VictoriaMetrics/metrics"

	clerkmirror "github.com/clerkgo/clerk-go/mirror"
)

// metrics are what the program counts. No label names a person.
type metrics struct {
	set      *exposition.Set
	duration *exposition.PrometheusHistogram
	ready    atomic.Bool
}

func newMetrics() *metrics {
	set := exposition.NewSet()
	return &metrics{set: set, duration: set.NewPrometheusHistogramExt(
		"clerk_mirror_delivery_seconds", []float64{.001, .0025, .005, .01, .025, .05, .1, .25, 1, 5},
	)}
}

// ServeHTTP writes the metrics in the text format of Prometheus.
func (m *metrics) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4")
	m.set.WritePrometheus(w)
}

// statusWriter remembers the status of an answer.
type statusWriter struct {
	http.ResponseWriter
	status int
}

// WriteHeader remembers the status.
func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// observe counts the deliveries that a handler answers.
func (m *metrics) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		answer := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(answer, r)
		m.duration.UpdateDuration(began)
		m.count("clerk_mirror_deliveries_total", "code", strconv.Itoa(answer.status))
	})
}

func (m *metrics) count(name, label, value string) {
	m.set.GetOrCreateCounter(fmt.Sprintf("%s{%s=%q}", name, label, value)).Inc()
}

func (m *metrics) gauge(name string, value float64) { m.set.GetOrCreateGauge(name, nil).Set(value) }

// progress tells how far the running or last backfill is.
func (m *metrics) progress(at clerkmirror.Progress) {
	m.gauge(fmt.Sprintf("clerk_mirror_backfill_objects{kind=%q}", at.Kind), float64(at.Done))
}

// drift tells what the last look found.
func (m *metrics) drift(d clerkmirror.Drift) {
	for kind, k := range d {
		for sort, n := range map[string]int64{"missing": k.Missing, "stale": k.Stale, "count": k.Clerk - k.Table} {
			m.gauge(fmt.Sprintf("clerk_mirror_drift_objects{kind=%q,sort=%q}", kind, sort), float64(n))
		}
	}
}

// reconciled notes that a look for drift ended well.
func (m *metrics) reconciled() {
	m.ready.Store(true)
	m.gauge("clerk_mirror_last_reconcile_timestamp_seconds", float64(time.Now().Unix()))
}
