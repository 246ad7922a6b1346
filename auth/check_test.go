package clerkauth_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"testing"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

func stateWith(t testing.TB, extra fields) *clerkauth.RequestState {
	t.Helper()
	return clerkauth.NewState(parse(t, claims(newClock().now(), extra)))
}

func TestRequestState_Require(t *testing.T) {
	t.Parallel()
	none := fields{"o": nil, "act": nil}
	tests := []struct {
		name  string
		extra fields
		check clerkauth.Check
		want  clerkauth.Reason // empty: passes
	}{
		{"role", nil, clerkauth.HasRole("org:admin"), ""},
		{"role without prefix", nil, clerkauth.HasRole("admin"), ""},
		{"role with too many prefixes", nil, clerkauth.HasRole("org:org:admin"), ""},
		{"another role", nil, clerkauth.HasRole("org:member"), clerkauth.ReasonMissingRole},
		{"empty role", nil, clerkauth.HasRole(""), clerkauth.ReasonMissingRole},
		{"role without organization", none, clerkauth.HasRole("org:admin"), clerkauth.ReasonMissingRole},
		{"permission", nil, clerkauth.HasPermission("org:reports:manage"), ""},
		{"permission without prefix", nil, clerkauth.HasPermission("reports:manage"), ""},
		{"another permission", nil, clerkauth.HasPermission("org:reports:delete"), clerkauth.ReasonMissingPermission},
		{"empty permission", nil, clerkauth.HasPermission(""), clerkauth.ReasonMissingPermission},
		{"permission without organization", none, clerkauth.HasPermission("org:reports:manage"), clerkauth.ReasonMissingPermission},
		{"feature of the organization", nil, clerkauth.HasFeature("org:reports"), ""},
		{"feature of the user", nil, clerkauth.HasFeature("user:themes"), ""},
		{"feature of either", nil, clerkauth.HasFeature("themes"), ""},
		{"feature of the wrong scope", nil, clerkauth.HasFeature("user:reports"), clerkauth.ReasonMissingFeature},
		{"feature with an unknown scope", nil, clerkauth.HasFeature("team:reports"), clerkauth.ReasonMissingFeature},
		{"empty feature", nil, clerkauth.HasFeature(""), clerkauth.ReasonMissingFeature},
		{"empty name in a scope", fields{"fea": "o:,u:x"}, clerkauth.HasFeature("org:"), clerkauth.ReasonMissingFeature},
		{"malformed features", fields{"fea": "o:reports,broken"}, clerkauth.HasFeature("reports"), clerkauth.ReasonMissingFeature},
		{"plan", nil, clerkauth.HasPlan("org:pro"), ""},
		{"another plan", nil, clerkauth.HasPlan("org:free"), clerkauth.ReasonMissingPlan},
		{"organization", nil, clerkauth.InOrg("org_1"), ""},
		{"another organization", nil, clerkauth.InOrg("org_2"), clerkauth.ReasonWrongOrganization},
		{"no organization is not the empty one", none, clerkauth.InOrg(""), clerkauth.ReasonWrongOrganization},
		{"scope of a session", nil, clerkauth.HasScope("read"), clerkauth.ReasonMissingScope},
		{"not impersonated", nil, clerkauth.NotImpersonated(), ""},
		{"impersonated", fields{"act": fields{"sub": "user_2"}}, clerkauth.NotImpersonated(), clerkauth.ReasonImpersonated},
		{"impersonated in an odd way", fields{"act": "user_2"}, clerkauth.NotImpersonated(), clerkauth.ReasonImpersonated},
		{"zero check", nil, clerkauth.Check{}, clerkauth.ReasonRequirementInvalid},
		{"any of nothing", nil, clerkauth.AnyOf(), clerkauth.ReasonRequirementInvalid},
		{"all of nothing", nil, clerkauth.AllOf(), clerkauth.ReasonRequirementInvalid},
		{"any of one", nil, clerkauth.AnyOf(clerkauth.HasRole("x"), clerkauth.HasRole("admin")), ""},
		{"any of none", nil, clerkauth.AnyOf(clerkauth.HasRole("x"), clerkauth.HasPlan("x")), clerkauth.ReasonMissingRole},
		{"any that a step-up would help", nil, clerkauth.AnyOf(clerkauth.HasRole("x"), clerkauth.Reverified(clerkauth.Strict())), ""},
		{"any that only a step-up would help", fields{"fva": []int{99, -1}}, clerkauth.AnyOf(clerkauth.HasRole("x"), clerkauth.Reverified(clerkauth.Strict())), clerkauth.ReasonReverification},
		{"all of two", nil, clerkauth.AllOf(clerkauth.HasRole("admin"), clerkauth.HasPlan("pro")), ""},
		{"all but one", nil, clerkauth.AllOf(clerkauth.HasRole("admin"), clerkauth.HasPlan("x")), clerkauth.ReasonMissingPlan},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			state := stateWith(t, test.extra)
			err := state.Require(test.check)
			if got := state.Has(test.check); got != (test.want == "") {
				t.Errorf("got Has %v, want %v", got, test.want == "")
			}
			if test.want == "" {
				if err != nil {
					t.Errorf("got %v, want no error", err)
				}
				return
			}
			var refusal *clerkauth.Error
			if !errors.As(err, &refusal) || refusal.Reason != test.want || !errors.Is(err, clerkauth.ErrForbidden) || refusal.StatusCode() != http.StatusForbidden {
				t.Errorf("got %v, want %q as ErrForbidden", err, test.want)
			}
		})
	}
}

