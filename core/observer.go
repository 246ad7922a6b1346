package clerk

import (
	"context"
	"errors"
	"time"
)

// Observer is told about every call of a client, for tracing and metrics. Set it with [WithObserver]. Its arguments are
// of low cardinality and free of personal data: no id, address, query, header or body. Its methods are called on the
// goroutine of the call, so they should be quick; they must be safe for concurrent use.
type Observer interface {
	// BeginCall is called when a call has been checked and is about to be made. The context that it returns, which
	// must come from ctx, is used for the requests of the call and passed to the other methods: put a span into it.
	BeginCall(ctx context.Context, call CallInfo) context.Context
	// EndAttempt is called after each request of a call.
	EndAttempt(ctx context.Context, attempt AttemptInfo)
	// EndCall is called once for each BeginCall, after the last attempt.
	EndCall(ctx context.Context, result CallResult)
}

// CallInfo describes a call that begins. Each page of a list is a call.
type CallInfo struct {
	// Operation is the method, such as "Users.Get".
	Operation string
	// Method is the HTTP method.
	Method string
	// Route is the path as a template, such as "/users/{user_id}"; empty for [Client.Do].
	Route string
}

// AttemptInfo describes one request of a call.
type AttemptInfo struct {
	// Operation is the method, such as "Users.Get".
	Operation string
	// Number counts the requests of the call from one.
	Number int
	// StatusCode is the HTTP status; zero if there was no answer.
	StatusCode int
	// Failure is a short description of why the request failed, such as "status", "timeout" or "no connection"; empty if
	// it succeeded.
	Failure string
	// Code is the first error code of Clerk's answer, such as "resource_not_found"; empty if there is none.
	Code string
	// RateLimitWait is how long the request waited for the rate limit of [WithRateLimit].
	RateLimitWait time.Duration
	// Duration is the time from the start of the request to the end of its answer.
	Duration time.Duration
	// Retry says that another attempt follows.
	Retry bool
	// RetryWait is the pause before that attempt.
	RetryWait time.Duration
}

// CallResult describes a call that has ended.
type CallResult struct {
	// Operation is the method, such as "Users.Get".
	Operation string
	// Attempts counts the requests that were made.
	Attempts int
	// StatusCode is the HTTP status of the last answer; zero if there was none.
	StatusCode int
	// Duration is the time from BeginCall to the end, waits included.
	Duration time.Duration
	// Err is why the call failed; nil if it succeeded. Its text can be logged. An answer that arrived and cannot be
	// decoded is no failure here.
	Err error
}

// WithObserver sets the observer of the client's calls. The default is none.
func WithObserver(observer Observer) ClientOption {
	return clientOption(func(cfg *clientConfig) {
		if observer == nil {
			cfg.refuse("WithObserver", "observer is nil")
			return
		}
		cfg.observer = observer
	})
}

// waitObserved waits for the rate limit and returns how long that took, which only an observer wants to know.
func (r *request) waitObserved(ctx context.Context) (time.Duration, error) {
	limiter := r.client.limiter
	if r.client.observer == nil || limiter == nil {
		return 0, limiter.wait(ctx)
	}
	started := time.Now()
	err := limiter.wait(ctx)
	return time.Since(started), err
}

// observeAttempt tells the observer about an attempt.
func (r *request) observeAttempt(ctx context.Context, info AttemptInfo, resp *response, result outcome) {
	if r.client.observer == nil {
		return
	}
	info.Operation = r.operation
	if resp != nil {
		info.StatusCode = resp.status
	}
	if result.err != nil {
		info.Failure = failureWord(result)
		var apiErr *APIError
		if errors.As(result.err, &apiErr) {
			info.Code = plainWord(apiErr.Code())
		}
	}
	r.client.observer.EndAttempt(ctx, info)
}
