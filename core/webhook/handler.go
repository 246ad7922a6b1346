package clerkwebhook

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"time"
)

// bookkeepingTimeout bounds a call of the Deduplicator after the callback: the sender may have hung up by then, but
// what was done must still be recorded.
const bookkeepingTimeout = 5 * time.Second

// headerDelivery with the value abortDelivery in an answer tells the sender not to repeat the message.
const (
	headerDelivery = "Webhook-Delivery"
	abortDelivery  = "abort-message"
)

// ErrInProgress is reported for a delivery of a message that another request is handling right now. It is answered
// with 409, so that the message comes again if that request fails.
var ErrInProgress = errors.New("clerkwebhook: message is being handled by another request")

// Handler receives deliveries over HTTP: it verifies them, drops repeated ones, calls the callback of the event's type
// and answers. It is safe for concurrent use. Mount it where nothing before it reads or changes the body.
//
// Clerk repeats a message after every answer outside of 200–299, so the answers are: 204 for what was handled, was
// handled before, or has no callback; 500 when a callback failed; 409 while the same message is being handled; 503 when
// the [Deduplicator] failed; and 422 with a header that ends the repetition for an error marked with [Permanent] and
// for a body that is no event. Deliveries that are not verified get 400, 401 or 413.
type Handler struct {
	verifier  *Verifier
	callbacks Callbacks
	dedup     Deduplicator
	onError   func(ctx context.Context, event *Event, err error)
	logger    *slog.Logger
	endpoint  string
	patience  time.Duration
}

// HandlerOption changes a [Handler] under construction.
type HandlerOption func(*Handler)

// WithDeduplicator replaces the [MemoryDeduplicator] that a [Handler] has by default, for services that run more than
// one process.
func WithDeduplicator(d Deduplicator) HandlerOption {
	return func(h *Handler) { h.dedup = d }
}

// WithoutDeduplication makes a [Handler] call the callback for every delivery, repeated ones included.
func WithoutDeduplication() HandlerOption {
	return func(h *Handler) { h.dedup = alwaysFirst{} }
}

// WithErrorReporter calls fn with every error: of refused deliveries, with a nil event, and of failed callbacks. It is
// for logs and metrics and does not change the answer.
func WithErrorReporter(fn func(ctx context.Context, event *Event, err error)) HandlerOption {
	return func(h *Handler) { h.onError = fn }
}

// DefaultCallbackTimeout is how long a callback may take by default: 30 seconds, somewhat longer than Clerk waits for
// an answer.
const DefaultCallbackTimeout = 30 * time.Second

// WithCallbackTimeout limits the time of a callback through its context; the default is [DefaultCallbackTimeout]. A
// callback that ignores its context keeps its message claimed until the [Deduplicator] lets the claim lapse.
func WithCallbackTimeout(timeout time.Duration) HandlerOption {
	return func(h *Handler) { h.patience = timeout }
}

// WithEndpoint names the endpoint for a [Deduplicator] that several endpoints share: Clerk sends a message to each
// endpoint under one id. By default the endpoint is told from others by its first signing secret, so the name is needed
// only to keep the memory across a change of that secret.
func WithEndpoint(name string) HandlerOption {
	return func(h *Handler) { h.endpoint = name }
}

// WithLogger sets where refused deliveries and failed callbacks are logged, at warn level, with reason and event type
// and nothing of the event's data; the default is slog.Default(). What a callback returned is not in the line, since it
// can name people: [WithErrorReporter] gets it.
func WithLogger(logger *slog.Logger) HandlerOption {
	return func(h *Handler) { h.logger = logger }
}

// NewHandler returns a [Handler]. It returns an error if verifier is nil, or if an option has an empty value.
func NewHandler(verifier *Verifier, callbacks Callbacks, opts ...HandlerOption) (*Handler, error) {
	if verifier == nil || verifier.ring == nil {
		return nil, &Error{Reason: ReasonInvalidConfig}
	}
	h := &Handler{
		verifier: verifier, callbacks: callbacks, dedup: NewMemoryDeduplicator(0), logger: slog.Default(),
		endpoint: verifier.ring.fingerprint(), patience: DefaultCallbackTimeout,
	}
	for _, opt := range opts {
		opt(h)
	}
	if h.dedup == nil || h.logger == nil || h.endpoint == "" || h.patience <= 0 {
		return nil, &Error{Reason: ReasonInvalidConfig}
	}
	return h, nil
}

// Answer is the response of a [Handler] to a delivery.
type Answer struct {
	// StatusCode is the HTTP status.
	StatusCode int
	// Header holds headers that the answer must have; nil if there are none.
	Header http.Header
	// Event is the event; nil if the delivery was not verified.
	Event *Event
	// Duplicate says that the message was handled before and that no callback was called.
	Duplicate bool
	// Err says why StatusCode is not a success; nil if it is one.
	Err error
}

