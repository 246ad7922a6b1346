package clerkotel

import (
	"context"
	"strconv"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"

	clerk "github.com/clerkgo/clerk-go/core"
)

// BeginCall implements [clerk.Observer]. It starts a span with the name of the operation.
func (o *Observer) BeginCall(ctx context.Context, call clerk.CallInfo) context.Context {
	if o.tracer == nil {
		return ctx
	}
	attrs := []attribute.KeyValue{
		attribute.String("clerk.operation", call.Operation), attribute.String("http.request.method", call.Method),
	}
	if call.Route != "" {
		attrs = append(attrs, attribute.String("url.template", call.Route))
	}
	ctx, _ = o.tracer.Start(ctx, "clerk "+call.Operation, trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(attrs...))
	return ctx
}

// EndAttempt implements [clerk.Observer]. On a span, an attempt that failed is an event.
func (o *Observer) EndAttempt(ctx context.Context, attempt clerk.AttemptInfo) {
	attrs := append(apiAttributes(attempt.Operation, attempt.StatusCode, attempt.Failure),
		attribute.Int("http.request.resend_count", attempt.Number-1))
	o.attempts.Record(ctx, attempt.Duration.Seconds(), metric.WithAttributes(attrs...))
	if attempt.RateLimitWait > 0 {
		o.limited.Record(ctx, attempt.RateLimitWait.Seconds(), metric.WithAttributes(attribute.String("clerk.operation", attempt.Operation)))
	}
	span := trace.SpanFromContext(ctx)
	if o.tracer == nil || attempt.Failure == "" || !span.IsRecording() {
		return
	}
	if attempt.Code != "" {
		attrs = append(attrs, attribute.String("clerk.error.code", attempt.Code))
	}
	span.AddEvent("clerk.attempt.failed", trace.WithAttributes(append(attrs, attribute.Bool("clerk.retry", attempt.Retry))...))
}

// EndCall implements [clerk.Observer].
func (o *Observer) EndCall(ctx context.Context, result clerk.CallResult) {
	failure := ""
	if result.Err != nil {
		failure = "transport"
		if result.StatusCode != 0 {
			failure = strconv.Itoa(result.StatusCode)
		}
	}
	attrs := apiAttributes(result.Operation, result.StatusCode, failure)
	o.calls.Record(ctx, result.Duration.Seconds(), metric.WithAttributes(attrs...))
	if o.tracer == nil {
		return
	}
	span := trace.SpanFromContext(ctx)
	if span.IsRecording() {
		span.SetAttributes(append(attrs, attribute.Int("http.request.resend_count", max(result.Attempts-1, 0)))...)
		if failure != "" {
			span.SetStatus(codes.Error, failure)
		}
	}
	span.End()
}

// apiAttributes are those of every request to the Backend API. A failure with a status has the status as its type.
func apiAttributes(operation string, status int, failure string) []attribute.KeyValue {
	attrs := make([]attribute.KeyValue, 0, 6)
	attrs = append(attrs, attribute.String("clerk.operation", operation))
	if status != 0 {
		attrs = append(attrs, attribute.Int("http.response.status_code", status))
	}
	if failure != "" {
		if status >= 400 {
			failure = strconv.Itoa(status)
		}
		attrs = append(attrs, attribute.String("error.type", failure))
	}
	return attrs
}
