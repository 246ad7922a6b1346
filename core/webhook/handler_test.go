package clerkwebhook_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	clerk "github.com/clerkgo/clerk-go/core"
	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
)

var errTrouble = errors.New("database is down")

func newHandler(t *testing.T, callbacks clerkwebhook.Callbacks, opts ...clerkwebhook.HandlerOption) *clerkwebhook.Handler {
	t.Helper()
	h, err := clerkwebhook.NewHandler(newVerifier(t, secretA), callbacks, opts...)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// post sends a signed delivery to a handler.
func post(t *testing.T, h http.Handler, id string, body []byte) *http.Response {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/webhooks", bytes.NewReader(body))
	r.Header = newSigner(t, secretA).Sign(id, noon, body)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

// countUsers returns callbacks that count user.created and answer with what answers holds for each call.
func countUsers(calls *atomic.Int64, answers ...error) clerkwebhook.Callbacks {
	return clerkwebhook.Callbacks{
		UserCreated: func(context.Context, *clerkwebhook.Event, *clerk.User) error {
			if n := calls.Add(1); int(n) <= len(answers) {
				return answers[n-1]
			}
			return nil
		},
	}
}

func TestHandler_Dispatch(t *testing.T) {
	t.Parallel()
	var gotUser, gotID, other string
	h := newHandler(t, clerkwebhook.Callbacks{
		UserCreated: func(_ context.Context, event *clerkwebhook.Event, user *clerk.User) error {
			gotUser, gotID = user.ID, event.ID
			return nil
		},
		Other: func(_ context.Context, event *clerkwebhook.Event) error {
			other += string(event.Type) + " "
			return nil
		},
	})
	bodies := []string{
		string(body),
		`{"type":"user.updated","data":{"id":"user_1"}}`,
		`{"type":"planet.discovered","data":[1,2]}`,
	}
	for i, text := range bodies {
		if got := post(t, h, "msg_"+strconv.Itoa(i), []byte(text)).StatusCode; got != http.StatusNoContent {
			t.Errorf("%s: got status %d, want 204", text, got)
		}
	}
	if gotUser != "user_1" || gotID != "msg_0" {
		t.Errorf("got user %q of message %q, want user_1 of msg_0", gotUser, gotID)
	}
	if want := "user.updated planet.discovered "; other != want {
		t.Errorf("got %q for events without a callback, want %q", other, want)
	}
}

func TestHandler_NoCallback(t *testing.T) {
	t.Parallel()
	if got := post(t, newHandler(t, clerkwebhook.Callbacks{}), "msg_1", body).StatusCode; got != http.StatusNoContent {
		t.Errorf("got status %d, want 204 so that nothing is repeated", got)
	}
}

func TestHandler_Deduplication(t *testing.T) {
	t.Parallel()
	var calls atomic.Int64
	h := newHandler(t, countUsers(&calls, errTrouble))
	want := []int{http.StatusInternalServerError, http.StatusNoContent, http.StatusNoContent}
	for i, status := range want {
		if got := post(t, h, "msg_1", body).StatusCode; got != status {
			t.Errorf("delivery %d: got status %d, want %d", i+1, got, status)
		}
	}
	if got := calls.Load(); got != 2 {
		t.Errorf("got %d calls, want the failed one and one more", got)
	}
	every := newHandler(t, countUsers(&calls), clerkwebhook.WithoutDeduplication())
	post(t, every, "msg_1", body)
	post(t, every, "msg_1", body)
	if got := calls.Load(); got != 4 {
		t.Errorf("got %d calls, want every delivery without deduplication", got)
	}
}

func TestHandler_Permanent(t *testing.T) {
	t.Parallel()
	var calls atomic.Int64
	h := newHandler(t, countUsers(&calls, clerkwebhook.Permanent(errTrouble)))
	resp := post(t, h, "msg_1", body)
	if resp.StatusCode != http.StatusUnprocessableEntity || resp.Header.Get("webhook-delivery") != "abort-message" {
		t.Errorf("got %d and %v, want 422 and the end of the repetition", resp.StatusCode, resp.Header)
	}
	if got := post(t, h, "msg_1", body).StatusCode; got != http.StatusNoContent || calls.Load() != 1 {
		t.Errorf("got %d after %d calls, want 204 after one", got, calls.Load())
	}
	if clerkwebhook.Permanent(nil) != nil {
		t.Error("got an error, want Permanent(nil) to be nil")
	}
	if err := clerkwebhook.Permanent(errTrouble); !errors.Is(err, errTrouble) || err.Error() != errTrouble.Error() {
		t.Errorf("got %v, want the marked error to be visible", err)
	}
}

func TestHandler_Panic(t *testing.T) {
	t.Parallel()
	failed := false
	h := newHandler(t, clerkwebhook.Callbacks{
		UserCreated: func(context.Context, *clerkwebhook.Event, *clerk.User) error {
			if !failed {
				failed = true
				panic("bug")
			}
			return nil
		},
	})
	func() {
		defer func() {
			if recover() == nil {
				t.Error("got no panic, want it to reach the server")
			}
		}()
		resp := post(t, h, "msg_1", body)
		t.Errorf("got %d, want a panic", resp.StatusCode)
	}()
	answer := h.Receive(t.Context(), newSigner(t, secretA).Sign("msg_1", noon, body), body)
	if answer.StatusCode != http.StatusNoContent || answer.Duplicate {
		t.Errorf("got %+v, want the message to be handled when it comes again", answer)
	}
}

func TestHandler_Concurrent(t *testing.T) {
	t.Parallel()
	entered, release := make(chan struct{}), make(chan struct{})
	h := newHandler(t, clerkwebhook.Callbacks{
		UserCreated: func(context.Context, *clerkwebhook.Event, *clerk.User) error {
			close(entered)
			<-release
			return nil
		},
	})
	header := newSigner(t, secretA).Sign("msg_1", noon, body)
	var wg sync.WaitGroup
	wg.Go(func() {
		if answer := h.Receive(t.Context(), header, body); answer.StatusCode != http.StatusNoContent {
			t.Errorf("got %d, want 204", answer.StatusCode)
		}
	})
	<-entered
	second := h.Receive(t.Context(), header, body)
	close(release)
	wg.Wait()
	if second.StatusCode != http.StatusConflict || !errors.Is(second.Err, clerkwebhook.ErrInProgress) {
		t.Errorf("got %d and %v, want 409 while the first delivery runs", second.StatusCode, second.Err)
	}
	if third := h.Receive(t.Context(), header, body); third.StatusCode != http.StatusNoContent || !third.Duplicate {
		t.Errorf("got %d and duplicate %v, want 204 and true", third.StatusCode, third.Duplicate)
	}
}

func TestHandler_Refusals(t *testing.T) {
	t.Parallel()
	signer := newSigner(t, secretA)
	good := signer.Sign("msg_1", noon, body)
	large := bytes.Repeat([]byte(" "), clerkwebhook.DefaultMaxBodyBytes+1)
	tests := []struct {
		name   string
		method string
		header http.Header
		body   []byte
		status int
		abort  bool
	}{
		{"not a POST", http.MethodGet, good, body, http.StatusMethodNotAllowed, false},
		{"no headers", http.MethodPost, http.Header{}, body, http.StatusBadRequest, false},
		{"changed body", http.MethodPost, good, []byte("{}"), http.StatusUnauthorized, false},
		{"empty body", http.MethodPost, good, nil, http.StatusBadRequest, false},
		{"old", http.MethodPost, signer.Sign("msg_1", noon.AddDate(0, 0, -1), body), body, http.StatusUnauthorized, false},
		{"too large", http.MethodPost, signer.Sign("msg_1", noon, large), large, http.StatusRequestEntityTooLarge, false},
		{"no event", http.MethodPost, signer.Sign("msg_1", noon, []byte("[]")), []byte("[]"), http.StatusUnprocessableEntity, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int64
			var reported atomic.Pointer[error]
			h := newHandler(t, countUsers(&calls), clerkwebhook.WithErrorReporter(
				func(_ context.Context, event *clerkwebhook.Event, err error) {
					if event != nil {
						t.Errorf("got event %v reported, want none", event)
					}
					reported.Store(&err)
				}))
			r := httptest.NewRequestWithContext(t.Context(), test.method, "/", bytes.NewReader(test.body))
			r.Header = test.header
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != test.status || w.Body.Len() != 0 || calls.Load() != 0 {
				t.Errorf("got %d, %d bytes, %d calls; want %d, none, none", w.Code, w.Body.Len(), calls.Load(), test.status)
			}
			if got := w.Header().Get("webhook-delivery") == "abort-message"; got != test.abort {
				t.Errorf("got end of repetition %v, want %v", got, test.abort)
			}
			if (reported.Load() == nil) != (test.method != http.MethodPost) {
				t.Errorf("got report %v, want one for every refused delivery", reported.Load())
			}
		})
	}
}

func TestHandler_DataThatDoesNotFit(t *testing.T) {
	t.Parallel()
	var calls atomic.Int64
	h := newHandler(t, countUsers(&calls))
	for i, data := range []string{`null`, `[]`, `"user_1"`, `{"id":7}`} {
		text := []byte(`{"type":"user.created","data":` + data + `}`)
		answer := h.Receive(t.Context(), newSigner(t, secretA).Sign("msg_"+strconv.Itoa(i), noon, text), text)
		if answer.StatusCode != http.StatusInternalServerError || reasonOf(answer.Err) != clerkwebhook.ReasonInvalidData {
			t.Errorf("%s: got %d and %v, want 500 and invalid-data", data, answer.StatusCode, answer.Err)
		}
		if strings.Contains(answer.Err.Error(), "user_1") {
			t.Errorf("got %q, want no data in the error", answer.Err)
		}
	}
	if calls.Load() != 0 {
		t.Errorf("got %d calls, want none", calls.Load())
	}
}

// brokenDedup fails at one step.
type brokenDedup struct {
	*clerkwebhook.MemoryDeduplicator
	begin, finish error
}

func (d *brokenDedup) Begin(ctx context.Context, id string) (clerkwebhook.Claim, error) {
	if d.begin != nil {
		return 0, d.begin
	}
	return d.MemoryDeduplicator.Begin(ctx, id)
}

func (d *brokenDedup) Finish(ctx context.Context, id string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if d.finish != nil {
		return d.finish
	}
	return d.MemoryDeduplicator.Finish(ctx, id)
}

func TestHandler_DeduplicatorTrouble(t *testing.T) {
	t.Parallel()
	var calls atomic.Int64
	memory := clerkwebhook.NewMemoryDeduplicator(1)
	h := newHandler(t, countUsers(&calls), clerkwebhook.WithDeduplicator(&brokenDedup{memory, errTrouble, nil}))
	if got := post(t, h, "msg_1", body).StatusCode; got != http.StatusServiceUnavailable || calls.Load() != 0 {
		t.Errorf("got %d after %d calls, want 503 and no call without a claim", got, calls.Load())
	}
	var reported error
	h = newHandler(t, countUsers(&calls), clerkwebhook.WithDeduplicator(&brokenDedup{memory, nil, errTrouble}),
		clerkwebhook.WithErrorReporter(func(_ context.Context, _ *clerkwebhook.Event, err error) { reported = err }))
	if got := post(t, h, "msg_1", body).StatusCode; got != http.StatusNoContent || !errors.Is(reported, errTrouble) {
		t.Errorf("got %d and report %v, want 204 for what is done and the trouble reported", got, reported)
	}
}

func TestHandler_RecordsAfterHangUp(t *testing.T) {
	t.Parallel()
	var calls atomic.Int64
	memory := &brokenDedup{MemoryDeduplicator: clerkwebhook.NewMemoryDeduplicator(0)}
	h := newHandler(t, countUsers(&calls), clerkwebhook.WithDeduplicator(memory))
	ctx, hangUp := context.WithCancel(t.Context())
	hangUp()
	header := newSigner(t, secretA).Sign("msg_1", noon, body)
	h.Receive(ctx, header, body)
	if answer := h.Receive(t.Context(), header, body); !answer.Duplicate || calls.Load() != 1 {
		t.Errorf("got duplicate %v after %d calls, want what was done to be recorded", answer.Duplicate, calls.Load())
	}
}

func TestNewHandler_NeedsDeduplicator(t *testing.T) {
	t.Parallel()
	h, err := clerkwebhook.NewHandler(newVerifier(t, secretA), clerkwebhook.Callbacks{}, clerkwebhook.WithDeduplicator(nil))
	if h != nil || !errors.Is(err, clerkwebhook.ErrConfig) {
		t.Errorf("got %v, %v, want a configuration error instead of a handler that repeats silently", h, err)
	}
}

func TestNewHandler_NeedsVerifier(t *testing.T) {
	t.Parallel()
	for _, verifier := range []*clerkwebhook.Verifier{nil, {}} {
		if h, err := clerkwebhook.NewHandler(verifier, clerkwebhook.Callbacks{}); h != nil || !errors.Is(err, clerkwebhook.ErrConfig) {
			t.Errorf("got %v and %v, want no handler and ErrConfig", h, err)
		}
	}
}

func TestHandler_SharedDeduplicatorTellsEndpointsApart(t *testing.T) {
	t.Parallel()
	memory := clerkwebhook.NewMemoryDeduplicator(0)
	var calls atomic.Int64
	handler := func(secret string, opts ...clerkwebhook.HandlerOption) *clerkwebhook.Handler {
		opts = append(opts, clerkwebhook.WithDeduplicator(memory))
		h, err := clerkwebhook.NewHandler(newVerifier(t, secret), countUsers(&calls), opts...)
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	first, again, second := handler(secretA), handler(secretA), handler(secretB)
	for i, step := range []struct {
		h         *clerkwebhook.Handler
		secret    string
		duplicate bool
	}{{first, secretA, false}, {again, secretA, true}, {second, secretB, false}, {second, secretB, true},
		{handler(secretA, clerkwebhook.WithEndpoint("billing")), secretA, false}, {handler(secretB, clerkwebhook.WithEndpoint("billing")), secretB, true}} {
		answer := step.h.Receive(t.Context(), newSigner(t, step.secret).Sign("msg_1", noon, body), body)
		if answer.StatusCode != http.StatusNoContent || answer.Duplicate != step.duplicate {
			t.Errorf("step %d: got %d, duplicate %v, want duplicate %v", i, answer.StatusCode, answer.Duplicate, step.duplicate)
		}
	}
}

func TestHandler_OddEnvelopeFieldsLoseNothing(t *testing.T) {
	t.Parallel()
	var calls atomic.Int64
	h := newHandler(t, countUsers(&calls))
	odd := []string{
		`"timestamp":"yesterday"`, `"timestamp":{}`, `"instance_id":5`, `"object":[]`, `"event_attributes":"none"`,
		`"event_attributes":{"http_request":{"client_ip":7}}`,
	}
	for i, field := range odd {
		text := []byte(`{"type":"user.created","data":{"id":"user_1"},` + field + `}`)
		if got := post(t, h, "odd_"+strconv.Itoa(i), text).StatusCode; got != http.StatusNoContent {
			t.Errorf("%s: got %d, want 204", field, got)
		}
	}
	if got := calls.Load(); got != int64(len(odd)) {
		t.Errorf("got %d callbacks, want %d", got, len(odd))
	}
}

func TestHandler_ACallbackThatHangsBlocksItsMessageForABoundedTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int64
		release := make(chan struct{})
		h := newHandler(t, clerkwebhook.Callbacks{
			UserCreated: func(ctx context.Context, _ *clerkwebhook.Event, _ *clerk.User) error {
				switch calls.Add(1) {
				case 1:
					<-ctx.Done() // heeds its context
					return ctx.Err()
				case 2:
					<-release // does not
				}
				return nil
			},
		})
		header := newSigner(t, secretA).Sign("msg_1", noon, body)
		started := time.Now()
		if answer := h.Receive(t.Context(), header, body); answer.StatusCode != http.StatusInternalServerError {
			t.Errorf("got %d, want 500 for a callback that took too long", answer.StatusCode)
		}
		if took := time.Since(started); took != clerkwebhook.DefaultCallbackTimeout {
			t.Errorf("took %v, want %v", took, clerkwebhook.DefaultCallbackTimeout)
		}
		var hanging sync.WaitGroup
		hanging.Go(func() { h.Receive(t.Context(), header, body) })
		synctest.Wait()
		if answer := h.Receive(t.Context(), header, body); answer.StatusCode != http.StatusConflict {
			t.Errorf("got %d, want 409 while the callback hangs", answer.StatusCode)
		}
		time.Sleep(clerkwebhook.ClaimLapse)
		if answer := h.Receive(t.Context(), header, body); answer.StatusCode != http.StatusNoContent || calls.Load() != 3 {
			t.Errorf("got %d after %d calls, want the message to be handled at last", answer.StatusCode, calls.Load())
		}
		close(release)
		hanging.Wait()
	})
}

