package clerkauth_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"testing"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

func TestFromContext(t *testing.T) {
	t.Parallel()
	missing := clerkauth.FromContext(t.Context())
	if missing.SignedIn() || missing.Reason() != clerkauth.ReasonMiddlewareMissing || !errors.Is(missing.Err(), clerkauth.ErrUnavailable) ||
		missing.Has(clerkauth.HasRole("admin")) || !errors.Is(missing.Require(), clerkauth.ErrUnavailable) {
		t.Errorf("got %v, want a state that fails closed", missing)
	}
	state := stateWith(t, nil)
	if got := clerkauth.FromContext(clerkauth.NewContext(t.Context(), state)); got != state {
		t.Errorf("got %v, want the state", got)
	}
	if got := clerkauth.FromContext(clerkauth.NewContext(t.Context(), nil)); got == nil || got.SignedIn() {
		t.Errorf("got %v for a nil state", got)
	}
	var larger struct{ caller clerkauth.StateContext }
	larger.caller = clerkauth.StateContext{Context: context.WithValue(t.Context(), witnessKey{}, true), State: state}
	within, cancel := context.WithCancel(&larger.caller)
	defer cancel()
	if got := clerkauth.FromContext(within); got != state || within.Value(witnessKey{}) != true {
		t.Errorf("got %v, want the state and all that the inner context has", got)
	}
}

func TestWithState(t *testing.T) {
	t.Parallel()
	type key struct{}
	original := httptest.NewRequestWithContext(context.WithValue(t.Context(), key{}, "outer"), "POST", "/users/7", nil)
	original.SetPathValue("id", "7")
	state := clerkauth.NewState(&clerkauth.SessionClaims{Subject: "user_1"})
	r := clerkauth.WithState(original, state)
	if got := clerkauth.FromContext(r.Context()); got != state {
		t.Errorf("got the state %v, want the one that was given", got)
	}
	if r.Method != "POST" || r.PathValue("id") != "7" || r.Context().Value(key{}) != "outer" {
		t.Errorf("got %s %q and %v, want what the request has", r.Method, r.PathValue("id"), r.Context().Value(key{}))
	}
	if got := clerkauth.FromContext(original.Context()); got.SignedIn() {
		t.Error("the request itself was changed")
	}
	if got := clerkauth.FromContext(clerkauth.WithState(r, nil).Context()); got.SignedIn() {
		t.Errorf("got %v, want no state to hide the one of the request", got)
	}
}
