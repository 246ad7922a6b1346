package main

import (
	"fmt"
	"slices"
)

// deviation is a deliberate difference from the recorded decisions, with its id in the protocol.
type deviation struct {
	id     string
	reason string
}

// vectorRule is a deliberate difference of some vectors: which decision exactly turns into which.
type vectorRule struct {
	deviation
	vectors []string
	// changes are the lines that must all be there. Other lines are as good as failures, unless follows allows them.
	changes []string
	follows []string // beginnings of lines that are due to the changes
}

// Lines that follow from a change of the status or the reason.
var (
	afterReason  = []string{"x-clerk-auth-status: ", "x-clerk-auth-reason: ", "x-clerk-auth-message: "}
	afterStatus  = append([]string{"auth.isAuthenticated: ", "auth.userId: "}, afterReason...)
	afterCookies = append([]string{"has cookie __session=", "access-control-"}, afterStatus...)
	ourTrouble   = append([]string{
		"HTTP status: got 200, want 307", "cache-control: got , want no-store", "location: got ://, want http",
		"has parameter ", "parameter ", "has cookie __clerk_redirect_count=",
	}, afterReason...)
	afterRedirect = append([]string{
		"HTTP status: got 200, want 307", "cache-control: got , want no-store", "location: got ://, want https://clerk.",
		"has parameter ", "parameter ", "has cookie __clerk_redirect_count=",
	}, afterReason...)
)

// changed are the lines of a decision that turned from theirs into ours; no reason is signed in.
func changed(theirs, theirReason, ours, ourReason string) []string {
	var lines []string
	if theirs != ours {
		lines = append(lines, "status: got "+ours+", want "+theirs)
	}
	if theirReason != ourReason {
		lines = append(lines, "reason: got "+ourReason+", want "+theirReason)
	}
	return lines
}

