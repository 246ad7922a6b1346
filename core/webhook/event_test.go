package clerkwebhook_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	clerk "github.com/clerkgo/clerk-go/core"
	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
)

func parse(t *testing.T, text string) *clerkwebhook.Event {
	t.Helper()
	event, err := clerkwebhook.ParseEvent([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return event
}

func TestParseEvent_KeepsEveryField(t *testing.T) {
	t.Parallel()
	text := `{"object":"event","type":"user.created","timestamp":1716883200000,"instance_id":"ins_1",` +
		`"event_attributes":{"http_request":{"client_ip":"203.0.113.9","user_agent":"UA"}},"data":{"id":"user_1"}}`
	event := parse(t, text)
	if got := event.Attributes.HTTPRequest; got.ClientIP != "203.0.113.9" || got.UserAgent != "UA" {
		t.Errorf("got %+v, want the attributes", got)
	}
	encoded, err := json.Marshal(event)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := decodeAny(t, encoded), decodeAny(t, []byte(text)); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %s, want %s", encoded, text)
	}
	for _, text := range []string{`{"type":"a","event_attributes":null}`, `{"type":"a","event_attributes":{"http_request":null}}`} {
		if event := parse(t, text); event.Attributes != nil && event.Attributes.HTTPRequest != nil {
			t.Errorf("%s: got attributes, want none", text)
		}
	}
}

func decodeAny(t *testing.T, data []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestEvent_Time(t *testing.T) {
	t.Parallel()
	want := time.Date(2024, 5, 28, 8, 0, 0, 0, time.UTC)
	for _, text := range []string{"1716883200", "1716883200000", "1.7168832e9", "1716883200000.0", `"1716883200"`} {
		if got := parse(t, `{"type":"a","timestamp":`+text+`}`).Time(); !got.Equal(want) {
			t.Errorf("%s: got %v, want %v", text, got, want)
		}
	}
	for _, text := range []string{"null", "0", "1e300"} {
		if got := parse(t, `{"type":"a","timestamp":`+text+`}`).Time(); !got.IsZero() {
			t.Errorf("%s: got %v, want the zero time", text, got)
		}
	}
}

func TestDataAs(t *testing.T) {
	t.Parallel()
	event := parse(t, `{"type":"user.created","data":{"id":"user_1","something_new":[1]}}`)
	user, err := clerkwebhook.DataAs[clerk.User](event)
	if err != nil || user.ID != "user_1" {
		t.Errorf("got %v and %v, want user_1", user, err)
	}
	own, err := clerkwebhook.DataAs[struct {
		New []int `json:"something_new"`
	}](event)
	if err != nil || len(own.New) != 1 {
		t.Errorf("got %v and %v, want a type of one's own to decode", own, err)
	}
	if _, err = clerkwebhook.DataAs[clerk.Organization](event); reasonOf(err) != clerkwebhook.ReasonInvalidData {
		t.Errorf("got %v, want the type of another event to be refused", err)
	}
	var refusal *clerkwebhook.Error
	if !errors.As(err, &refusal) || refusal.Type != clerkwebhook.EventUserCreated {
		t.Errorf("got %v, want the type of the event in the error", err)
	}
	if _, err = clerkwebhook.DataAs[clerk.User](nil); reasonOf(err) != clerkwebhook.ReasonInvalidData {
		t.Errorf("got %v, want no event to be an error", err)
	}
	if !strings.Contains(string(event.Data), "something_new") {
		t.Errorf("got %s, want unknown fields in Data", event.Data)
	}
}

func TestEvent_Decode(t *testing.T) {
	t.Parallel()
	data, err := parse(t, `{"type":"organization.updated","data":{"id":"org_1"}}`).Decode()
	if org, ok := data.(*clerk.Organization); err != nil || !ok || org.ID != "org_1" {
		t.Errorf("got %T and %v, want the organization", data, err)
	}
	data, err = parse(t, `{"type":"planet.discovered","data":{"id":"planet_1"}}`).Decode()
	if raw, ok := data.(json.RawMessage); err != nil || !ok || string(raw) != `{"id":"planet_1"}` {
		t.Errorf("got %T and %v, want the data of an unknown type as it came", data, err)
	}
	if clerkwebhook.EventType("planet.discovered").IsKnown() || !clerkwebhook.EventUserCreated.IsKnown() {
		t.Error("got the wrong answer of IsKnown, want false for an unknown type and true for user.created")
	}
}

func TestEventTypes(t *testing.T) {
	t.Parallel()
	types := clerkwebhook.EventTypes()
	if len(types) != 45 {
		t.Errorf("got %d types, want 45", len(types))
	}
	for _, eventType := range types {
		event := parse(t, `{"type":"`+string(eventType)+`","data":{"id":"x_1"}}`)
		if _, err := event.Decode(); err != nil {
			t.Errorf("%s: got %v, want the smallest data to decode", eventType, err)
		}
	}
}

func TestEvent_PrintsNoData(t *testing.T) {
	t.Parallel()
	event := parse(t, `{"type":"user.created","event_attributes":{"http_request":{"client_ip":"203.0.113.9"}},"data":{"id":"user_1"}}`)
	var logged strings.Builder
	slog.New(slog.NewJSONHandler(&logged, nil)).Info("event", "event", event)
	text := logged.String() + fmt.Sprintf("%v %+v %#v %s", event, event, event, event)
	if !strings.Contains(text, "user.created") || strings.Contains(text, "user_1") || strings.Contains(text, "203.0.113.9") {
		t.Errorf("got %s, want the type and nothing of the data", text)
	}
	var none *clerkwebhook.Event
	if got := fmt.Sprint(none); got != "clerkwebhook.Event(nil)" {
		t.Errorf("got %q for a nil event", got)
	}
}
