package main

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// troubleRules are about what Clerk's JS SDK and we do when Clerk cannot be asked, or need not be.
var troubleRules = []scenarioRule{
	rule("D-31", "a nonce is exchanged only where the result can matter", (*difference).unaskedNonce),
	rule("D-32", "our trouble is unavailable at once, without a circle", (*difference).ourTrouble),
	rule("D-34", "a missing party has a reason of its own, and one handshake is tried", (*difference).missingParty),
	rule("D-37", "no cache keeps an answer with cookies", (*difference).uncached),
	rule("D-37", "what is no page is not refreshed", (*difference).noPage),
	rule("D-34", "the session of a handshake that names no party is refused for that", (*difference).partyOfHandshake),
}

// notSignedIn are the decisions of theirs about visitors who are not signed in.
var notSignedIn = []string{"signed-out *", "handshake *"}

// refusal reports whether a line follows from a refusal with another reason, with or without a redirect.
func refusal(line string) bool {
	return hasPrefix(line, []string{
		"status: ", "reason: ", "x-clerk-auth-", "cache-control: ", "location: ", "cookies: got [], want [",
		`cookies: got ["__clerk_redirect_count=1; SameSite=Lax; HttpOnly; Max-Age=2"], want [`,
	})
}

// unaskedNonce explains a nonce that they exchange and we do not: we decide as if it had not come, and no token beside it, which
// comes second for both.
func (d *difference) unaskedNonce() *difference {
	const name = "__clerk_handshake_nonce"
	asked := slices.ContainsFunc(d.lines, func(line string) bool { return strings.HasPrefix(line, nonceCalls[0]) })
	return d.nothingIf(
		d.request(), asked, oneOf(d.want.Status, []string{"signed-in", "signed-out", "handshake"}),
		d.cookie(name) != "" || !d.production() && d.query(name) != "", d.sameFor(d.withoutCookies(handshakeResults...).withoutQuery(handshakeResults...)),
	)
}

// ourTrouble explains a refusal by the failing answer of Clerk that is behind it: nothing but the trouble is told.
func (d *difference) ourTrouble() *difference {
	if !d.request() || !d.turned(notSignedIn, d.troubles()) {
		return nil
	}
	withoutParty := strings.HasSuffix(d.theirs(), "token-invalid-authorized-parties") // see D-34: a refresh is tried once
	return d.without(func(line string) bool {
		return refusal(line) || withoutParty && refreshTried(line)
	})
}

// refreshTried reports whether a line is about a refresh that only we try.
func refreshTried(line string) bool {
	return strings.HasPrefix(line, "calls: got POST /sessions/") && strings.Contains(line, "/refresh?")
}

// troubles are the decisions of ours that failing answers about a handshake or a refresh lead to.
func (d *difference) troubles() []string {
	var found []string
	handshake := slices.ContainsFunc(handshakeResults, func(name string) bool { return d.cookie(name)+d.query(name) != "" })
	for _, route := range d.routes() {
		keys := handshake && strings.HasSuffix(route.Path, "/jwks")
		lookup := strings.Contains(route.Path, "/handshake_payload") || strings.Contains(route.Path, "/refresh")
		for _, answer := range route.Responses {
			if keys && stateOfKeys(answer) != keysServed {
				found = append(found, "signed-out jwk-remote-failed-to-load")
			}
			if lookup && answer.troubled() {
				found = append(found, "signed-out unexpected-error")
			}
			if (keys || lookup) && answer.refusesKey() {
				found = append(found, "signed-out secret-key-invalid")
			}
		}
	}
	return found
}

// troubled reports whether an answer says nothing about the visitor.
func (a backendAnswer) troubled() bool {
	return a.Fail != "" || a.Status >= 500 || a.Status == 429 || a.refusesKey() || a.Status == 0 || a.Raw != nil
}

// refusesKey reports whether an answer is about the secret key.
func (a backendAnswer) refusesKey() bool {
	return a.Status == http.StatusUnauthorized || a.Status == http.StatusForbidden
}

// missingParty explains the reason of a token without azp, and the refresh and the handshake that are tried once.
func (d *difference) missingParty() *difference {
	if !strings.HasSuffix(d.ours(), "session-token-missing-azp") || !strings.HasSuffix(d.theirs(), "token-invalid-authorized-parties") {
		return nil
	}
	return d.without(func(line string) bool { return refusal(line) || refreshTried(line) })
}

// uncached explains the caching that we forbid beside cookies.
func (d *difference) uncached() *difference {
	if !d.request() || len(d.want.SetCookies) == 0 {
		return nil
	}
	return d.without(func(line string) bool {
		return line == "cache-control: got private, no-store, want " || line == "cache-control: got private, no-store, want no-store"
	})
}

// noPage explains a request for something that no browser shows as a page: they decide as about a fetch of a script.
func (d *difference) noPage() *difference {
	const header = "sec-fetch-dest"
	if !d.request() || !strings.HasSuffix(d.ours(), "refresh-non-eligible-no-page") || !d.sameFor(d.withHeader(header, "image")) {
		return nil
	}
	return d.understoodAs(d.withHeader(header, "empty"), d.want)
}

// partyOfHandshake explains the reason of a session that came from a handshake without azp, and its cookies.
func (d *difference) partyOfHandshake() *difference {
	if !d.request() || !d.turned(notSignedIn, []string{"signed-out session-token-missing-azp", "handshake session-token-missing-azp"}) {
		return nil
	}
	var came strings.Builder
	for _, route := range d.routes() {
		for _, answer := range route.Responses {
			came.Write(answer.Body)
		}
	}
	for _, name := range handshakeResults {
		p, _ := peekAt(d.cookie(name) + d.query(name))
		_, _ = fmt.Fprint(&came, p.payload)
	}
	return d.without(func(line string) bool {
		session := sessionCookie.FindStringSubmatch(line)
		return refusal(line) || session != nil && strings.Contains(came.String(), session[1])
	})
}

var sessionCookie = regexp.MustCompile(`^cookies: got \["__session[^=]*=([^;" ]{20,})`)
