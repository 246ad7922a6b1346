package clerktest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
)

const (
	webhookTimeout = 15 * time.Second // of one attempt, in real time
	deliveryLogCap = 10_000           // attempts an endpoint remembers
	waitingCap     = 10_000           // messages that wait for an attempt or for Release; the oldest makes room
)

// WebhookEndpoint is one receiver of an instance's events. Messages go out one after another, in the order of the
// changes; a failed one is tried again along [RetryLadder] while later ones pass it by. It is safe for concurrent use.
type WebhookEndpoint struct {
	inst       *Instance
	settings   webhookSettings
	configured bool // by WithWebhook
	signer     *clerkwebhook.Signer
	client     *http.Client

	mu        sync.Mutex
	queue     []message // what is still to be attempted
	log       []Delivery
	attempts  int     // made so far
	held      []Event // collected while holding
	holding   bool
	drop      int // messages still to be lost
	duplicate int // messages still to be sent twice
	running   bool
	closed    bool
	timer     *time.Timer
	settled   chan struct{} // closed while nothing is being sent
}

// message is an event on its way to an endpoint.
type message struct {
	event   Event
	attempt int // the next one, from 1
	due     int64
}

func (in *Instance) newWebhook(settings webhookSettings) (*WebhookEndpoint, error) {
	u, err := url.Parse(settings.URL)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return nil, errors.New("want an absolute http or https URL")
	}
	signer, err := clerkwebhook.NewSigner(settings.Secret)
	if err != nil {
		return nil, err
	}
	settings.Types = orNone(slices.Clone(settings.Types))
	ep := &WebhookEndpoint{
		inst: in, settings: settings, signer: signer,
		client: &http.Client{
			Transport: in.emulator.client.Transport, Timeout: webhookTimeout,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	return ep.again(), nil
}

// again returns the endpoint as it was when it was new.
func (ep *WebhookEndpoint) again() *WebhookEndpoint {
	return &WebhookEndpoint{
		inst: ep.inst, settings: ep.settings, configured: ep.configured, signer: ep.signer, client: ep.client, settled: closedChannel(),
	}
}

// ID returns the endpoint's identifier.
func (ep *WebhookEndpoint) ID() string { return ep.settings.ID }

// URL returns the address that receives the messages.
func (ep *WebhookEndpoint) URL() string { return ep.settings.URL }

// Secret returns the signing secret, whsec_ and base64.
func (ep *WebhookEndpoint) Secret() string { return ep.settings.Secret }

// Deliveries returns the attempts made so far, oldest first.
func (ep *WebhookEndpoint) Deliveries() []Delivery {
	ep.mu.Lock()
	defer ep.mu.Unlock()
	return slices.Clone(ep.log)
}

// Pending returns how many messages wait for an attempt, due or not.
func (ep *WebhookEndpoint) Pending() int {
	ep.mu.Lock()
	defer ep.mu.Unlock()
	return len(ep.queue)
}

// Remove ends the deliveries to the endpoint.
func (ep *WebhookEndpoint) Remove() {
	err := ep.inst.webhooks.change(func(list []*WebhookEndpoint) []*WebhookEndpoint {
		return slices.DeleteFunc(list, func(other *WebhookEndpoint) bool { return other == ep })
	})
	if err != nil {
		ep.inst.emulator.log.Error("clerktest: the data folder still holds a webhook endpoint that was removed", "error", err)
	}
	ep.close()
}

// Drop loses the next n messages, as a broken network would.
func (ep *WebhookEndpoint) Drop(n int) { ep.set(func() { ep.drop = n }) }

// Duplicate sends the next n messages twice.
func (ep *WebhookEndpoint) Duplicate(n int) { ep.set(func() { ep.duplicate = n }) }

// Hold collects messages instead of sending them, until Release.
func (ep *WebhookEndpoint) Hold() { ep.set(func() { ep.holding = true }) }

// Release sends what was collected since Hold in the order that arrange gives it; with nil, in the old order. What
// arrange leaves out is lost, what it repeats is sent more than once.
func (ep *WebhookEndpoint) Release(arrange func([]Event) []Event) {
	ep.mu.Lock()
	events := ep.held
	ep.held, ep.holding = nil, false
	ep.mu.Unlock()
	if arrange != nil {
		events = arrange(events)
	}
	for _, ev := range events {
		ep.accept(ev)
	}
}

func (ep *WebhookEndpoint) set(change func()) {
	ep.mu.Lock()
	defer ep.mu.Unlock()
	change()
}

// accept queues an event for its first attempt.
func (ep *WebhookEndpoint) accept(ev Event) {
	if types := ep.settings.Types; len(types) > 0 && !slices.Contains(types, ev.Type) {
		return
	}
	ep.mu.Lock()
	switch {
	case ep.closed:
	case ep.holding:
		ep.held = lastOf(append(ep.held, ev), waitingCap)
	case ep.drop > 0:
		ep.drop--
	default:
		m := message{event: ev, attempt: 1, due: ep.inst.clock.nowMillis()}
		ep.queue = append(ep.queue, m)
		if ep.duplicate > 0 {
			ep.duplicate--
			ep.queue = append(ep.queue, m)
		}
		ep.queue = lastOf(ep.queue, waitingCap)
	}
	ep.mu.Unlock()
	ep.kick()
}

// kick starts the sender when a message is due and none runs.
func (ep *WebhookEndpoint) kick() {
	ep.mu.Lock()
	defer ep.mu.Unlock()
	if ep.running || ep.closed || ep.nextDue() < 0 {
		ep.arm()
		return
	}
	ep.running = true
	ep.settled = make(chan struct{})
	go ep.send()
}

// nextDue is the position of the first message whose time has come, -1 when there is none.
func (ep *WebhookEndpoint) nextDue() int {
	now := ep.inst.clock.nowMillis()
	return slices.IndexFunc(ep.queue, func(m message) bool { return m.due <= now })
}

// arm wakes the sender when the next message is due, unless the clock stands still: then moving it does.
func (ep *WebhookEndpoint) arm() {
	if ep.timer != nil {
		ep.timer.Stop()
		ep.timer = nil
	}
	if ep.closed || ep.running || len(ep.queue) == 0 || ep.inst.clock.Frozen() {
		return
	}
	due := slices.MinFunc(ep.queue, func(a, b message) int { return int(a.due - b.due) }).due
	wait := time.Duration(due-ep.inst.clock.nowMillis()) * time.Millisecond
	ep.timer = time.AfterFunc(max(wait, 0)+time.Millisecond, ep.kick)
}

// send makes every attempt that is due and ends.
func (ep *WebhookEndpoint) send() {
	for {
		ep.mu.Lock()
		at := ep.nextDue()
		if at < 0 || ep.closed {
			ep.running = false
			close(ep.settled)
			ep.arm()
			ep.mu.Unlock()
			return
		}
		m := ep.queue[at]
		ep.queue = slices.Delete(ep.queue, at, at+1)
		ep.mu.Unlock()
		now := ep.inst.clock.Now()
		began := time.Now()
		a := ep.attempt(m.event, now)
		a.took = time.Since(began)
		ep.finish(m, now, a)
	}
}

// finish records an attempt and queues the next one if it failed, unless the endpoint wants no more of the message.
func (ep *WebhookEndpoint) finish(m message, at time.Time, a attempt) {
	d := Delivery{
		ID: "atmpt_" + randomHex(12), EndpointID: ep.settings.ID, EventID: m.event.ID, EventType: m.event.Type, Attempt: m.attempt, At: at.UnixMilli(),
		Status: a.status, Delivered: a.status >= 200 && a.status < 300, Duration: a.took, Answer: a.answer, Trouble: a.trouble,
	}
	ep.mu.Lock()
	defer ep.mu.Unlock()
	if ladder := RetryLadder(); !d.Delivered && !a.abort && m.attempt <= len(ladder) {
		m.due = at.Add(ladder[m.attempt-1]).UnixMilli()
		m.attempt++
		d.NextAttempt = m.due
		ep.queue = append(ep.queue, m)
	}
	ep.attempts++
	ep.log = lastOf(append(ep.log, d), deliveryLogCap)
}

// attempt is how one try to deliver a message went.
type attempt struct {
	status  int  // 0 when there was no answer
	abort   bool // the answer asks to give the message up
	answer  string
	trouble string
	took    time.Duration
}

// answerCap is how much of an answer a delivery keeps.
const answerCap = 1 << 10 // bytes

// attempt posts the signed message.
func (ep *WebhookEndpoint) attempt(ev Event, at time.Time) attempt {
	body, err := ev.envelope()
	if err != nil {
		return attempt{trouble: err.Error()}
	}
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, ep.settings.URL, bytes.NewReader(body))
	if err != nil {
		return attempt{trouble: withoutAddress(err).Error()}
	}
	req.Header = ep.signedHeader(ev, at, body)
	resp, err := ep.client.Do(req)
	if err != nil {
		return attempt{trouble: withoutAddress(err).Error()}
	}
	defer func() { _ = resp.Body.Close() }()
	start, _ := io.ReadAll(io.LimitReader(resp.Body, answerCap))
	_, _ = io.CopyN(io.Discard, resp.Body, 64<<10)
	return attempt{
		status: resp.StatusCode, abort: resp.Header.Get("Webhook-Delivery") == "abort-message",
		answer: strings.ToValidUTF8(string(start), "\uFFFD"),
	}
}

