package clerkotel

import (
	"context"
	"net/http"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// authSeries is what the measurements of authentications are told apart by.
type authSeries struct {
	status    clerkauth.Status
	reason    clerkauth.Reason
	tokenType clerkauth.TokenType
	code      int
	cached    bool
	deferred  bool
}

// refusalSeries is what refusals are told apart by.
type refusalSeries struct {
	reason    clerkauth.Reason
	tokenType clerkauth.TokenType
	code      int
	check     string
}

// BeginAuthentication implements [clerkauth.Observer]. It starts a span, unless [Config].NoSpans is set.
func (o *Observer) BeginAuthentication(ctx context.Context) context.Context {
	if o.tracer != nil {
		ctx, _ = o.tracer.Start(ctx, "clerk.authenticate")
	}
	return ctx
}

// EndAuthentication implements [clerkauth.Observer].
func (o *Observer) EndAuthentication(ctx context.Context, info clerkauth.AuthenticationInfo) {
	series := authSeries{info.Status, knownReason(info.Reason), info.TokenType, info.StatusCode, info.Cached, info.Deferred}
	o.authentications.Record(ctx, info.Duration.Seconds(), o.authOptions.get(series, authSeries.options)...)
	if o.tracer == nil {
		return
	}
	span := trace.SpanFromContext(ctx)
	if span.IsRecording() {
		span.SetAttributes(series.attributes()...)
		if series.code == http.StatusServiceUnavailable {
			span.SetStatus(codes.Error, string(series.reason))
		}
	}
	span.End()
}

func (s authSeries) attributes() []attribute.KeyValue {
	status := string(s.status)
	if s.deferred {
		status = "deferred"
	}
	attrs := []attribute.KeyValue{
		attribute.String("clerk.auth.status", status), attribute.String("clerk.token.type", string(s.tokenType)),
		attribute.Bool("clerk.auth.cached", s.cached),
	}
	if s.reason != "" {
		attrs = append(attrs, attribute.String("clerk.auth.reason", string(s.reason)))
	}
	if s.code == http.StatusServiceUnavailable {
		attrs = append(attrs, attribute.String("error.type", string(s.reason)))
	}
	return attrs
}

func (s authSeries) options() []metric.RecordOption {
	return []metric.RecordOption{metric.WithAttributeSet(attribute.NewSet(s.attributes()...))}
}

// Refused implements [clerkauth.Observer].
func (o *Observer) Refused(info clerkauth.RefusalInfo) {
	series := refusalSeries{knownReason(info.Reason), info.TokenType, info.StatusCode, ""}
	if info.Missing != nil {
		series.check = info.Missing.Type
	}
	o.refusals.Add(context.Background(), 1, o.refusalOptions.get(series, refusalSeries.options)...)
}

func (s refusalSeries) options() []metric.AddOption {
	attrs := []attribute.KeyValue{
		attribute.String("clerk.auth.reason", string(s.reason)), attribute.String("clerk.token.type", string(s.tokenType)),
		attribute.Int("http.response.status_code", s.code),
	}
	if s.check != "" {
		attrs = append(attrs, attribute.String("clerk.check.type", s.check))
	}
	return []metric.AddOption{metric.WithAttributeSet(attribute.NewSet(attrs...))}
}

// EndKeyLoad implements [clerkauth.Observer].
func (o *Observer) EndKeyLoad(info clerkauth.KeyLoadInfo) {
	var attrs []attribute.KeyValue
	if info.Reason != "" {
		attrs = append(attrs, attribute.String("error.type", string(knownReason(info.Reason))))
	}
	o.keyLoads.Record(context.Background(), info.Duration.Seconds(), metric.WithAttributes(attrs...))
}

// knownReason leaves out what Clerk's answers add to a reason.
func knownReason(reason clerkauth.Reason) clerkauth.Reason {
	if strings.HasPrefix(string(reason), string(clerkauth.ReasonSessionTokenExpiredRefreshPrefix)) {
		return "session-token-expired-refresh"
	}
	return reason
}
