package clerkauth_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/auth/clerkauthtest"
	"github.com/clerkgo/clerk-go/clerktest"
)

func TestProcedureRules_Lookup(t *testing.T) {
	t.Parallel()
	rules := clerkauth.ProcedureRules{
		"acme.v1.Invoices":      clerkauth.GuardProcedure(),
		"/acme.v1.Invoices/Get": clerkauth.OpenProcedure(),
	}
	if rule, ok := rules.Procedure("/acme.v1.Invoices/Get"); !ok || !rule.IsOpen() {
		t.Error("a procedure's own rule is not found")
	}
	if rule, ok := rules.Service("/acme.v1.Invoices/List"); !ok || rule.IsOpen() {
		t.Error("the rule of the service is not found")
	}
	for _, name := range []string{"/acme.v1.Invoices/List", "acme.v1.Invoices", ""} {
		if _, ok := rules.Procedure(name); ok {
			t.Errorf("%q has a rule of its own", name)
		}
	}
	for _, name := range []string{"/acme.v1.Other/List", "acme.v1.Invoices", "/", ""} {
		if _, ok := rules.Service(name); ok {
			t.Errorf("%q has the rule of a service", name)
		}
	}
}

func TestProcedureRules_Validate(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"", "/", "//", "/acme.v1.Invoices", "acme.v1.Invoices/", "acme.v1.Invoices/Get", "/a/b/c", "/a/"} {
		if err := (clerkauth.ProcedureRules{key: {}}).Validate(); err == nil {
			t.Errorf("%q: got no error", key)
		}
	}
	if err := (clerkauth.ProcedureRules{"acme.v1.Invoices": {}, "/acme.v1.Invoices/Get": {}}).Validate(); err != nil {
		t.Error(err)
	}
}

func TestProcedureRule_Require(t *testing.T) {
	t.Parallel()
	if err := clerkauth.OpenProcedure().Require(nil); err != nil {
		t.Errorf("got %v from an open procedure", err)
	}
	var zero clerkauth.ProcedureRule
	if err := zero.Require(nil); !errors.Is(err, clerkauth.ErrUnauthenticated) && !errors.Is(err, clerkauth.ErrUnavailable) {
		t.Errorf("got %v from the zero rule without a caller, want a refusal", err)
	}
	signedIn := clerkauth.NewState(&clerkauth.SessionClaims{Subject: "user_1"})
	if err := zero.Require(signedIn); err != nil {
		t.Errorf("got %v from the zero rule for somebody who is signed in", err)
	}
	if err := clerkauth.GuardProcedure(clerkauth.HasPermission("org:a:b")).Require(signedIn); !errors.Is(err, clerkauth.ErrForbidden) {
		t.Errorf("got %v without the permission, want forbidden", err)
	}
}

func TestProcedureGuard_RuleOrder(t *testing.T) {
	t.Parallel()
	open := func() (clerkauth.ProcedureRule, bool) { return clerkauth.OpenProcedure(), true }
	none := func() (clerkauth.ProcedureRule, bool) { return clerkauth.OpenProcedure(), false }
	clock := newClock()
	rules := clerkauth.ProcedureRules{
		"acme.v1.Invoices":         clerkauth.OpenProcedure(),
		"/acme.v1.Invoices/Delete": clerkauth.GuardProcedure(),
		"acme.v1.Closed":           clerkauth.GuardProcedure(),
	}
	guard, err := clerkauth.NewProcedureGuard(local(t, clock.now, nil), rules)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		procedure string
		schema    clerkauth.SchemaRule
		open      bool
	}{
		{"/acme.v1.Invoices/Delete", open, false},
		{"/acme.v1.Invoices/Get", nil, true},
		{"/acme.v1.Closed/Get", open, true},
		{"/acme.v1.Closed/Get", none, false},
		{"/acme.v1.Other/Get", nil, false},
	} {
		if got := guard.Rule(c.procedure, c.schema).IsOpen(); got != c.open {
			t.Errorf("%s: got open %t, want %t", c.procedure, got, c.open)
		}
	}
	if _, err := clerkauth.NewProcedureGuard(nil, rules); err == nil {
		t.Error("got no error without an authenticator")
	}
}

func TestProcedureGuard_EndsStreamsByTheMachinesClock(t *testing.T) {
	t.Parallel()
	srv, authn := clerkauthtest.New(t)
	srv.Clock().Advance(time.Hour)
	token := srv.SignedInUser(clerktest.TokenTTL(time.Minute)).Token
	guard, err := clerkauth.NewProcedureGuard(authn, nil)
	if err != nil {
		t.Fatal(err)
	}
	req := clerkauth.Request{Path: "/acme.v1.Invoices/Watch", Header: http.Header{"Authorization": {"Bearer " + token}}.Values}
	_, end, err := guard.Admit(t.Context(), req, nil)
	if left := time.Until(end); err != nil || left <= 0 || left > time.Minute {
		t.Errorf("got an end in %v and the error %v, want one within the minute of the token", left, err)
	}
}

func TestProcedureAnswerTo(t *testing.T) {
	t.Parallel()
	for reason, want := range map[clerkauth.Reason]struct {
		code    uint32
		message string
	}{
		clerkauth.ReasonTokenExpired:      {16, "unauthenticated: token-expired"},
		clerkauth.ReasonMissingPermission: {7, "forbidden: missing-permission"},
		clerkauth.ReasonUnknownInstance:   {5, "not_found: unknown-instance"},
		clerkauth.ReasonMiddlewareMissing: {14, "unavailable: middleware-missing"},
	} {
		got := clerkauth.ProcedureAnswerTo(&clerkauth.Error{Reason: reason})
		if got.Code != want.code || got.Message != want.message || got.Reason != reason {
			t.Errorf("%s: got %+v, want %+v", reason, got, want)
		}
	}
	if got := clerkauth.ProcedureAnswerTo(errors.New("secret")); got.Code != 14 || got.Message != "unavailable: unexpected-error" {
		t.Errorf("got %+v for an error of somebody else, want that nothing of it is shown", got)
	}
}