func TestRequestState_Has_withoutChecks(t *testing.T) {
	t.Parallel()
	state := stateWith(t, nil)
	if state.Has() {
		t.Error("got true for no checks")
	}
	if err := state.Require(); err != nil {
		t.Errorf("got %v, want being signed in to be enough", err)
	}
}

func TestReverified(t *testing.T) {
	t.Parallel()
	custom := func(level clerkauth.FactorLevel, minutes float64) clerkauth.Reverification {
		return clerkauth.Reverification{Level: level, AfterMinutes: minutes}
	}
	tests := []struct {
		name string
		fva  any
		step clerkauth.Reverification
		want bool
	}{
		{"fresh second factor", []int{99, 5}, clerkauth.Strict(), true},
		{"stale second factor", []int{5, 99}, clerkauth.Strict(), false},
		{"the limit itself is stale", []int{10, -1}, clerkauth.Strict(), false},
		{"no second factor", []int{9, -1}, clerkauth.Strict(), true},
		{"all factors", []int{9, 9}, clerkauth.StrictMFA(), true},
		{"one factor is stale", []int{10, 9}, clerkauth.StrictMFA(), false},
		{"an hour", []int{59, -1}, clerkauth.Moderate(), true},
		{"a day", []int{1440, -1}, clerkauth.Lax(), false},
		{"first factor", []int{4, 99}, custom(clerkauth.FirstFactor, 5), true},
		{"no factor at all", []int{-1, -1}, clerkauth.Lax(), false},
		{"negative age", []any{-2, 1}, clerkauth.Lax(), false},
		{"one age", []int{1}, clerkauth.Lax(), false},
		{"three ages", []int{1, 1, 1}, clerkauth.Lax(), false},
		{"text", []any{"1", "1"}, clerkauth.Lax(), false},
		{"missing", nil, clerkauth.Lax(), false},
		{"no limit", []int{0, 0}, custom(clerkauth.FirstFactor, 0), false},
		{"unknown level", []int{0, 0}, custom("third_factor", 5), false},
		{"zero", []int{0, 0}, clerkauth.Reverification{}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := stateWith(t, fields{"fva": test.fva}).Has(clerkauth.Reverified(test.step)); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestError_Body(t *testing.T) {
	t.Parallel()
	stale := stateWith(t, fields{"fva": []int{99, -1}})
	tests := []struct {
		name   string
		err    error
		status int
		want   string
	}{
		{
			"step-up by preset", stale.Require(clerkauth.Reverified(clerkauth.StrictMFA())), 403,
			`{"clerk_error":{"metadata":{"reverification":"strict_mfa"},"reason":"reverification-error","type":"forbidden"}}`,
		},
		{
			"step-up by level", stale.Require(clerkauth.Reverified(clerkauth.Reverification{Level: clerkauth.FirstFactor, AfterMinutes: 5})), 403,
			`{"clerk_error":{"metadata":{"reverification":{"level":"first_factor","afterMinutes":5}},"reason":"reverification-error","type":"forbidden"}}`,
		},
		{"forbidden", stale.Require(clerkauth.HasRole("x")), 403, `{"error":"forbidden","reason":"missing-role","missing":{"type":"role","name":"org:x"}}`},
		{"unauthenticated", clerkauth.NewState(nil).Require(), 401, `{"error":"unauthenticated","reason":"session-token-and-uat-missing"}`},
		{"unavailable", clerkauth.FromContext(t.Context()).Require(), 503, `{"error":"unavailable","reason":"middleware-missing"}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var refusal *clerkauth.Error
			if !errors.As(test.err, &refusal) {
				t.Fatalf("got %v, want a *clerkauth.Error", test.err)
			}
			if got := string(refusal.Body()); got != test.want || !json.Valid([]byte(got)) {
				t.Errorf("got %s, want %s", got, test.want)
			}
			if got := refusal.StatusCode(); got != test.status {
				t.Errorf("got status %d, want %d", got, test.status)
			}
		})
	}
}