// withoutAddress is an error of a call without the address that was called, whose query may hold a secret.
func withoutAddress(err error) error {
	var failed *url.Error
	if errors.As(err, &failed) {
		return failed.Err
	}
	return err
}

// signedHeader is the header of a message, which depends on nothing but its arguments and the secret.
func (ep *WebhookEndpoint) signedHeader(ev Event, at time.Time, body []byte) http.Header {
	header := ep.signer.Sign(ev.ID, at, body)
	header.Set("Content-Type", "application/json")
	return header
}

func (ep *WebhookEndpoint) flush(ctx context.Context) error {
	for {
		ep.kick()
		ep.mu.Lock()
		settled, done := ep.settled, !ep.running
		ep.mu.Unlock()
		if done {
			return nil
		}
		select {
		case <-settled:
		case <-ctx.Done():
			return fmt.Errorf("clerktest: FlushWebhooks: %w", ctx.Err())
		}
	}
}

func (ep *WebhookEndpoint) close() {
	ep.mu.Lock()
	defer ep.mu.Unlock()
	ep.closed, ep.queue, ep.held = true, nil, nil
	ep.arm()
}

// envelope is the body of the message that announces the event.
func (ev Event) envelope() ([]byte, error) {
	type httpRequest struct {
		ClientIP  string `json:"client_ip"`
		UserAgent string `json:"user_agent"`
	}
	type attributes struct {
		HTTPRequest httpRequest `json:"http_request"`
	}
	return json.Marshal(struct {
		Object     string          `json:"object"`
		Type       string          `json:"type"`
		Timestamp  int64           `json:"timestamp"`
		InstanceID string          `json:"instance_id"`
		Attributes attributes      `json:"event_attributes"`
		Data       json.RawMessage `json:"data"`
	}{"event", ev.Type, ev.Timestamp, ev.InstanceID, attributes{httpRequest{ev.ClientIP, ev.UserAgent}}, ev.Data})
}

func closedChannel() chan struct{} {
	ch := make(chan struct{})
	close(ch)
	return ch
}
