package clerk

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Bounds of the waits between attempts.
const (
	backoffBase   = 500 * time.Millisecond
	backoffMax    = 8 * time.Second
	retryAfterMax = 30 * time.Second
)

// failure says what is known about a failed attempt, as far as sending again depends on it.
type failure uint8

const (
	failureFinal     failure = iota // must not or need not be sent again
	failureRefused                  // 429: refused before anything was done
	failureNeverSent                // no connection was made
	failureBroken                   // no answer; the server may have acted
	failureServer                   // 5xx; the server may have acted
)

// statusFailure classifies an answer that is not a success.
func statusFailure(status int) failure {
	switch {
	case status == http.StatusTooManyRequests:
		return failureRefused
	case status >= 500:
		return failureServer
	default:
		return failureFinal
	}
}

// retryWait decides whether a failed attempt is followed by another, and after which wait. It gives up at once where
// waiting would be useless: a Retry-After beyond all reason, or beyond the deadline of the context.
func (r *request) retryWait(ctx context.Context, attempt int, result outcome) (time.Duration, bool) {
	if attempt > r.cfg.retries || !r.mayRepeat(result.kind) || !r.body.replayable() {
		return 0, false
	}
	if result.retryAfter > retryAfterMax {
		return 0, false
	}
	wait := backoff(attempt)
	if result.retryAfter > 0 {
		wait = result.retryAfter + rand.N(result.retryAfter/10+1) //nolint:gosec // jitter needs no secrecy
	}
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= wait {
		return 0, false
	}
	return wait, true
}

// mayRepeat reports whether an operation of this class may be sent again after such a failure.
func (r *request) mayRepeat(kind failure) bool {
	switch kind {
	case failureRefused, failureNeverSent:
		return true
	case failureBroken, failureServer:
		return r.retry == RetrySafe || r.retry == RetryIdempotent
	default:
		return false
	}
}

// backoff returns a random wait before the attempt that follows the given one ("full jitter").
func backoff(attempt int) time.Duration {
	ceiling := min(backoffBase<<(attempt-1), backoffMax)
	return rand.N(ceiling) //nolint:gosec // jitter needs no secrecy
}

// parseRetryAfter reads a Retry-After header, seconds or a date. It returns zero for anything else and for the past.
func parseRetryAfter(value string, now time.Time) time.Duration {
	value = strings.TrimSpace(value)
	if value == "" {
		return 0
	}
	if seconds, err := strconv.ParseInt(value, 10, 64); err == nil {
		const most = int64(1<<63-1) / int64(time.Second)
		return time.Duration(min(max(seconds, 0), most)) * time.Second
	} else if errors.Is(err, strconv.ErrRange) && value[0] != '-' {
		return 1<<63 - 1
	}
	if date, err := http.ParseTime(value); err == nil {
		return max(date.Sub(now), 0)
	}
	return 0
}

// neverSent reports whether err proves that no byte of the request left: no connection could be made.
func neverSent(err error) bool {
	var opErr *net.OpError
	return errors.As(err, &opErr) && (opErr.Op == "dial" || opErr.Op == "proxyconnect")
}

// withoutURL strips what net/http wraps around an error, because its text holds the address.
func withoutURL(err error) error {
	for {
		var urlErr *url.Error
		if !errors.As(err, &urlErr) || urlErr.Err == nil {
			return err
		}
		err = urlErr.Err
	}
}
