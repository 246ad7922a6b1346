package main

import (
	"path"
	"strings"
)

// deviation is a deliberate difference from the recorded decisions, with its id in the protocol.
type deviation struct {
	id      string
	pattern string // of vector ids
	reason  string
}

// deviations lists every deliberate difference. A vector that differs and is not listed here has failed.
func deviations() []deviation {
	return []deviation{
		{"D-1", "rt-header-template-jwt-accepts-*", "template tokens are no session tokens on any path"},
		{"D-1", "rt-header-m2m-cat-any", "a token of another category is of another type, not broken"},
		{"D-2", "mt-m2m-jwt-cat-ignore", "the category that says nothing is accepted for machines too"},
		{"D-3", "rt-primary-responds-open-redirect", "users are only sent back to configured satellites"},
		{"D-4", "loop-4", "a redirect counter of four is a loop as well"},
		{"D-5", "hnonce-prod-error-drops-session", "a failing nonce exchange does not sign out"},
		{"D-6", "hsurl-header-token-leak", "a header token never goes into a URL"},
		{"D-6", "hsurl-session-param", "the session cookie in a URL can be turned off"},
		{"D-6b", "hdr-expired-with-other-cookie-refresh", "a header token is not refreshed with cookies"},
		{"D-7", "xo-proxy-accounts-portal", "the account portal follows from the publishable key"},
		{"D-8", "htok-expired-still-accepted", "an expired handshake is refused in production"},
		{"D-8", "hs-prod-query-handshake", "production takes handshakes from cookies only"},
		{"D-9", "claim-sub-empty", "an empty subject is nobody"},
		{"D-10", "mt-m2m-jwt-authorized-parties", "authorized parties are about sessions"},
		{"D-11", "hs-dev-redirect-url-keeps-handshake-param", "handshake parameters are not sent back"},
		{"D-12", "rt-header-bearer-lowercase", "schemes are not case sensitive"},
		{"D-13", "jwk-network-error", "a key server that cannot be reached has a reason of its own"},
		{"D-13", "jwk-error-html", "a key server that answers nonsense has a reason of its own"},
		{"D-14", "hsurl-fapi-host-starts-with-http", "a host that begins with http is a host"},
		{"D-15", "cookie-uat-minus-one", "a negative time is signed out"},
		{"D-16", "cfg-jwtkey-without-secret", "a secret key is not needed without network"},
		{"D-17", "*", "no cross-origin headers on handshake results"},
		{"D-18", "mt-*-revoked-200", "a revoked token is refused whatever the status"},
		{"D-19", "jwks-thundering-herd", "concurrent callers share one load"},
		{"D-24", "perm-user-middle", "masks may be numbered over all features"},
		{"D-27", "xo-*", "foreign pages only matter where satellites are declared"},
		{"D-28", "claim-aud-missing", "a missing audience can be refused"},
		{"D-29", "claim-iss-other", "another issuer can be refused"},
		{"D-30", "url-dup-slashes-*", "a path stays a path"},
		{"D-30", "url-backslash-forwarded", "a path stays a path"},
	}
}

// deviationOf returns the deviation that explains all the differences of a vector. No cross-origin headers (D-17) explains
// only their absence, on any vector.
func deviationOf(id string, differences []string) (deviation, bool) {
	for _, d := range deviations() {
		ok, err := path.Match(d.pattern, id)
		if err != nil || !ok {
			continue
		}
		if d.id == "D-17" && !onlyCrossOrigin(differences) {
			continue
		}
		return d, true
	}
	return deviation{}, false
}

func onlyCrossOrigin(differences []string) bool {
	for _, line := range differences {
		if !strings.HasPrefix(line, "access-control-") {
			return false
		}
	}
	return true
}
