package clerkotel_test

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	oteltrace "go.opentelemetry.io/otel/trace"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/auth/clerkauthtest"
	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
	clerkotel "github.com/clerkgo/clerk-go/otel"
)

// recording is an observer whose measurements and spans a test can read.
type recording struct {
	*clerkotel.Observer
	reader *metric.ManualReader
	spans  *tracetest.SpanRecorder
}

func newRecording(tb testing.TB) *recording {
	tb.Helper()
	r := &recording{reader: metric.NewManualReader(), spans: tracetest.NewSpanRecorder()}
	var err error
	r.Observer, err = clerkotel.New(clerkotel.Config{
		MeterProvider:  metric.NewMeterProvider(metric.WithReader(r.reader)),
		TracerProvider: trace.NewTracerProvider(trace.WithSpanProcessor(r.spans)),
	})
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

// series returns the measurements: how often, by instrument and attributes.
func (r *recording) series(tb testing.TB) map[string]int64 {
	tb.Helper()
	var collected metricdata.ResourceMetrics
	if err := r.reader.Collect(context.Background(), &collected); err != nil {
		tb.Fatal(err)
	}
	out := map[string]int64{}
	for _, scope := range collected.ScopeMetrics {
		for _, m := range scope.Metrics {
			switch data := m.Data.(type) {
			case metricdata.Histogram[float64]:
				for _, point := range data.DataPoints {
					out[m.Name+" "+text(point.Attributes)] += int64(point.Count) //nolint:gosec // a handful
				}
			case metricdata.Sum[int64]:
				for _, point := range data.DataPoints {
					out[m.Name+" "+text(point.Attributes)] += point.Value
				}
			}
		}
	}
	return out
}

func text(set attribute.Set) string {
	var parts []string
	for _, attr := range set.ToSlice() {
		parts = append(parts, string(attr.Key)+"="+attr.Value.Emit())
	}
	return strings.Join(parts, " ")
}

// drive lets an authenticator and a client do one of everything, and returns what nobody may see in the telemetry.
func drive(t *testing.T, r *recording) (secrets []string) {
	t.Helper()
	srv, authn := clerkauthtest.New(t, func(c *clerkauth.Config) { c.Observer, c.HeaderOnly = r, true })
	person := srv.SignIn(srv.CreateUser(clerktest.User{Email: "ada@example.com"}).ID, "")
	ctx := t.Context()
	for range 2 {
		state := authn.AuthenticateToken(ctx, person.Token)
		if !state.SignedIn() {
			t.Fatalf("got %v, want a good token", state)
		}
		_ = state.Require(clerkauth.HasRole("owner"))
	}
	_ = authn.AuthenticateToken(ctx, "").Require()
	_ = authn.AuthenticateToken(ctx, "no.to.ken").Require()
	client, err := clerk.NewClient(srv.SecretKey(), clerk.WithBaseURL(srv.URL()), clerk.WithObserver(r), clerk.WithRetries(0))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Users.Get(ctx, person.UserID); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Users.Get(ctx, "user_nobody"); err == nil {
		t.Fatal("got a user who does not exist")
	}
	return []string{person.Token, person.UserID, person.SessionID, "user_nobody", "ada@example.com", srv.SecretKey()}
}

func TestObserver_Measures(t *testing.T) {
	t.Parallel()
	r := newRecording(t)
	secrets := drive(t, r)
	got := r.series(t)
	want := map[string]int64{
		"clerk.auth.duration clerk.auth.cached=false clerk.auth.status=signed-in clerk.token.type=session_token":                                          1,
		"clerk.auth.duration clerk.auth.cached=true clerk.auth.status=signed-in clerk.token.type=session_token":                                           1,
		"clerk.auth.duration clerk.auth.cached=false clerk.auth.reason=session-token-missing clerk.auth.status=signed-out clerk.token.type=session_token": 1,
		"clerk.auth.duration clerk.auth.cached=false clerk.auth.reason=token-invalid clerk.auth.status=signed-out clerk.token.type=session_token":         1,
		"clerk.auth.refusals clerk.auth.reason=missing-role clerk.check.type=role clerk.token.type=session_token http.response.status_code=403":           2,
		"clerk.auth.refusals clerk.auth.reason=session-token-missing clerk.token.type=session_token http.response.status_code=401":                        1,
		"clerk.auth.refusals clerk.auth.reason=token-invalid clerk.token.type=session_token http.response.status_code=401":                                1,
		"clerk.auth.key_load.duration ": 1,
		"clerk.api.call.duration clerk.operation=Users.Get http.response.status_code=200":                                               1,
		"clerk.api.call.duration clerk.operation=Users.Get error.type=404 http.response.status_code=404":                                1,
		"clerk.api.attempt.duration clerk.operation=Users.Get http.request.resend_count=0 http.response.status_code=200":                1,
		"clerk.api.attempt.duration clerk.operation=Users.Get error.type=404 http.request.resend_count=0 http.response.status_code=404": 1,
	}
	if !maps.Equal(got, want) {
		t.Errorf("got the series\n%s\nwant\n%s", lines(got), lines(want))
	}
	for series := range got {
		checkNoSecret(t, series, secrets)
	}
}

func lines(series map[string]int64) string {
	return strings.Join(slices.Sorted(maps.Keys(series)), "\n")
}

func checkNoSecret(t *testing.T, told string, secrets []string) {
	t.Helper()
	for _, secret := range secrets {
		if strings.Contains(told, secret) {
			t.Errorf("the telemetry tells %.12q…", secret)
		}
	}
}

func TestObserver_Traces(t *testing.T) {
	t.Parallel()
	r := newRecording(t)
	secrets := drive(t, r)
	var got []string
	for _, span := range r.spans.Ended() {
		attrs := text(attribute.NewSet(span.Attributes()...))
		checkNoSecret(t, span.Name()+" "+attrs+" "+span.Status().Description, secrets)
		if span.Name() == "clerk Users.Get" {
			got = append(got, span.SpanKind().String()+" "+span.Status().Code.String()+" "+attrs)
		}
	}
	want := []string{
		"client Unset clerk.operation=Users.Get http.request.method=GET http.request.resend_count=0 http.response.status_code=200 url.template=/users/{user_id}",
		"client Error clerk.operation=Users.Get error.type=404 http.request.method=GET http.request.resend_count=0 http.response.status_code=404 url.template=/users/{user_id}",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got the spans\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if started, ended := len(r.spans.Started()), len(r.spans.Ended()); started != ended {
		t.Errorf("got %d spans that ended of %d, want all", ended, started)
	}
}

func TestObserver_TroubleIsAnError(t *testing.T) {
	t.Parallel()
	r := newRecording(t)
	broken := &http.Client{Transport: refusing{}}
	authn, err := clerkauth.New(clerkauth.Config{SecretKey: "sk_test_secret", HeaderOnly: true, HTTPClient: broken, Observer: r})
	if err != nil {
		t.Fatal(err)
	}
	srv := clerktest.NewServer(t)
	authn.AuthenticateToken(t.Context(), srv.SignIn(srv.CreateUser(clerktest.User{}).ID, "").Token)
	ended := r.spans.Ended()
	if len(ended) != 1 || ended[0].Status().Code != codes.Error || ended[0].Status().Description != "jwk-remote-failed-to-load" {
		t.Errorf("got the spans %v, want one with the error jwk-remote-failed-to-load", ended)
	}
	if got := r.series(t)["clerk.auth.key_load.duration error.type=jwk-remote-failed-to-load"]; got != 1 {
		t.Errorf("got %d failed loads, want 1", got)
	}
}

// refusing is a network that is down.
type refusing struct{}

func (refusing) RoundTrip(*http.Request) (*http.Response, error) { return nil, http.ErrServerClosed }

func TestObserver_LeavesTheSpanOfTheRequestOpen(t *testing.T) {
	t.Parallel()
	r := newRecording(t)
	ctx, outer := trace.NewTracerProvider(trace.WithSpanProcessor(r.spans)).Tracer("test").Start(t.Context(), "request")
	r.EndAuthentication(r.BeginAuthentication(ctx), clerkauth.AuthenticationInfo{Status: clerkauth.StatusSignedIn})
	if !oteltrace.SpanFromContext(ctx).IsRecording() {
		t.Error("the span of the request has ended")
	}
	outer.End()
	if ended := r.spans.Ended(); len(ended) != 2 || ended[0].Parent().SpanID() != outer.SpanContext().SpanID() {
		t.Errorf("got %d spans, want that of the authentication below that of the request", len(ended))
	}
}

func TestObserver_KeepsReasonsFew(t *testing.T) {
	t.Parallel()
	r := newRecording(t)
	for _, note := range []string{"a", "b", "c"} {
		r.EndAuthentication(r.BeginAuthentication(t.Context()), clerkauth.AuthenticationInfo{
			Status: clerkauth.StatusSignedOut, Reason: clerkauth.ReasonSessionTokenExpiredRefreshPrefix + clerkauth.Reason(note), StatusCode: 401,
		})
	}
	if got := r.series(t); len(got) != 1 {
		t.Errorf("got the series\n%s\nwant one for all notes of a refresh", lines(got))
	}
}

func TestConfig_NoSpans(t *testing.T) {
	t.Parallel()
	recorder := tracetest.NewSpanRecorder()
	provider := trace.NewTracerProvider(trace.WithSpanProcessor(recorder))
	observer, err := clerkotel.New(clerkotel.Config{TracerProvider: provider, NoSpans: true})
	if err != nil {
		t.Fatal(err)
	}
	ctx, outer := provider.Tracer("test").Start(t.Context(), "request")
	observer.EndAuthentication(observer.BeginAuthentication(ctx), clerkauth.AuthenticationInfo{Status: clerkauth.StatusSignedIn})
	observer.EndCall(observer.BeginCall(ctx, clerk.CallInfo{}), clerk.CallResult{})
	if !outer.IsRecording() || len(recorder.Started()) != 1 {
		t.Errorf("got %d spans, want that of the request alone, and still open", len(recorder.Started()))
	}
}

func BenchmarkObserver(b *testing.B) {
	for name, noSpans := range map[string]bool{"metrics": true, "metrics and a tracer that makes no spans": false} {
		b.Run(name, func(b *testing.B) {
			observer, err := clerkotel.New(clerkotel.Config{
				MeterProvider: metric.NewMeterProvider(metric.WithReader(metric.NewManualReader())), NoSpans: noSpans,
			})
			if err != nil {
				b.Fatal(err)
			}
			info := clerkauth.AuthenticationInfo{
				Status: clerkauth.StatusSignedIn, TokenType: clerkauth.TokenSession, Cached: true, Duration: 3 * time.Microsecond,
			}
			ctx := b.Context()
			b.ReportAllocs()
			for b.Loop() {
				observer.EndAuthentication(observer.BeginAuthentication(ctx), info)
			}
		})
	}
}
