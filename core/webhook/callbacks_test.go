package clerkwebhook_test

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	clerk "github.com/clerkgo/clerk-go/core"
	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
)

// TestCallbacks_OneForEachType fills in every callback and checks that an event reaches the one that is named like it.
func TestCallbacks_OneForEachType(t *testing.T) {
	t.Parallel()
	var called []string
	var callbacks clerkwebhook.Callbacks
	fields := reflect.ValueOf(&callbacks).Elem()
	for i := range fields.NumField() {
		name := fields.Type().Field(i).Name
		fields.Field(i).Set(reflect.MakeFunc(fields.Field(i).Type(), func(args []reflect.Value) []reflect.Value {
			called = append(called, name)
			if args[1].IsNil() || len(args) == 3 && args[2].IsNil() {
				t.Errorf("%s: got nil, want the event and its data", name)
			}
			return []reflect.Value{reflect.Zero(reflect.TypeFor[error]())}
		}))
	}
	if got, want := fields.NumField(), len(clerkwebhook.EventTypes())+1; got != want {
		t.Errorf("got %d callbacks, want one for each type and Other: %d", got, want)
	}
	h := newHandler(t, callbacks)
	for _, eventType := range append(clerkwebhook.EventTypes(), "planet.discovered") {
		called = nil
		answer := send(t, h, &clerkwebhook.Event{ID: "msg_" + string(eventType), Type: eventType, Data: []byte(`{"id":"x"}`)})
		if answer.StatusCode != http.StatusNoContent {
			t.Errorf("%s: got %d and %v, want 204", eventType, answer.StatusCode, answer.Err)
		}
		want := strings.ToLower(strings.ReplaceAll(string(eventType), ".", ""))
		if !eventType.IsKnown() {
			want = "other"
		}
		if len(called) != 1 || strings.ToLower(called[0]) != want {
			t.Errorf("%s: got calls of %v, want one of %s", eventType, called, want)
		}
	}
}

// TestCallbacks_FallThrough leaves all callbacks but Other out.
func TestCallbacks_FallThrough(t *testing.T) {
	t.Parallel()
	var got []clerkwebhook.EventType
	h := newHandler(t, clerkwebhook.Callbacks{Other: func(_ context.Context, event *clerkwebhook.Event) error {
		got = append(got, event.Type)
		return nil
	}})
	want := clerkwebhook.EventTypes()
	for _, eventType := range want {
		send(t, h, &clerkwebhook.Event{ID: "msg_" + string(eventType), Type: eventType, Data: []byte(`null`)})
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want every type, in the order of the deliveries", got)
	}
}

// TestCallbacks_Dispatch hands events to the callbacks without a Handler.
func TestCallbacks_Dispatch(t *testing.T) {
	t.Parallel()
	var got []string
	callbacks := clerkwebhook.Callbacks{
		UserCreated: func(_ context.Context, event *clerkwebhook.Event, user *clerk.User) error {
			got = append(got, string(event.Type)+" "+user.ID)
			return errTrouble
		},
		Other: func(_ context.Context, event *clerkwebhook.Event) error {
			got = append(got, "other "+string(event.Type))
			return nil
		},
	}
	created := &clerkwebhook.Event{Type: clerkwebhook.EventUserCreated, Data: []byte(`{"id":"user_1"}`)}
	if err := callbacks.Dispatch(t.Context(), created); !errors.Is(err, errTrouble) {
		t.Errorf("got %v, want the error of the callback", err)
	}
	if err := callbacks.Dispatch(t.Context(), &clerkwebhook.Event{Type: "planet.discovered"}); err != nil {
		t.Errorf("got %v, want none", err)
	}
	if want := []string{"user.created user_1", "other planet.discovered"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if err := callbacks.Dispatch(t.Context(), nil); !errors.Is(err, clerkwebhook.ErrMalformed) {
		t.Errorf("got %v, want ErrMalformed without an event", err)
	}
}

// TestCallbacks_OnChange tells whom each event is about, and calls what was there before.
func TestCallbacks_OnChange(t *testing.T) {
	t.Parallel()
	var got []string
	callbacks := clerkwebhook.Callbacks{
		UserUpdated: func(context.Context, *clerkwebhook.Event, *clerk.User) error {
			got = append(got, "callback")
			return errTrouble
		},
		Other: func(context.Context, *clerkwebhook.Event) error { got = append(got, "other"); return nil },
	}.OnChange(func(userID, organizationID string) { got = append(got, userID+"/"+organizationID) })
	member := `{"organization":{"id":"org_1"},"public_user_data":{"user_id":"user_1"}}`
	for _, test := range []struct {
		eventType clerkwebhook.EventType
		data      string
		want      []string
	}{
		{clerkwebhook.EventUserCreated, `{"id":"user_1"}`, []string{"user_1/", "other"}},
		{clerkwebhook.EventUserUpdated, `{"id":"user_1"}`, []string{"user_1/", "callback"}},
		{clerkwebhook.EventUserDeleted, `{"id":"user_1","deleted":true}`, []string{"user_1/", "other"}},
		{clerkwebhook.EventOrganizationCreated, `{"id":"org_1"}`, []string{"/org_1", "other"}},
		{clerkwebhook.EventOrganizationUpdated, `{"id":"org_1"}`, []string{"/org_1", "other"}},
		{clerkwebhook.EventOrganizationDeleted, `{"id":"org_1","deleted":true}`, []string{"/org_1", "other"}},
		{clerkwebhook.EventOrganizationMembershipCreated, member, []string{"user_1/org_1", "other"}},
		{clerkwebhook.EventOrganizationMembershipUpdated, member, []string{"user_1/org_1", "other"}},
		{clerkwebhook.EventOrganizationMembershipDeleted, `{"organization":{"id":"org_1"}}`, []string{"/org_1", "other"}},
		{clerkwebhook.EventSessionCreated, `{"id":"sess_1"}`, []string{"other"}},
	} {
		got = nil
		err := callbacks.Dispatch(t.Context(), &clerkwebhook.Event{Type: test.eventType, Data: []byte(test.data)})
		if failed := errors.Is(err, errTrouble); failed != slices.Contains(test.want, "callback") || err != nil && !failed {
			t.Errorf("%s: got error %v", test.eventType, err)
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: got %q, want %q", test.eventType, got, test.want)
		}
	}
}
