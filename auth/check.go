package clerkauth

import (
	"errors"
	"slices"
	"strings"
)

// Check is a requirement on an identity, for [RequestState.Require], [RequestState.Has] and the guards of all adapters.
// The zero Check, and one built from an empty argument, denies.
type Check struct {
	kind   checkKind
	value  string
	values []string
	step   Reverification
	checks []Check
	passes func(*RequestState) bool // of a check of the application's own
}

type checkKind uint8

const (
	checkInvalid checkKind = iota
	checkPermission
	checkRole
	checkScope
	checkFeature
	checkPlan
	checkReverified
	checkInOrg
	checkNotImpersonated
	checkNotAgent
	checkOnlyAgents
	checkNotDelegated
	checkThroughClient
	checkFunc
	checkClaim
	checkAnyOf
	checkAllOf
)

// HasPermission demands a permission in the active organization, such as org:invoices:create; the prefix org: may be
// left out.
func HasPermission(permission string) Check { return Check{kind: checkPermission, value: permission} }

// HasRole demands a role in the active organization, such as org:admin; the prefix org: may be left out.
func HasRole(role string) Check { return Check{kind: checkRole, value: role} }

// HasScope demands a scope of a machine credential. Sessions have no scopes.
func HasScope(scope string) Check { return Check{kind: checkScope, value: scope} }

// HasFeature demands a feature of the user's or the organization's plan; the prefixes user: and org: narrow it.
func HasFeature(feature string) Check { return Check{kind: checkFeature, value: feature} }

// HasPlan demands a plan of the user or the organization; the prefixes user: and org: narrow it.
func HasPlan(plan string) Check { return Check{kind: checkPlan, value: plan} }

// Reverified demands that the user verified factors recently; see [StrictMFA], [Strict], [Moderate] and [Lax].
func Reverified(step Reverification) Check { return Check{kind: checkReverified, step: step} }

// InOrg demands that the organization with this id is active, that the API key belongs to it, or that the user chose it
// for the OAuth client. The last is consent to read the membership and says nothing about the role.
func InOrg(id string) Check { return Check{kind: checkInOrg, value: id} }

// NotImpersonated demands that nobody acts in the name of the user. It passes only for sessions.
func NotImpersonated() Check { return Check{kind: checkNotImpersonated} }

// AnyOf demands that one of the checks passes; without checks it denies.
func AnyOf(checks ...Check) Check { return Check{kind: checkAnyOf, checks: slices.Clone(checks)} }

// AllOf demands that all checks pass; without checks it denies.
func AllOf(checks ...Check) Check { return Check{kind: checkAllOf, checks: slices.Clone(checks)} }

// Has reports whether the identity passes every check. Without checks it is false.
func (s *RequestState) Has(checks ...Check) bool {
	if len(checks) == 0 {
		return false
	}
	return s.require(checks) == nil
}

// Require returns nil if the request is signed in and passes every check, and otherwise an [*Error] that unwraps to
// [ErrUnauthenticated], [ErrForbidden] or [ErrUnavailable]. Without checks being signed in is enough.
func (s *RequestState) Require(checks ...Check) error {
	err := s.require(checks)
	if err == nil {
		return nil // What follows is allocated.
	}
	var refusal *Error
	if errors.As(err, &refusal) {
		s.current().observeRefusal(refusal)
	}
	return err
}

// require is Require without an observer.
func (s *RequestState) require(checks []Check) error {
	c := s.current()
	if c.status != StatusSignedIn {
		return s.refusing(c.refusal(), checks)
	}
	for i := range checks {
		if err := c.check(&checks[i]); err != nil {
			return s.refusing(err, checks)
		}
	}
	return nil
}

// refusal is why a state is not signed in.
func (s *RequestState) refusal() *Error {
	if s.err != nil {
		return s.err
	}
	refusal := refuse(s.reason, "")
	refusal.anonymous = s.reason != ReasonSessionPending
	return refusal
}

// check evaluates one check on a signed-in state. A refusal says what is missing.
func (s *RequestState) check(c *Check) *Error {
	err := s.evaluate(c)
	if err != nil && err.missing == nil {
		err.missing = c.requirement()
	}
	return err
}

func (s *RequestState) evaluate(c *Check) *Error {
	switch c.kind {
	case checkAllOf:
		return s.checkAll(c.checks)
	case checkAnyOf:
		return s.checkAny(c.checks)
	case checkScope:
		if c.value != "" && s.machine != nil && slices.Contains(s.machine.scopes, c.value) {
			return nil
		}
		return refuse(ReasonMissingScope, "")
	case checkFunc, checkClaim:
		return s.checkOwn(c)
	case checkNotAgent, checkOnlyAgents, checkNotDelegated, checkThroughClient:
		return s.checkDelegation(c)
	case checkInOrg:
		if c.value != "" && s.OrgID() == c.value {
			return nil
		}
		return refuse(ReasonWrongOrganization, "")
	case checkReverified:
		if s.claims != nil && s.claims.Subject != "" && c.step.satisfied(s.claims.FactorAge) {
			return nil
		}
		step := c.step
		return &Error{Reason: ReasonReverification, reverification: &step}
	}
	return s.checkSession(c)
}

// checkSession evaluates the checks that only a session with a user can pass.
func (s *RequestState) checkSession(c *Check) *Error {
	claims := s.claims
	if claims == nil || claims.Subject == "" {
		claims = empty
	}
	passed, reason := false, ReasonRequirementInvalid
	switch c.kind {
	case checkRole:
		reason = ReasonMissingRole
		passed = claims.OrgID != "" && c.value != "" && claims.OrgRole != "" && orgName(c.value) == orgName(claims.OrgRole)
	case checkPermission:
		reason = ReasonMissingPermission
		passed = claims.OrgID != "" && c.value != "" && claims.hasPermission(orgName(c.value))
	case checkFeature:
		reason = ReasonMissingFeature
		passed = scopedContains(claims.features, c.value)
	case checkPlan:
		reason = ReasonMissingPlan
		passed = scopedContains(claims.plans, c.value)
	case checkNotImpersonated:
		reason = ReasonImpersonated
		passed = claims.Subject != "" && claims.Actor == nil && !claims.bad.has(claimActor)
	}
	if passed {
		return nil
	}
	return refuse(reason, "")
}

func (s *RequestState) checkAll(checks []Check) *Error {
	if len(checks) == 0 {
		return refuse(ReasonRequirementInvalid, "")
	}
	for i := range checks {
		if err := s.check(&checks[i]); err != nil {
			return err
		}
	}
	return nil
}

// checkAny reports the first failure, or a step-up if one would help, and what each way lacks.
func (s *RequestState) checkAny(checks []Check) *Error {
	if len(checks) == 0 {
		return refuse(ReasonRequirementInvalid, "")
	}
	var failure *Error
	var ways []Requirement
	for i := range checks {
		err := s.check(&checks[i])
		if err == nil {
			return nil
		}
		if err.missing != nil {
			ways = append(ways, *err.missing)
		}
		if failure == nil || (failure.reverification == nil && err.reverification != nil) {
			failure = err
		}
	}
	if len(ways) > 1 {
		failure.missing = &Requirement{Type: "any_of", AnyOf: ways}
	}
	return failure
}

// orgName gives a role or permission exactly one prefix org:.
func orgName(name string) string {
	bare := name
	for strings.HasPrefix(bare, "org:") {
		bare = bare[len("org:"):]
	}
	if len(name) == len("org:")+len(bare) {
		return name
	}
	return "org:" + bare
}
