package main

import (
	"slices"
	"strconv"
	"strings"
)

// scenarioRule recognises a deliberate difference between a scenario and what was recorded.
type scenarioRule struct {
	deviation
	applies func(d *difference) bool
}

// difference is a scenario that differs.
type difference struct {
	*scenario
	want  *recorded
	lines []string
}

// scenarioRules lists the deliberate differences, with the id or the section of the protocol that decides them. The
// first that applies names the difference.
func scenarioRules() []scenarioRule {
	rule := func(id, reason string, applies func(d *difference) bool) scenarioRule {
		return scenarioRule{deviation{id: id, reason: reason}, applies}
	}
	return []scenarioRule{
		rule("5.5", "what cannot work is an error of New, not of each request", (*difference).configuration),
		rule("D-8", "production takes handshakes from cookies only", (*difference).queryHandshake),
		rule("D-8", "an expired handshake is refused in production", (*difference).expiredHandshake),
		rule("D-5", "a failing nonce exchange does not sign out", (*difference).failedNonce),
		rule("D-1", "only session tokens are session tokens, on any path", (*difference).otherClass),
		rule("2.1", "a token of another class is of another type, signed or not", (*difference).unsigned),
		rule("D-2", "the category that says nothing is accepted for machines too", (*difference).ignoredCategory),
		rule("D-12", "schemes are not case sensitive", (*difference).scheme),
		rule("D-18", "a revoked or expired token is refused whatever the status", (*difference).revoked),
		rule("7.3", "a token that Clerk refuses with 400 is invalid", (*difference).badRequest),
		rule("7.4", "a token that cannot be one of Clerk's costs no call", (*difference).implausible),
		rule("D-6b", "a header token is not refreshed with cookies", (*difference).headerRefresh),
		rule("D-6", "a header token never goes into a URL", (*difference).headerInURL),
		rule("D-4", "whatever cannot be our redirect counter is a loop", (*difference).loop),
		rule("D-7", "the account portal follows from the publishable key", (*difference).portal),
		rule("D-11", "handshake parameters are not sent back", (*difference).handshakeSentBack),
		rule("D-15", "a time of the client that is no positive decimal number is signed out", (*difference).oddTime),
		rule("D-24", "masks may be numbered over all features", (*difference).masks),
		rule("5.5", "machines need no publishable key", (*difference).withoutPublishable),
		rule("D-16", "a secret key is not needed without network", (*difference).withoutSecret),
		rule("D-20", "a forwarded host has no user, and no scheme but those of the web", (*difference).oddForwarded),
		rule("D-13", "a key server that fails has a reason of its own", (*difference).keyServer),
		rule("D-19", "keys are loaded less often, never for a hopeless token, and kept through failures", (*difference).keySet),
		rule("3.2", "a PEM does not restrict the algorithms of the list", (*difference).pemAlgorithm),
		rule("3.2", "Verify is for session tokens, whose type is JWT", (*difference).headerType),
		rule("12.2", "a header that brings a key of its own is refused for it", (*difference).embeddedKey),
		rule("3.2", "a time that is no number is not compared", (*difference).textTime),
		rule("6.2", "a feature with more than one colon does not exist", (*difference).colons),
		rule("8", "both header families and unpadded secrets are accepted, and an event has a type", (*difference).webhook),
		rule("1.1", "a host has the characters of a host", (*difference).oddHost),
		rule("10.3", "relative addresses need a base, a sign-up page follows from the sign-in page, and tasks are a path", (*difference).redirect),
	}
}

func scenarioDeviation(s *scenario, want *recorded, lines []string) (deviation, bool) {
	d := &difference{s, want, lines}
	for _, rule := range scenarioRules() {
		if rule.applies(d) {
			return rule.deviation, true
		}
	}
	return deviation{}, false
}

// line returns what follows the name in the line of that name.
func (d *difference) line(name string) string {
	for _, line := range d.lines {
		if rest, ok := strings.CutPrefix(line, name+": "); ok {
			return rest
		}
	}
	return ""
}

// only reports whether all lines begin with one of the prefixes.
func (d *difference) only(prefixes ...string) bool {
	return !slices.ContainsFunc(d.lines, func(line string) bool {
		return !slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(line, prefix) })
	})
}

func (d *difference) request() bool { return d.Mode == "authenticateRequest" }

func (d *difference) production() bool {
	return strings.HasPrefix(d.Options.text("publishableKey"), "pk_live_")
}

func (d *difference) header(name string) string { return d.Request.httpRequest().header(name) }

// authorization returns the scheme and the token as a server sees them.
func (d *difference) authorization() (scheme, token string) {
	scheme, token, spaced := strings.Cut(strings.TrimSpace(d.header("authorization")), " ")
	if !spaced {
		return "Bearer", scheme // a single word is the token itself
	}
	return scheme, token
}

