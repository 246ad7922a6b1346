package main

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/attribute"
	otelmetric "go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/trace/noop"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	clerkotel "github.com/clerkgo/clerk-go/otel"
)

// silent is an observer that does nothing.
type silent struct{}

func (silent) BeginAuthentication(ctx context.Context) context.Context         { return ctx }
func (silent) EndAuthentication(context.Context, clerkauth.AuthenticationInfo) {}
func (silent) Refused(clerkauth.RefusalInfo)                                   {}
func (silent) EndKeyLoad(clerkauth.KeyLoadInfo)                                {}

// observer measures what watching adds to a request with a token seen before. The first subject is the bare work once
// more: what it shows is the noise.
func (fx *fixture) observer(ctx context.Context) (group, error) {
	metrics := func(spans bool) (clerkauth.Observer, error) {
		return clerkotel.New(clerkotel.Config{
			MeterProvider:  metric.NewMeterProvider(metric.WithReader(metric.NewManualReader())),
			TracerProvider: noop.NewTracerProvider(), NoSpans: !spans,
		})
	}
	measured, err := metrics(false)
	if err != nil {
		return group{}, err
	}
	traced, err := metrics(true)
	if err != nil {
		return group{}, err
	}
	var guards []guard
	for _, watched := range []struct {
		name     string
		observer clerkauth.Observer
	}{
		{"no observer", nil}, {"no observer, once more", nil}, {"an observer that does nothing", silent{}},
		{"clerkotel, metrics", measured}, {"clerkotel, metrics and spans that nobody records", traced},
	} {
		authn, err := fx.authenticator(func(c *clerkauth.Config) { c.Observer = watched.observer })
		if err != nil {
			return group{}, err
		}
		guards = append(guards, guard{watched.name, authenticating(ctx, authn)})
	}
	subjects, err := fx.tokens.guards(guards)
	if err != nil {
		return group{}, err
	}
	hand, err := byHandMetrics(ctx, subjects[0].run)
	return group{"one authentication; metrics may add 400 ns", subjects[0], append(subjects[1:], hand)}, err
}

// byHandMetrics is what an application writes around the same work that has no observer.
func byHandMetrics(ctx context.Context, work func() error) (subject, error) {
	meter := metric.NewMeterProvider(metric.WithReader(metric.NewManualReader())).Meter("bench")
	histogram, err := meter.Float64Histogram("auth.duration", otelmetric.WithUnit("s"))
	return subject{"a histogram by hand", func() error {
		started := time.Now()
		err := work()
		histogram.Record(ctx, time.Since(started).Seconds(), otelmetric.WithAttributes(
			attribute.String("status", "signed-in"), attribute.String("type", "session_token"), attribute.Bool("cached", true)))
		return err
	}}, err
}

func authenticating(ctx context.Context, authn *clerkauth.Authenticator) func(token string) func() error {
	return func(token string) func() error {
		header := []string{"Bearer " + token}
		r := clerkauth.Request{Method: "GET", Path: "/", Header: func(name string) []string {
			if name == "Authorization" {
				return header
			}
			return nil
		}}
		return func() error {
			return authn.Authenticate(ctx, r).Require()
		}
	}
}