// ServeHTTP handles one delivery. Its answers have no body.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	answer := h.receiveRequest(r)
	maps.Copy(w.Header(), answer.Header)
	w.WriteHeader(answer.StatusCode)
}

// Receive handles one delivery that a framework outside of net/http has read: the caller writes the status and the
// headers of the answer. body must be the bytes as they were received.
func (h *Handler) Receive(ctx context.Context, header http.Header, body []byte) Answer {
	event, err := h.verifier.Verify(header, body)
	if err != nil {
		return h.refuse(ctx, err)
	}
	return h.handle(ctx, event)
}

func (h *Handler) receiveRequest(r *http.Request) Answer {
	event, err := h.verifier.VerifyRequest(r)
	if err != nil {
		return h.refuse(r.Context(), err)
	}
	return h.handle(r.Context(), event)
}

// refuse answers a delivery that did not become an event.
func (h *Handler) refuse(ctx context.Context, err error) Answer {
	h.report(ctx, nil, err)
	answer := Answer{StatusCode: http.StatusBadRequest, Err: err}
	var refusal *Error
	if errors.As(err, &refusal) {
		answer.StatusCode = refusal.StatusCode()
		if refusal.Reason == ReasonInvalidBody {
			answer.Header = abortHeader()
		}
	}
	return answer
}

// handle passes an event to its callback once.
func (h *Handler) handle(ctx context.Context, event *Event) Answer {
	claim, err := h.dedup.Begin(ctx, h.claimID(event))
	switch {
	case err != nil:
		h.report(ctx, event, err)
		return Answer{StatusCode: http.StatusServiceUnavailable, Event: event, Err: err}
	case claim == ClaimFinished:
		return Answer{StatusCode: http.StatusNoContent, Event: event, Duplicate: true}
	case claim == ClaimInProgress:
		h.report(ctx, event, ErrInProgress)
		return Answer{StatusCode: http.StatusConflict, Event: event, Duplicate: true, Err: ErrInProgress}
	}
	done := false
	defer func() { h.record(ctx, event, done) }()
	callbackCtx, cancel := context.WithTimeout(ctx, h.patience)
	defer cancel()
	err = h.callbacks.dispatch(callbackCtx, event)
	done = err == nil || isPermanent(err)
	return h.answer(ctx, event, err)
}

// record ends a claim, also after a panic of the callback.
func (h *Handler) record(ctx context.Context, event *Event, done bool) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), bookkeepingTimeout)
	defer cancel()
	end := h.dedup.Abandon
	if done {
		end = h.dedup.Finish
	}
	if err := end(ctx, h.claimID(event)); err != nil {
		h.report(ctx, event, err)
	}
}

// answer turns the result of a callback into an answer.
func (h *Handler) answer(ctx context.Context, event *Event, err error) Answer {
	switch {
	case err == nil:
		return Answer{StatusCode: http.StatusNoContent, Event: event}
	case isPermanent(err):
		h.report(ctx, event, err)
		return Answer{StatusCode: http.StatusUnprocessableEntity, Header: abortHeader(), Event: event, Err: err}
	default:
		h.report(ctx, event, err)
		return Answer{StatusCode: http.StatusInternalServerError, Event: event, Err: err}
	}
}

// claimID is what the Deduplicator knows a message by.
func (h *Handler) claimID(event *Event) string { return h.endpoint + "/" + event.ID }

// report logs an error and passes it to the reporter.
func (h *Handler) report(ctx context.Context, event *Event, err error) {
	message, attrs := "clerk webhook: the callback failed, or the deduplicator", []slog.Attr{slog.Any("event", event)}
	var refusal *Error
	switch {
	case errors.As(err, &refusal):
		message = "clerk webhook refused"
		attrs = append(attrs, slog.String("reason", string(refusal.Reason)), slog.String("hint", refusal.Reason.hint()))
	case errors.Is(err, ErrInProgress):
		message = "clerk webhook: message is being handled by another request"
	}
	h.logger.LogAttrs(ctx, slog.LevelWarn, message, attrs...)
	if h.onError != nil {
		h.onError(ctx, event, err)
	}
}

func abortHeader() http.Header { return http.Header{headerDelivery: {abortDelivery}} }

// permanentError marks an error that repeating the message cannot cure.
type permanentError struct{ err error }

// Permanent marks an error of a callback as one that another delivery of the same message cannot cure: the [Handler]
// counts the message as handled and asks Clerk not to repeat it. Permanent(nil) is nil.
func Permanent(err error) error {
	if err == nil {
		return nil
	}
	return &permanentError{err: err}
}

// Error returns the text of the marked error.
func (e *permanentError) Error() string { return e.err.Error() }

// Unwrap returns the marked error.
func (e *permanentError) Unwrap() error { return e.err }

func isPermanent(err error) bool {
	var permanent *permanentError
	return errors.As(err, &permanent)
}
