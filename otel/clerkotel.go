// Package clerkotel measures and traces Clerk with OpenTelemetry: what is decided about requests and why, the loads of
// keys, and the calls to Clerk's Backend API. One observer serves both packages:
//
//	observer, err := clerkotel.New(clerkotel.Config{})
//	authn, err := clerkauth.New(clerkauth.Config{Observer: observer, …})
//	client, err := clerk.NewClient(secretKey, clerk.WithObserver(observer))
//
// The attributes have few different values and say nothing about people: no token, id, address or claim.
package clerkotel

import (
	"fmt"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	clerk "github.com/clerkgo/clerk-go/core"
)

// scope is the name of the instrumentation.
const scope = "github.com/clerkgo/clerk-go/otel"

// Config says where measurements and spans go. The zero value uses the providers that the program has set for all of
// OpenTelemetry.
type Config struct {
	// MeterProvider makes the instruments; nil is [otel.GetMeterProvider].
	MeterProvider metric.MeterProvider
	// TracerProvider makes the spans; nil is [otel.GetTracerProvider].
	TracerProvider trace.TracerProvider
	// NoSpans leaves tracing out. That is cheaper than a provider that makes no spans.
	NoSpans bool
}

// Observer measures and traces. It is safe for concurrent use and may serve several authenticators and clients.
type Observer struct {
	tracer trace.Tracer // nil for no spans

	authentications metric.Float64Histogram
	refusals        metric.Int64Counter
	keyLoads        metric.Float64Histogram
	calls           metric.Float64Histogram
	attempts        metric.Float64Histogram
	limited         metric.Float64Histogram

	authOptions    memo[authSeries, []metric.RecordOption]
	refusalOptions memo[refusalSeries, []metric.AddOption]
}

var (
	_ clerkauth.Observer = (*Observer)(nil)
	_ clerk.Observer     = (*Observer)(nil)
)

// Boundaries of the histograms, in seconds: a token that is remembered takes microseconds, a call to Clerk much longer.
var (
	authBounds = []float64{1e-6, 2e-6, 5e-6, 1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 5e-3, 0.01, 0.05, 0.1, 0.5, 1, 5, 10}
	callBounds = []float64{0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30}
)

// New returns an observer. The error is one of the meter provider.
func New(config Config) (*Observer, error) {
	if config.MeterProvider == nil {
		config.MeterProvider = otel.GetMeterProvider()
	}
	if config.TracerProvider == nil {
		config.TracerProvider = otel.GetTracerProvider()
	}
	o := &Observer{}
	if !config.NoSpans {
		o.tracer = config.TracerProvider.Tracer(scope)
	}
	meter := config.MeterProvider.Meter(scope)
	for _, h := range []struct {
		into              *metric.Float64Histogram
		name, description string
		bounds            []float64
	}{
		{&o.authentications, "clerk.auth.duration", "Time to authenticate one request or token.", authBounds},
		{&o.keyLoads, "clerk.auth.key_load.duration", "Time of one load of the public keys.", callBounds},
		{&o.calls, "clerk.api.call.duration", "Time of one call to the Backend API, retries and waits included.", callBounds},
		{&o.attempts, "clerk.api.attempt.duration", "Time of one request to the Backend API.", callBounds},
		{&o.limited, "clerk.api.rate_limit.wait", "Time that a request waited for the rate limit of the client.", callBounds},
	} {
		var err error
		*h.into, err = meter.Float64Histogram(h.name, metric.WithUnit("s"), metric.WithDescription(h.description),
			metric.WithExplicitBucketBoundaries(h.bounds...))
		if err != nil {
			return nil, fmt.Errorf("clerkotel: New: %w", err)
		}
	}
	var err error
	o.refusals, err = meter.Int64Counter("clerk.auth.refusals", metric.WithUnit("{refusal}"),
		metric.WithDescription("Callers that a guard turned away."))
	if err != nil {
		return nil, fmt.Errorf("clerkotel: New: %w", err)
	}
	return o, nil
}
