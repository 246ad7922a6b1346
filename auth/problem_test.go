package clerkauth_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

func TestRequest_Answer(t *testing.T) {
	t.Parallel()
	const asked = "application/problem+json"
	stale := stateWith(t, fields{"fva": []int{99, -1}})
	forbidden := stale.Require(clerkauth.HasPermission("invoices:delete"))
	const plain = `{"error":"forbidden","reason":"missing-permission","missing":{"type":"permission","name":"org:invoices:delete"}}`
	const full = `{"title":"Forbidden","status":403,"detail":"The identity lacks what this request needs.","error":"forbidden","reason":"missing-permission","missing":{"type":"permission","name":"org:invoices:delete"}}`
	tests := []struct {
		name   string
		accept []string
		err    error
		status int
		want   string
	}{
		{"not asked for", nil, forbidden, 403, plain},
		{"any type is not a request for it", []string{"*/*, application/*"}, forbidden, 403, plain},
		{"asked for", []string{asked}, forbidden, 403, full},
		{"asked for among others", []string{"text/html, application/json;q=0.5, Application/Problem+JSON ; q=0.4"}, forbidden, 403, full},
		{"asked for in a second line", []string{"text/html", asked}, forbidden, 403, full},
		{"refused", []string{asked + ";q=0"}, forbidden, 403, plain},
		{"with a weight that is none", []string{asked + ";q=x"}, forbidden, 403, plain},
		{"malformed", []string{asked + ";;q"}, forbidden, 403, plain},
		{
			"a step-up, as ClerkJS understands it, too", []string{asked}, stale.Require(clerkauth.Reverified(clerkauth.Strict())), 403,
			`{"title":"Forbidden","status":403,"detail":"The identity lacks what this request needs.","error":"forbidden","reason":"reverification-error","missing":{"type":"reverification"},` +
				`"clerk_error":{"metadata":{"reverification":"strict"},"reason":"reverification-error","type":"forbidden"}}`,
		},
		{
			"a visitor without a credential", []string{asked}, clerkauth.NewState(nil).Require(), 401,
			`{"title":"Unauthorized","status":401,"detail":"The request needs a credential.","error":"unauthenticated","reason":"session-token-and-uat-missing"}`,
		},
		{
			"our trouble", []string{asked}, clerkauth.FromContext(t.Context()).Require(), 503,
			`{"title":"Service Unavailable","status":503,"detail":"The request could not be authenticated for reasons that are not the caller's.","error":"unavailable","reason":"middleware-missing"}`,
		},
		{
			"another error is not shown", []string{asked}, errors.New("secret"), 503,
			`{"title":"Service Unavailable","status":503,"detail":"The request could not be authenticated for reasons that are not the caller's.","error":"unavailable","reason":"unexpected-error"}`,
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			req := clerkauth.Request{Header: http.Header{"Accept": test.accept}.Values}
			got := req.Answer(test.err)
			if got.Status != test.status || string(got.Body) != test.want {
				t.Errorf("got %d %s, want %d %s", got.Status, got.Body, test.status, test.want)
			}
			if want := map[bool]string{true: asked, false: "application/json"}[json.Valid(got.Body) && got.Body[2] == 't']; got.ContentType != want {
				t.Errorf("got the type %s, want %s", got.ContentType, want)
			}
			if plain := clerkauth.AnswerTo(test.err); len(plain.Header) != len(got.Header) {
				t.Errorf("got headers %v, want those of the plain answer %v", got.Header, plain.Header)
			}
		})
	}
	if got := (clerkauth.Request{}).Answer(forbidden); string(got.Body) != plain {
		t.Errorf("got %s for a request without headers, want %s", got.Body, plain)
	}
}

func FuzzRequest_Answer(f *testing.F) {
	f.Add("application/problem+json;q=0.3, */*")
	f.Add("application/problem+json;q=\"")
	f.Fuzz(func(t *testing.T, accept string) {
		req := clerkauth.Request{Header: func(string) []string { return []string{accept} }}
		got := req.Answer(clerkauth.NewState(nil).Require())
		if got.Status != 401 || !json.Valid(got.Body) {
			t.Errorf("got %d %s", got.Status, got.Body)
		}
	})
}

func TestRequireAuth_AnswersProblems(t *testing.T) {
	t.Parallel()
	handler := clerkauth.Middleware(local(t, newClock().now, nil))(clerkauth.RequireAuth()(http.NotFoundHandler()))
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	r.Header.Set("Accept", "application/problem+json")
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	if got := w.Header().Get("Content-Type"); w.Code != 401 || got != "application/problem+json" {
		t.Errorf("got %d with the type %s, want 401 with application/problem+json", w.Code, got)
	}
}
