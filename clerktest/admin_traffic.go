package clerktest

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"time"

	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
)

var adminTrafficRoutes = []adminRoute{
	{http.MethodGet, "/events", func(in *Instance, r *http.Request) (any, error) { return newest(r, in.Events()) }},
	{http.MethodGet, "/deliveries", func(in *Instance, r *http.Request) (any, error) { return newest(r, in.Deliveries()) }},
	{http.MethodGet, "/deliveries/{id}", showDelivery},
	{http.MethodGet, "/outbox", listOutbox},
	{http.MethodGet, "/emails", func(in *Instance, r *http.Request) (any, error) { return newest(r, in.Emails()) }},
	{http.MethodGet, "/text_messages", func(in *Instance, r *http.Request) (any, error) { return newest(r, in.TextMessages()) }},
	{http.MethodPost, "/events/{id}/replay", func(in *Instance, r *http.Request) (any, error) {
		if in.ReplayEvent(r.PathValue("id")) != nil {
			return nil, errNotFound("event")
		}
		return nil, nil
	}},
	{http.MethodGet, "/webhooks", func(in *Instance, _ *http.Request) (any, error) { return listWebhooks(in), nil }},
	{http.MethodPost, "/webhooks", addWebhook},
	{http.MethodDelete, "/webhooks/{id}", onWebhook(func(ep *WebhookEndpoint, _ *http.Request) error { ep.Remove(); return nil })},
	{http.MethodPost, "/webhooks/{id}/drill", onWebhook(drillWebhook)},
	{http.MethodGet, "/faults", func(in *Instance, _ *http.Request) (any, error) { return listFaults(in), nil }},
	{http.MethodPost, "/faults", addFault},
	{http.MethodDelete, "/faults", func(in *Instance, _ *http.Request) (any, error) { in.ClearFaults(); return nil, nil }},
	{http.MethodPost, "/rate_limits", func(in *Instance, r *http.Request) (any, error) {
		body, err := adminBody[struct {
			On bool `json:"on"`
		}](r)
		if err == nil {
			in.EnforceRateLimits(body.On)
		}
		return map[string]bool{"on": in.RateLimited()}, err
	}},
}

// newest is the last part of a list, of the length that the parameter last asks for; without it, all.
func newest[T any](r *http.Request, list []T) (any, error) {
	text := r.URL.Query().Get("last")
	if text == "" {
		return orNone(list), nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return nil, errParamFormat("last", "a number of entries")
	}
	return orNone(lastOf(list, n)), nil
}

// adminFault is a Fault in JSON, with its durations in milliseconds.
type adminFault struct {
	Fault
	RetryAfterMS int64 `json:"retry_after_ms"`
	LatencyMS    int64 `json:"latency_ms"`
}

func (f adminFault) fault() Fault {
	f.RetryAfter, f.Latency = time.Duration(f.RetryAfterMS)*time.Millisecond, time.Duration(f.LatencyMS)*time.Millisecond
	return f.Fault
}

func addFault(in *Instance, r *http.Request) (any, error) {
	f, err := adminBody[adminFault](r)
	if err != nil {
		return nil, err
	}
	if _, err := in.AddFault(f.fault()); err != nil {
		return nil, err
	}
	return listFaults(in), nil
}

func listFaults(in *Instance) []adminFault {
	out := []adminFault{}
	for _, f := range in.Faults() {
		out = append(out, adminFault{f, f.RetryAfter.Milliseconds(), f.Latency.Milliseconds()})
	}
	return out
}

// adminWebhook is what the admin API tells about an endpoint.
type adminWebhook struct {
	webhookSettings
	Pending   int  `json:"pending"`
	Held      int  `json:"held"`
	Holding   bool `json:"holding"`
	Drop      int  `json:"drop"`
	Duplicate int  `json:"duplicate"`
}

func describeWebhook(ep *WebhookEndpoint) adminWebhook {
	ep.mu.Lock()
	defer ep.mu.Unlock()
	return adminWebhook{ep.settings, len(ep.queue), len(ep.held), ep.holding, ep.drop, ep.duplicate}
}

func listWebhooks(in *Instance) []adminWebhook {
	out := []adminWebhook{}
	for _, ep := range in.Webhooks() {
		out = append(out, describeWebhook(ep))
	}
	return out
}

func addWebhook(in *Instance, r *http.Request) (any, error) {
	body, err := adminBody[struct {
		URL    string   `json:"url"`
		Secret string   `json:"secret"`
		Types  []string `json:"types"`
	}](r)
	if err != nil {
		return nil, err
	}
	ep, err := in.AddWebhookWithSecret(body.URL, cmp.Or(body.Secret, clerkwebhook.NewSecret()), body.Types...)
	if err != nil {
		return nil, err
	}
	return describeWebhook(ep), nil
}

// onWebhook acts on the endpoint of the path.
func onWebhook(act func(*WebhookEndpoint, *http.Request) error) func(*Instance, *http.Request) (any, error) {
	return func(in *Instance, r *http.Request) (any, error) {
		for _, ep := range in.Webhooks() {
			if ep.ID() == r.PathValue("id") {
				return nil, act(ep, r)
			}
		}
		return nil, errNotFound("webhook endpoint")
	}
}

// drillWebhook loses, doubles, holds or releases messages of an endpoint.
func drillWebhook(ep *WebhookEndpoint, r *http.Request) error {
	drill, err := adminBody[struct {
		Drop      int    `json:"drop"`
		Duplicate int    `json:"duplicate"`
		Hold      bool   `json:"hold"`
		Release   string `json:"release"` // in_order or reversed
	}](r)
	if err != nil {
		return err
	}
	if drill.Drop > 0 {
		ep.Drop(drill.Drop)
	}
	if drill.Duplicate > 0 {
		ep.Duplicate(drill.Duplicate)
	}
	if drill.Hold {
		ep.Hold()
	}
	switch drill.Release {
	case "":
	case "in_order":
		ep.Release(nil)
	case "reversed":
		ep.Release(func(events []Event) []Event { slices.Reverse(events); return events })
	default:
		return errParamValue("release", "in_order or reversed")
	}
	return nil
}