func (d *difference) configuration() bool {
	message := d.line("configuration")
	return strings.Contains(message, "ProxyURL") || strings.Contains(message, "JWTKey") ||
		strings.Contains(message, "publishable key") || strings.Contains(message, "ClockSkew") || strings.Contains(message, "SignInURL of a satellite")
}

func (d *difference) queryHandshake() bool {
	return d.request() && d.production() && strings.Contains(d.Request.URL, "__clerk_handshake")
}

func (d *difference) expiredHandshake() bool {
	return d.request() && d.production() && d.hasTag("handshake-outer:expired")
}

func (d *difference) failedNonce() bool {
	return d.request() && d.production() && d.hasTag("nonce:") && text(d.want.Reason) == "session-token-missing"
}

func (d *difference) otherClass() bool {
	foreign := d.hasTag("tok:cat-") || d.hasTag("tok:sub-mch") || d.hasTag("machine:m2m-jwt") ||
		d.hasTag("machine:oauth-jwt") || d.hasTag("handshake-inner:cat-") || d.hasTag("tok:typ-at+jwt")
	if d.Mode == "verifyToken" {
		return foreign && (d.line("reason") == "" || strings.HasPrefix(d.line("reason"), "got token-invalid,"))
	}
	return d.request() && (foreign && strings.HasSuffix(d.line("status"), ", want signed-in") ||
		d.hasTag("handshake-inner:cat-") && d.line("token") != "")
}

func (d *difference) scheme() bool {
	scheme, token := d.authorization()
	return d.request() && token != "" && scheme != "Bearer" && strings.EqualFold(scheme, "Bearer")
}

func (d *difference) revoked() bool {
	if !d.request() || d.line("reason") != "got token-invalid, want " {
		return false
	}
	for _, route := range d.routes() {
		for _, answer := range route.Responses {
			body := string(answer.Body)
			if strings.Contains(body, `"revoked":true`) || strings.Contains(body, `"expired":true`) {
				return true
			}
		}
	}
	return false
}

func (d *difference) badRequest() bool {
	return d.hasTag("verify:400") && d.line("reason") == "got token-invalid, want unexpected-error"
}

func (d *difference) implausible() bool {
	_, token := d.authorization()
	return d.request() && len(strings.TrimLeft(token, "akmtoe")) <= 1 && d.only("calls")
}

func (d *difference) headerRefresh() bool {
	_, token := d.authorization()
	return d.request() && token != "" && (d.hasTag("refresh:") || d.hasTag("mut:refresh")) &&
		(strings.Contains(d.line("reason"), "got session-token-expired-refresh-non-eligible-no-refresh-cookie") ||
			slices.ContainsFunc(d.lines, func(line string) bool { return strings.HasPrefix(line, "calls: want POST /sessions/") }))
}

func (d *difference) headerInURL() bool {
	_, token := d.authorization()
	return d.request() && token != "" && d.only("location parameter __session")
}

func (d *difference) loop() bool {
	count := d.cookie("__clerk_redirect_count")
	n, err := strconv.Atoi(count)
	return d.request() && (err != nil || n >= 3 || n < 0) && count != "" && d.want.Location != nil &&
		(strings.HasPrefix(d.line("status"), "got signed-out, want handshake") ||
			strings.HasPrefix(d.line("status"), "got signed-in, want handshake"))
}

// cookie returns the value of a cookie as it is in the header.
func (d *difference) cookie(name string) string {
	for pair := range strings.SplitSeq(d.header("cookie"), ";") {
		if key, value, _ := strings.Cut(strings.TrimSpace(pair), "="); key == name {
			return value
		}
	}
	return ""
}

func (d *difference) portal() bool {
	return d.request() && d.Options.text("proxyUrl") != "" && text(d.want.Reason) == "primary-domain-cross-origin-sync"
}

func (d *difference) handshakeSentBack() bool {
	return d.request() && d.only("location redirect_url parameter __clerk_h")
}

func (d *difference) oddTime() bool {
	if !d.request() {
		return false
	}
	for pair := range strings.SplitSeq(d.header("cookie"), ";") {
		key, value, _ := strings.Cut(strings.TrimSpace(pair), "=")
		if strings.HasPrefix(key, "__client_uat") && (strings.HasPrefix(value, "-") || strings.HasPrefix(value, "0x")) {
			return true
		}
	}
	return false
}

func (d *difference) withoutSecret() bool {
	return d.want.Error != nil && (strings.Contains(d.want.Error.Message, "Missing Clerk Secret Key") ||
		strings.HasPrefix(d.want.Error.Message, "Machine token authentication requires")) &&
		(d.Options.text("jwtKey") != "" || d.Options.text("machineSecretKey") != "")
}

