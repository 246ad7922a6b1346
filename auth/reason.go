package clerkauth

import "net/http"

// Reason says why a request is not signed in or lacks something. The strings are Clerk's where Clerk has one.
type Reason string

// Reasons of token verification.
const (
	ReasonTokenExpired                  Reason = "token-expired"
	ReasonTokenInvalid                  Reason = "token-invalid"
	ReasonTokenInvalidAlgorithm         Reason = "token-invalid-algorithm"
	ReasonTokenInvalidAuthorizedParties Reason = "token-invalid-authorized-parties"
	ReasonTokenInvalidIssuer            Reason = "token-invalid-issuer"
	ReasonTokenInvalidSignature         Reason = "token-invalid-signature"
	ReasonTokenNotActiveYet             Reason = "token-not-active-yet"
	ReasonTokenIatInTheFuture           Reason = "token-iat-in-the-future"
	ReasonTokenVerificationFailed       Reason = "token-verification-failed"
	ReasonTokenTypeMismatch             Reason = "token-type-mismatch"
)

// Reasons of key look-up. All but [ReasonJWKKidMismatch] are our trouble and answer 503.
const (
	ReasonSecretKeyInvalid      Reason = "secret-key-invalid"
	ReasonJWKRemoteFailedToLoad Reason = "jwk-remote-failed-to-load"
	ReasonJWKFailedToResolve    Reason = "jwk-failed-to-resolve"
	ReasonJWKKidMismatch        Reason = "jwk-kid-mismatch"
)

// Reasons of request states.
const (
	// ReasonSessionTokenAndUATMissing is the reason of a request with neither a session token nor a session cookie, where
	// cookies count. Where only headers do, see [Config].HeaderOnly, it is ReasonSessionTokenMissing.
	ReasonSessionTokenAndUATMissing Reason = "session-token-and-uat-missing"
	// ReasonSessionTokenMissingAZP is the reason of a token that names no authorized party where one is demanded.
	ReasonSessionTokenMissingAZP            Reason = "session-token-missing-azp"
	ReasonSessionTokenMissing               Reason = "session-token-missing"
	ReasonClientUATButNoSessionToken        Reason = "client-uat-but-no-session-token"
	ReasonSessionTokenButNoClientUAT        Reason = "session-token-but-no-client-uat"
	ReasonSessionTokenIatBeforeClientUAT    Reason = "session-token-iat-before-client-uat"
	ReasonSessionTokenNBF                   Reason = "session-token-nbf"
	ReasonSessionTokenIatInTheFuture        Reason = "session-token-iat-in-the-future"
	ReasonSessionTokenExpiredRefreshPrefix  Reason = "session-token-expired-refresh-"
	ReasonDevBrowserMissing                 Reason = "dev-browser-missing"
	ReasonDevBrowserSync                    Reason = "dev-browser-sync"
	ReasonSatelliteNeedsSyncing             Reason = "satellite-needs-syncing"
	ReasonPrimaryRespondsToSyncing          Reason = "primary-responds-to-syncing"
	ReasonPrimaryDomainCrossOriginSync      Reason = "primary-domain-cross-origin-sync"
	ReasonActiveOrganizationMismatch        Reason = "active-organization-mismatch"
	ReasonNoTokenInHeader                   Reason = "No token in header"
	ReasonUnexpectedError                   Reason = "unexpected-error"
	ReasonSessionPending                    Reason = "session-pending"
	ReasonMiddlewareMissing                 Reason = "middleware-missing"
	ReasonAuthorizationHeaderDuplicate      Reason = "authorization-header-duplicate"
	ReasonHandshakeTokenVerificationFailure Reason = "handshake-token-verification-failed"
	// ReasonUnknownInstance is the reason of a request for an instance that [Instances] does not know. It answers 404.
	ReasonUnknownInstance Reason = "unknown-instance"
)

// Reasons of authorization. All answer 403.
const (
	ReasonReverification     Reason = "reverification-error"
	ReasonMissingRole        Reason = "missing-role"
	ReasonMissingPermission  Reason = "missing-permission"
	ReasonMissingScope       Reason = "missing-scope"
	ReasonMissingFeature     Reason = "missing-feature"
	ReasonMissingPlan        Reason = "missing-plan"
	ReasonWrongOrganization  Reason = "wrong-organization"
	ReasonImpersonated       Reason = "impersonated"
	ReasonAgent              Reason = "agent"
	ReasonNotAgent           Reason = "not-an-agent"
	ReasonDelegated          Reason = "delegated"
	ReasonWrongClient        Reason = "wrong-client"
	ReasonMissingClaim       Reason = "missing-claim"
	ReasonCheckFailed        Reason = "check-failed"
	ReasonRequirementInvalid Reason = "requirement-invalid"
)

// status maps a reason to the HTTP status that answers it. An unknown reason is unauthenticated: it refuses.
// Its comparisons stay out of the functions that call it.
//
//go:noinline
func (r Reason) status() int {
	switch r {
	case ReasonReverification, ReasonMissingRole, ReasonMissingPermission, ReasonMissingScope, ReasonMissingFeature,
		ReasonMissingPlan, ReasonWrongOrganization, ReasonImpersonated, ReasonAgent, ReasonNotAgent,
		ReasonDelegated, ReasonWrongClient, ReasonMissingClaim, ReasonCheckFailed, ReasonRequirementInvalid:
		return http.StatusForbidden
	case ReasonSecretKeyInvalid, ReasonJWKRemoteFailedToLoad, ReasonJWKFailedToResolve,
		ReasonMiddlewareMissing, ReasonUnexpectedError, ReasonHandshakeTokenVerificationFailure:
		return http.StatusServiceUnavailable
	case ReasonUnknownInstance:
		return http.StatusNotFound
	}
	return http.StatusUnauthorized
}

// kind returns the sentinel of a reason.
func (r Reason) kind() error {
	switch r.status() {
	case http.StatusForbidden:
		return ErrForbidden
	case http.StatusServiceUnavailable:
		return ErrUnavailable
	case http.StatusNotFound:
		return ErrUnknownInstance
	}
	return ErrUnauthenticated
}