// vectorRules lists every deliberate difference. A vector that differs in any other way has failed.
func vectorRules() []vectorRule {
	row := func(id, reason string, vectors, changes, follows []string) vectorRule {
		return vectorRule{deviation{id, reason}, vectors, changes, follows}
	}
	const (
		in, out, handshake = "signed-in", "signed-out", "handshake"
		nobody             = "session-token-and-uat-missing"
		mismatch, invalid  = "token-type-mismatch", "token-invalid"
		unverified         = "token-verification-failed"
		noSession          = "client-uat-but-no-session-token"
	)
	noCORS := []string{"access-control-allow-origin: got , want null", "access-control-allow-credentials: got , want true"}
	rules := []vectorRule{
		row("D-1", "template tokens are no session tokens on any path",
			[]string{"rt-header-template-jwt-accepts-any", "rt-header-template-jwt-accepts-array"}, changed(in, "", out, mismatch), afterStatus),
		row("D-1", "a token of another category is of another type, not broken",
			[]string{"rt-header-m2m-cat-any"}, changed(out, invalid, out, mismatch), afterReason),
		row("D-2", "the category that says nothing is accepted for machines too",
			[]string{"mt-m2m-jwt-cat-ignore"}, changed(out, invalid, in, ""), afterStatus),
		row("D-4", "a redirect counter of four is a loop as well", []string{"loop-4"}, changed(handshake, noSession, out, noSession), afterRedirect),
		row("D-32", "our trouble is 503 and no redirect", []string{"rt-refresh-bapi-empty-error"},
			changed(handshake, "session-token-expired-refresh-unexpected-bapi-error", out, "unexpected-error"), ourTrouble),
		row("D-32", "our trouble is 503 and no redirect", []string{"rt-refresh-network-error"},
			changed(handshake, "session-token-expired-refresh-fetch-error", out, "unexpected-error"), ourTrouble),
		row("D-32", "our trouble is 503 and no redirect", []string{"hnonce-dev-bapi-error"},
			changed(out, "session-token-missing", out, "unexpected-error"), ourTrouble),
		row("D-34", "a missing party has a reason of its own", []string{"rt-header-azp-missing"},
			changed(out, "token-invalid-authorized-parties", out, "session-token-missing-azp"), afterReason),
		row("D-37", "no cache keeps an answer with cookies", []string{"hs-result-prod-nominal"},
			[]string{"cache-control: got private, no-store, want "}, []string{"access-control-"}),
		row("D-5", "a failing nonce exchange does not sign out",
			[]string{"hnonce-prod-error-drops-session"}, changed(out, "session-token-missing", in, ""), afterCookies),
		row("D-6", "a header token never goes into a URL",
			[]string{"hsurl-header-token-leak"}, []string{"has parameter __session: got false, want true"}, []string{"parameter __session: got , want "}),
		row("D-8", "an expired handshake is refused in production",
			[]string{"htok-expired-still-accepted"}, changed(in, "", out, nobody), afterCookies),
		row("D-8", "production takes handshakes from cookies only",
			[]string{"hs-prod-query-handshake"}, changed(in, "", out, nobody), afterCookies),
		row("D-9", "an empty subject is nobody", []string{"claim-sub-empty"}, changed(in, "", out, unverified), afterStatus),
		row("D-10", "authorized parties are about sessions",
			[]string{"mt-m2m-jwt-authorized-parties"}, changed(out, unverified, in, ""), afterStatus),
		row("D-12", "schemes are not case sensitive", []string{"rt-header-bearer-lowercase"}, changed(out, nobody, in, ""), afterStatus),
		row("D-13", "a key server that fails has a reason of its own",
			[]string{"jwk-network-error", "jwk-error-html"}, changed(out, "unexpected-error", out, "jwk-remote-failed-to-load"), afterReason),
		row("D-15", "a negative time is signed out", []string{"cookie-uat-minus-one"}, changed(handshake, noSession, out, nobody), afterRedirect),
		row("D-17", "no cross-origin headers on handshake results", []string{
			"hs-result-dev-nominal", "hs-post-still-resolves", "htok-no-cat",
			"hnonce-dev-clean", "hnonce-dev-clean-help", "hnonce-dev-clean-encoded", "hnonce-wins-over-token",
		}, noCORS, nil),
		row("D-18", "a revoked token is refused whatever the status",
			[]string{"mt-api_key-revoked-200", "mt-oauth_token-revoked-200", "mt-m2m_token-revoked-200"}, changed(in, "", out, invalid), afterStatus),
		row("D-19", "concurrent callers share one load", []string{"jwks-thundering-herd"}, []string{"fetches of step 1: got 1, want 10"}, nil),
		row("D-30", "a path stays a path", []string{"url-dup-slashes-forwarded"},
			[]string{"parameter redirect_url: got https://app.example//evil.example/x, want https://evil.example/x"}, nil),
		row("D-30", "a path stays a path", []string{"url-dup-slashes-host-rewrite"},
			[]string{"parameter redirect_url: got http://app.example//evil.example/x, want http://evil.example/x"}, nil),
		row("D-30", "a path stays a path", []string{"url-backslash-forwarded"},
			[]string{`parameter redirect_url: got https://app.example/\evil.example/x, want https://evil.example/x`}, nil),
		row("D-30", "a path stays a path", []string{"url-dup-slashes-relative-proxy"}, []string{
			"location: got https://app.example/__clerk/v1/client/handshake, want https://evil.example/__clerk/v1/client/handshake",
			"parameter redirect_url: got https://app.example//evil.example/x, want https://evil.example/x",
		}, nil),
	}
	return append(rules, outageRules()...)
}

// outageRules explain that keys serve where theirs have expired and the key server is down, at whatever step that is.
func outageRules() []vectorRule {
	const maxSteps = 12
	var served, follows []string
	for step := range maxSteps {
		line := fmt.Sprintf("result of step %d: got ok, want ", step)
		follows = append(follows, line, fmt.Sprintf("fetches of step %d: ", step))
		for _, theirs := range []string{"jwk-remote-failed-to-load", "jwk-failed-to-resolve", "unexpected-error"} {
			served = append(served, line+theirs)
		}
	}
	var rules []vectorRule
	for _, line := range served {
		rules = append(rules, vectorRule{
			deviation{"D-40", "the last good set serves while the key server cannot be reached"},
			[]string{"jwks-expired-and-down"}, []string{line}, follows,
		})
	}
	return rules
}

// deviationOf returns the deviation that explains all the differences of a vector.
func deviationOf(id string, differences []string) (deviation, bool) {
	for _, rule := range vectorRules() {
		if slices.Contains(rule.vectors, id) && rule.explains(differences) {
			return rule.deviation, true
		}
	}
	return deviation{}, false
}

func (r vectorRule) explains(differences []string) bool {
	for _, line := range r.changes {
		if !slices.Contains(differences, line) {
			return false
		}
	}
	return !slices.ContainsFunc(differences, func(line string) bool {
		return !slices.Contains(r.changes, line) && !hasPrefix(line, r.follows)
	})
}
