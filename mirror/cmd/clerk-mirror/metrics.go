package main

import (
	"net/http"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
	clerkmirror "github.com/clerkgo/clerk-go/mirror"
)

// metrics are what the program counts. No label names a person.
type metrics struct {
	registry   *prometheus.Registry
	deliveries *prometheus.CounterVec
	duration   *prometheus.HistogramVec
	progress   *prometheus.GaugeVec
	drift      *prometheus.GaugeVec
	backfills  *prometheus.CounterVec
	completed  prometheus.Gauge
	ready      atomic.Bool
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		deliveries: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "clerk_mirror_deliveries_total", Help: "Webhook deliveries by the status of the answer.",
		}, []string{"code"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "clerk_mirror_delivery_seconds", Help: "Time from a delivery to its answer.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, 1, 5},
		}, nil),
		progress: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "clerk_mirror_backfill_objects", Help: "Objects that the running or last backfill has stored, by kind.",
		}, []string{"kind"}),
		drift: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "clerk_mirror_drift_objects", Help: "Drift at the last look, by kind and sort.",
		}, []string{"kind", "sort"}),
		backfills: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "clerk_mirror_backfills_total", Help: "Backfills by their end.",
		}, []string{"result"}),
		completed: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "clerk_mirror_last_reconcile_timestamp_seconds", Help: "When the last look for drift ended well.",
		}),
	}
	m.registry.MustRegister(m.deliveries, m.duration, m.progress, m.drift, m.backfills, m.completed)
	return m
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// observe counts the deliveries that a handler answers.
func (m *metrics) observe(next http.Handler) http.Handler {
	return promhttp.InstrumentHandlerDuration(m.duration, promhttp.InstrumentHandlerCounter(m.deliveries, next))
}

func (m *metrics) report(d clerkmirror.Drift) {
	for kind, k := range map[clerkwebhook.Kind]clerkmirror.KindDrift{
		clerkwebhook.KindUser: d.Users, clerkwebhook.KindOrganization: d.Organizations, clerkwebhook.KindMembership: d.Memberships,
	} {
		for sort, n := range map[string]int64{"missing": k.Missing, "stale": k.Stale, "count": k.Clerk - k.Table} {
			m.drift.WithLabelValues(string(kind), sort).Set(float64(n))
		}
	}
}
