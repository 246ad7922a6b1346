package clerkwebhook_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"testing"

	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
)

// FuzzVerifier_Verify checks that foreign headers and bodies never pass and never panic.
func FuzzVerifier_Verify(f *testing.F) {
	v, err := clerkwebhook.New(clerkwebhook.Config{Secrets: []string{secretA}, Now: clock})
	if err != nil {
		f.Fatal(err)
	}
	signer, err := clerkwebhook.NewSigner(secretA)
	if err != nil {
		f.Fatal(err)
	}
	good := signer.Sign("msg_1", noon, body)
	f.Add("msg_1", good.Get("svix-timestamp"), good.Get("svix-signature"), body)
	f.Add("msg_1", "1772366400abc", "v1,AAAA v1a,AAAA", []byte("{}"))
	f.Add("", " ", "v1,", []byte(nil))
	f.Fuzz(func(t *testing.T, id, timestamp, signature string, body []byte) {
		header := http.Header{"Svix-Id": {id}, "Svix-Timestamp": {timestamp}, "Svix-Signature": {signature}}
		event, err := v.Verify(header, body)
		if err == nil {
			if event == nil || event.ID == "" || !json.Valid(body) {
				t.Errorf("got %v for %q, want an event with an id from JSON", event, body)
			}
			return
		}
		var refusal *clerkwebhook.Error
		if event != nil || !errors.As(err, &refusal) || refusal.Reason == "" {
			t.Errorf("got %v and %v, want no event and a reason", event, err)
		}
	})
}

// FuzzEvent_Decode checks that no verified body makes decoding panic, and that what decodes keeps its JSON.
func FuzzEvent_Decode(f *testing.F) {
	f.Add(body)
	for _, eventType := range clerkwebhook.EventTypes() {
		f.Add([]byte(`{"type":"` + string(eventType) + `","timestamp":1e12,"data":{"id":"x","updated_at":null,"object":[]}}`))
	}
	f.Add([]byte(`{"type":"x","data":{}, "event_attributes":{"http_request":[]}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		event, err := clerkwebhook.ParseEvent(body)
		if err != nil {
			return
		}
		if !bytes.Equal(event.RawJSON(), bytes.TrimSpace(body)) {
			t.Errorf("got %q, want the body %q", event.RawJSON(), body)
		}
		_ = event.Time()
		if data, err := event.Decode(); err == nil && data == nil && event.Data != nil {
			t.Errorf("got no data for %q", body)
		}
	})
}
