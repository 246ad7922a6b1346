package clerktest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
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

// Delivery is one attempt to deliver an event to an endpoint.
type Delivery struct {
	// ID identifies the attempt.
	ID string `json:"id"`
	// EndpointID is the id of the endpoint.
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
	// Duration is how long the attempt took by the machine's clock.
	Duration time.Duration `json:"duration"`
	// Answer is the beginning of the answer's body.
	Answer string `json:"answer"`
	// Trouble says why there was no answer, empty when there was one.
	Trouble string `json:"trouble,omitzero"`
}

// webhooks are the endpoints of one instance.
type webhooks struct {
	mu        sync.Mutex
	endpoints []*WebhookEndpoint
	save      func([]webhookSettings) error // nil unless they are kept on disk
	closed    bool
}

// webhookSettings is what an endpoint is made from, as the data folder keeps it.
type webhookSettings struct {
	ID     string   `json:"id"`
	URL    string   `json:"url"`
	Secret string   `json:"secret"`
	Types  []string `json:"types"`
}

// WithWebhook makes the first instance send its events to an address, as AddWebhook does, from the start and beyond a
// Reset. With [WithData] the address keeps its id and secret over restarts.
func WithWebhook(address string) Option {
	return func(s *settings) error { s.webhooks = append(s.webhooks, address); return nil }
}

// WithWebhookSecret sets the signing secret (whsec_…) of the endpoints of [WithWebhook], instead of a random one.
func WithWebhookSecret(secret string) Option {
	return func(s *settings) error {
		if _, err := clerkwebhook.NewSigner(secret); err != nil {
			return &OptionError{"WithWebhookSecret", err}
		}
		s.hookSecret = secret
		return nil
	}
}

// AddWebhook makes the instance send its later events to an address, signed with a new secret, until Remove or Reset.
// With types, only those events are sent. It fails when the address is not an absolute http or https URL.
func (in *Instance) AddWebhook(address string, types ...string) (*WebhookEndpoint, error) {
	return in.AddWebhookWithSecret(address, clerkwebhook.NewSecret(), types...)
}

// AddWebhookWithSecret is AddWebhook with a signing secret (whsec_…) that is known beforehand.
func (in *Instance) AddWebhookWithSecret(address, secret string, types ...string) (*WebhookEndpoint, error) {
	ep, err := in.addWebhook(address, secret, types)
	if err != nil {
		return nil, fmt.Errorf("clerktest: AddWebhook: %w", err)
	}
	return ep, nil
}

func (in *Instance) addWebhook(address, secret string, types []string) (*WebhookEndpoint, error) {
	ep, err := in.newWebhook(webhookSettings{ID: newID("ep_", in.clock.Now()), URL: address, Secret: secret, Types: types})
	if err != nil {
		return nil, err
	}
	return ep, in.webhooks.change(func(list []*WebhookEndpoint) []*WebhookEndpoint { return append(list, ep) })
}

// configureWebhooks makes the endpoints that the data folder holds, and those of WithWebhook that are not among them.
func (in *Instance) configureWebhooks(kept []webhookSettings, addresses []string, secret string) error {
	for _, settings := range kept {
		if secret != "" && slices.Contains(addresses, settings.URL) {
			settings.Secret = secret
		}
		ep, err := in.newWebhook(settings)
		if err != nil {
			return errData(fmt.Errorf("webhooks: %w", err))
		}
		in.webhooks.endpoints = append(in.webhooks.endpoints, ep)
	}
	for _, address := range addresses {
		has := func(ep *WebhookEndpoint) bool { return ep.settings.URL == address }
		if !slices.ContainsFunc(in.webhooks.endpoints, has) {
			if _, err := in.addWebhook(address, cmp.Or(secret, clerkwebhook.NewSecret()), nil); err != nil {
				return &OptionError{"WithWebhook", err}
			}
		}
		in.webhooks.endpoints[slices.IndexFunc(in.webhooks.endpoints, has)].configured = true
	}
	return nil
}

// Webhooks returns the endpoints of the instance in the order they were added.
func (in *Instance) Webhooks() []*WebhookEndpoint { return in.webhooks.list() }

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
			in.webhooks.deliver(ev)
			return nil
		}
	}
	return errors.New("clerktest: ReplayEvent: no such event")
}

// WaitForEvent returns the first event of the type, and waits for it until ctx is done if there is none yet.
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
	w := &in.webhooks
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
	return slices.Clone(w.endpoints)
}

// deliver queues an event at every endpoint.
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

// change puts another list of endpoints in force, after it is on disk.
func (w *webhooks) change(edit func([]*WebhookEndpoint) []*WebhookEndpoint) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return errors.New("the emulator is closed")
	}
	next := edit(slices.Clone(w.endpoints))
	if w.save != nil {
		kept := make([]webhookSettings, len(next))
		for i, ep := range next {
			kept[i] = ep.settings
		}
		if err := w.save(kept); err != nil {
			return err
		}
	}
	w.endpoints = next
	return nil
}

// reset leaves the endpoints of WithWebhook, with nothing to send.
func (w *webhooks) reset() error {
	old := w.list()
	err := w.change(func([]*WebhookEndpoint) []*WebhookEndpoint {
		var fresh []*WebhookEndpoint
		for _, ep := range old {
			if ep.configured {
				fresh = append(fresh, ep.again())
			}
		}
		return fresh
	})
	if err != nil {
		return err
	}
	for _, ep := range old {
		ep.close()
	}
	return nil
}
