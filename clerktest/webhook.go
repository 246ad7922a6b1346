package clerktest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
)

// RetryLadder returns the pauses between the attempts to deliver one webhook message, as Clerk's delivery service makes
// them: after the last one the message is given up. They are measured on the instance's clock.
func RetryLadder() []time.Duration {
	return []time.Duration{
		5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 10 * time.Hour,
	}
}

// webhookTimeout bounds one attempt, in real time.
const webhookTimeout = 15 * time.Second

// Delivery is one attempt to deliver an event to an endpoint.
type Delivery struct {
	// EndpointID tells the endpoint.
	EndpointID string `json:"endpoint_id"`
	// EventID is the message id, the same for every attempt.
	EventID string `json:"event_id"`
	// EventType is the event's type, user.created for example.
	EventType string `json:"event_type"`
	// Attempt counts from 1.
	Attempt int `json:"attempt"`
	// At is when the attempt was made, in Unix milliseconds of the instance's clock.
	At int64 `json:"at"`
	// Status is the answer's HTTP status, 0 when there was no answer.
	Status int `json:"status"`
	// Delivered reports whether the endpoint took the message.
	Delivered bool `json:"delivered"`
	// NextAttempt is when the next attempt is due, in Unix milliseconds; 0 when there will be none.
	NextAttempt int64 `json:"next_attempt"`
}

// webhooks are the endpoints of one instance.
type webhooks struct {
	mu        sync.Mutex
	endpoints []*WebhookEndpoint
	closed    bool
}

// webhooksKey finds the webhooks of an instance among its extra values.
type webhooksKey struct{}

func (in *Instance) webhooks() *webhooks {
	if w, ok := in.extra.Load(webhooksKey{}); ok {
		return w.(*webhooks) //nolint:forcetypeassert // only this function stores under this key
	}
	w := &webhooks{}
	if earlier, loaded := in.extra.LoadOrStore(webhooksKey{}, w); loaded {
		return earlier.(*webhooks) //nolint:forcetypeassert // only this function stores under this key
	}
	in.events.subscribe(w.deliver)
	in.clock.OnChange(w.kick)
	return w
}

// AddWebhook makes the instance send its later events to an address, signed with a new secret. With types, only those
// events are sent. It fails when the address is not an absolute http or https URL.
func (in *Instance) AddWebhook(address string, types ...string) (*WebhookEndpoint, error) {
	return in.AddWebhookWithSecret(address, clerkwebhook.NewSecret(), types...)
}

// AddWebhookWithSecret is AddWebhook with a signing secret (whsec_…) that is known beforehand.
func (in *Instance) AddWebhookWithSecret(address, secret string, types ...string) (*WebhookEndpoint, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return nil, errors.New("clerktest: AddWebhook: want an absolute http or https URL")
	}
	signer, err := clerkwebhook.NewSigner(secret)
	if err != nil {
		return nil, fmt.Errorf("clerktest: AddWebhook: %w", err)
	}
	ep := &WebhookEndpoint{
		inst: in, id: newID("ep_", in.clock.Now()), address: address, secret: secret, signer: signer, types: types,
		client: &http.Client{
			Transport: in.emulator.client.Transport, Timeout: webhookTimeout,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		settled: closedChannel(),
	}
	w := in.webhooks()
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return nil, errors.New("clerktest: AddWebhook: the emulator is closed")
	}
	w.endpoints = append(w.endpoints, ep)
	return ep, nil
}

// Webhooks returns the endpoints of the instance in the order they were added.
func (in *Instance) Webhooks() []*WebhookEndpoint { return in.webhooks().list() }

// Deliveries returns the attempts made so far, endpoint by endpoint, oldest first.
func (in *Instance) Deliveries() []Delivery {
	var out []Delivery
	for _, ep := range in.Webhooks() {
		out = append(out, ep.Deliveries()...)
	}
	return out
}

// FlushWebhooks waits until every message that is due at the instance's time has been attempted.
func (in *Instance) FlushWebhooks(ctx context.Context) error {
	for _, ep := range in.Webhooks() {
		if err := ep.flush(ctx); err != nil {
			return err
		}
	}
	return nil
}

// ReplayEvent sends a past event to every endpoint again, with its old message id.
func (in *Instance) ReplayEvent(eventID string) error {
	for _, ev := range in.Events() {
		if ev.ID == eventID {
			in.webhooks().deliver(ev)
			return nil
		}
	}
	return errors.New("clerktest: ReplayEvent: no such event")
}

// WaitForEvent returns the first event of the type, one that has happened already or one that is still to come. It
// waits until ctx is done at most.
func (in *Instance) WaitForEvent(ctx context.Context, kind string) (Event, error) {
	from := 0
	for {
		events, next, more := in.events.since(from)
		for _, ev := range events {
			if ev.Type == kind {
				return ev, nil
			}
		}
		from = next
		select {
		case <-more:
		case <-ctx.Done():
			return Event{}, fmt.Errorf("clerktest: WaitForEvent: %w", ctx.Err())
		}
	}
}

// closeWebhooks ends all deliveries for good.
func (in *Instance) closeWebhooks() {
	w := in.webhooks()
	w.mu.Lock()
	w.closed = true
	endpoints := w.endpoints
	w.endpoints = nil
	w.mu.Unlock()
	for _, ep := range endpoints {
		ep.close()
	}
}

func (w *webhooks) list() []*WebhookEndpoint {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]*WebhookEndpoint(nil), w.endpoints...)
}

func (w *webhooks) deliver(ev Event) {
	for _, ep := range w.list() {
		ep.accept(ev)
	}
}

func (w *webhooks) kick() {
	for _, ep := range w.list() {
		ep.kick()
	}
}

func (w *webhooks) remove(gone *WebhookEndpoint) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, ep := range w.endpoints {
		if ep == gone {
			w.endpoints = append(w.endpoints[:i:i], w.endpoints[i+1:]...)
			return
		}
	}
}