func TestHandler_LogsRefusalsWithoutTheirContent(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	h := newHandler(t, clerkwebhook.Callbacks{}, clerkwebhook.WithLogger(slog.New(slog.NewTextHandler(&log, nil))))
	header := newSigner(t, secretA).Sign("msg_1", noon, body)
	h.Receive(t.Context(), header, nil)
	h.Receive(t.Context(), header, []byte(`{"type":"user.created","data":{"id":"user_secret"}}`))
	failing := newHandler(t, clerkwebhook.Callbacks{UserCreated: func(context.Context, *clerkwebhook.Event, *clerk.User) error {
		return errors.New("ada@example.com is odd")
	}}, clerkwebhook.WithLogger(slog.New(slog.NewTextHandler(&log, nil))))
	failing.Receive(t.Context(), header, body)
	for _, part := range []string{"the callback failed", "reason=empty-body", "reason=no-matching-signature", "signing secret"} {
		if !strings.Contains(log.String(), part) {
			t.Errorf("%q is not in the log:\n%s", part, log.String())
		}
	}
	if strings.Contains(log.String(), "user_secret") || strings.Contains(log.String(), "ada@example.com") || strings.Contains(log.String(), header.Get("svix-signature")) {
		t.Errorf("the log shows content:\n%s", log.String())
	}
}