func (d *difference) withoutPublishable() bool {
	return d.want.Error != nil && d.want.Error.Message == "Publishable key is missing."
}

func (d *difference) masks() bool {
	return d.Mode == "authObject" && d.only("auth.orgPermissions", "has ") && d.hasTag("claims:fea-")
}

func (d *difference) oddForwarded() bool {
	proto, _, _ := strings.Cut(d.header("x-forwarded-proto"), ",")
	for _, line := range d.Request.Headers {
		if strings.HasPrefix(line[0], "x-forwarded-") && (line[1] == "" || strings.HasPrefix(line[1], "bad ")) {
			return true // JS falls back to the address of the socket, a server to the Host header
		}
	}
	return strings.Contains(d.header("x-forwarded-host"), "@") ||
		proto != "" && !strings.EqualFold(proto, "https") && !strings.EqualFold(proto, "http")
}

func (d *difference) keyServer() bool {
	reason := d.line("reason")
	failure := strings.HasPrefix(reason, "got jwk-remote-failed-to-load") || strings.HasPrefix(reason, "got jwk-failed-to-resolve") ||
		strings.HasPrefix(reason, "got secret-key-invalid") || strings.HasPrefix(reason, "got jwk-kid-mismatch")
	return failure && (strings.HasSuffix(reason, "want token-verification-failed") || strings.HasSuffix(reason, "want unexpected-error"))
}

func (d *difference) keySet() bool {
	if d.Mode == "sequence" {
		return d.keySequence()
	}
	reason := d.line("reason")
	hopeless := strings.HasPrefix(reason, "got token-invalid,") || strings.HasPrefix(reason, "got token-invalid-algorithm,")
	return hopeless && (strings.Contains(reason, "want jwk-") || strings.Contains(reason, "want secret-key-invalid"))
}

func (d *difference) pemAlgorithm() bool {
	return (d.hasTag("tok:alg-RS384") || d.hasTag("tok:alg-RS512")) && d.Options.text("jwtKey") != ""
}

func (d *difference) ignoredCategory() bool {
	return d.hasTag("mtok:cat-ignore") && strings.HasSuffix(d.line("reason"), ", want token-invalid")
}

func (d *difference) unsigned() bool {
	return d.hasTag("mtok:sig-empty") && strings.HasPrefix(d.line("reason"), "got token-type-mismatch, want token-invalid")
}

func (d *difference) embeddedKey() bool {
	return d.hasTag("tok:jwk-header") && d.line("reason") == "got token-invalid, want token-invalid-signature"
}

func (d *difference) textTime() bool { return d.hasTag("tok:iat-string") || d.hasTag("tok:nbf-string") }

func (d *difference) headerType() bool {
	return d.Mode == "verifyToken" && d.Options["headerType"] != nil
}

func (d *difference) colons() bool {
	return !slices.ContainsFunc(d.lines, func(line string) bool {
		return !strings.HasPrefix(line, "has ") || !strings.HasSuffix(line, "got false, want true") || strings.Count(line, ":") < 4
	})
}

func (d *difference) webhook() bool {
	return d.hasTag("wh:standard-headers") || d.hasTag("wh:secret-nopad") || d.hasTag("wh:valid-empty-object")
}

func (d *difference) oddHost() bool {
	return d.Mode == "publishableKey" && strings.HasPrefix(d.line("is a key"), "got false")
}

func (d *difference) redirect() bool {
	if d.Mode != "createRedirect" {
		return false
	}
	return d.Options.text("baseUrl") == "" || d.Options.text("sessionStatus") == "pending" || d.Options.text("publishableKey") == "" && d.only("sign-up is built: got true")
}

// keySequence looks at what happened to a client that keeps keys: ours may keep a key while the server is down, may not
// ask again at once for a key that was just missing, may forget a key that the server took back, and may load keys once
// more ahead of time.
func (d *difference) keySequence() bool {
	text := strings.Join(d.lines, "\n")
	forgotten := strings.Contains(text, "reason: got jwk-kid-mismatch, want") ||
		strings.Contains(text, "reason: got jwk-remote-failed-to-load, want")
	return !slices.ContainsFunc(d.lines, func(line string) bool {
		_, values, _ := strings.Cut(line, ") ")
		name, values, _ := strings.Cut(values, ": ")
		got, want, _ := strings.Cut(strings.TrimPrefix(values, "got "), ", want ")
		switch name {
		case "fetches":
			return got != "1" && got != "2" && got != "3" // a load in the background counts where it ends
		case "status":
			return got == "signed-out" && !forgotten
		}
		return got != "jwk-kid-mismatch" && got != "jwk-remote-failed-to-load" && want != "unexpected-error" && !strings.HasPrefix(want, "jwk-")
	})
}
