package clerk

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// log writes one line for an attempt, never with an address, a header, a body or the text of an error.
func (r *request) log(ctx context.Context, attempt int, took time.Duration, resp *response, result outcome) {
	logger := r.client.logger
	if logger == nil {
		return
	}
	level, message := slog.LevelDebug, "clerk request"
	attrs := []slog.Attr{
		slog.String("operation", r.operation),
		slog.Int("attempt", attempt),
		slog.Duration("duration", took),
	}
	if resp != nil {
		attrs = append(attrs, slog.Int("status", resp.status), slog.String("trace_id", plainWord(resp.trace)))
	}
	if result.err != nil {
		level, message = slog.LevelWarn, "clerk request failed"
		attrs = append(attrs, slog.String("failure", failureWord(result)))
	}
	logger.LogAttrs(ctx, level, message, attrs...)
}

// failureWord names a failure.
func failureWord(result outcome) string {
	var apiErr *APIError
	switch {
	case errors.As(result.err, &apiErr):
		return "status"
	case errors.Is(result.err, context.Canceled):
		return "canceled"
	case errors.Is(result.err, context.DeadlineExceeded):
		return "timeout"
	case result.kind == failureNeverSent:
		return "no connection"
	case result.kind == failureBroken:
		return "broken connection"
	default:
		return "body"
	}
}
