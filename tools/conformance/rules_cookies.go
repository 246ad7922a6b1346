package main

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Names of the traces of a handshake.
var (
	handshakeResults = []string{"__clerk_handshake", "__clerk_handshake_nonce"}
	handshakeTraces  = []string{"__clerk_handshake", "__clerk_handshake_nonce", "__clerk_help"}
)

// nonceCalls begin the lines about the exchange of a nonce.
var nonceCalls = []string{"calls: want GET /clients/handshake_payload?", "calls: got GET /clients/handshake_payload?"}

var cookieRules = []scenarioRule{
	rule("D-11", "handshake parameters are not sent back", (*difference).handshakeSentBack),
	rule("D-6", "a header token never goes into a URL", (*difference).headerInURL),
	rule("5.15", "in development, an address without traces of a handshake is not redirected to itself", (*difference).cleanAlready),
	rule("D-12", "schemes are not case sensitive", (*difference).scheme),
	rule("D-6b", "a header token is not refreshed with cookies", (*difference).headerRefresh),
	rule("5.12", "a refresh is of the same session and user", (*difference).refreshedOther),
	rule("D-8", "production takes handshakes from cookies only", (*difference).queryHandshake),
	rule("D-8", "an expired handshake is refused in production", (*difference).expiredHandshake),
	rule("D-5", "a failing nonce exchange does not sign out", (*difference).failedNonce),
	rule("D-1", "the session of a handshake is a session", (*difference).foreignHandshake),
	rule("D-4", "whatever cannot be our redirect counter is a loop", (*difference).loop),
	rule("D-15", "a time of the client that is no positive decimal number is signed out", (*difference).oddTime),
}

// handshakeSentBack explains the parameters of redirect_url that we strip, each by the value that the request has.
func (d *difference) handshakeSentBack() *difference {
	if !d.request() {
		return nil
	}
	params := parseLocation(d.Request.URL).Params
	return d.without(func(line string) bool {
		return slices.ContainsFunc(params, func(pair [2]string) bool {
			return slices.Contains(handshakeTraces, pair[0]) && line == "location redirect_url parameter "+pair[0]+": got , want "+pair[1]
		})
	})
}

func (d *difference) headerInURL() *difference {
	token := d.bearer()
	if !d.request() || token == "" {
		return nil
	}
	return d.without(func(line string) bool { return line == "location parameter __session: got , want "+token })
}

// cleanAlready explains the redirect that is missing where the result of a handshake came in a cookie.
func (d *difference) cleanAlready() *difference {
	traces := append(slices.Clone(handshakeTraces), "__clerk_db_jwt")
	if !d.request() || d.production() || d.withoutQuery(traces...).Request.URL != d.Request.URL ||
		d.cookie("__clerk_handshake") == "" && d.cookie("__clerk_handshake_nonce") == "" ||
		d.want.Location == nil || d.want.Status == "handshake" || d.ours() != d.theirs() {
		return nil
	}
	if at := d.want.Location.Path; at != parseLocation(d.Request.URL).Path {
		return nil
	}
	return d.without(func(line string) bool {
		return line == "location: got false, want true" || line == "cache-control: got , want no-store" ||
			line == "cache-control: got private, no-store, want no-store"
	})
}

// scheme explains a scheme in another case: they do not see the header, we see what we see with the usual case.
func (d *difference) scheme() *difference {
	scheme, token := d.authorization()
	if !d.request() || token == "" || scheme == "Bearer" || !strings.EqualFold(scheme, "Bearer") ||
		!d.sameFor(d.withHeader("authorization", "Bearer "+token)) {
		return nil
	}
	return d.understoodAs(d.withHeader("authorization", ""), d.want)
}

func (d *difference) headerRefresh() *difference {
	const expired = "session-token-expired-refresh-"
	name := d.suffixed("__refresh")
	if !all(
		d.request(), d.bearer() != "", d.navigates(), d.cookie(name) != "",
		d.turned(
			[]string{"signed-in", "signed-out " + expired + "*", "handshake " + expired + "*"},
			[]string{"signed-out " + expired + "non-eligible-no-refresh-cookie", "handshake " + expired + "non-eligible-no-refresh-cookie"},
		),
		d.want.Status == "signed-in" || strings.HasPrefix(d.ours(), d.want.Status+" "),
		d.want.Status != "signed-in" || sessionOf(d.want.SetCookies) == text(d.want.Token),
	) {
		return nil
	}
	return d.nothingIf(d.sameFor(d.withoutCookies(name)))
}

// refreshedOther explains that a token is refused which is not of the session that was refreshed: we decide as if it
// were no token at all.
func (d *difference) refreshedOther() *difference {
	fresh, ok := peekAt(text(d.want.Token))
	if !d.request() || !ok || d.want.Status != "signed-in" || sessionOf(d.want.SetCookies) != text(d.want.Token) {
		return nil
	}
	for _, pair := range d.cookies() {
		old, ok := peekAt(pair[1])
		sid, _ := old.payload["sid"].(string)
		path := "/sessions/" + sid + "/refresh"
		if !ok || !strings.HasPrefix(pair[0], "__session") || sid == "" || d.route(path) == nil ||
			old.payload["sid"] == fresh.payload["sid"] && old.payload["sub"] == fresh.payload["sub"] {
			continue
		}
		garbage := backendAnswer{Body: json.RawMessage(`{"object":"cookies","cookies":["__session=x"]}`)}
		if d.sameFor(d.withRoute("POST", path, garbage)) && strings.HasSuffix(d.ours(), "session-token-expired-refresh-invalid-session-token") {
			return d.nothing()
		}
	}
	return nil
}

// queryHandshake explains a result in the query of a production instance: to them it is as good as in a cookie, and to
// us it is not there.
func (d *difference) queryHandshake() *difference {
	if !d.request() || !d.production() {
		return nil
	}
	moved := d.scenario
	for _, name := range handshakeResults {
		if value := d.query(name); value != "" && value != d.cookie(name) {
			moved = moved.withCookie(name, value)
		}
	}
	if moved == d.scenario || !d.sameFor(d.withoutQuery(handshakeResults...)) && !d.sameWithoutTraces() {
		return nil
	}
	return d.understoodAs(moved, d.want)
}

// sameWithoutTraces is sameFor the request without a result in its query, whose redirect_url differs from what is wanted
// by the parameters that are not there.
func (d *difference) sameWithoutTraces() bool {
	return d.sameFor(d.withoutQuery(handshakeResults...), "location redirect_url parameter __clerk_h")
}

func (d *difference) expiredHandshake() *difference {
	token := d.cookie("__clerk_handshake")
	p, ok := peekAt(token)
	expiry, hasExpiry := p.payload["exp"].(float64)
	var lines []string
	if raw, err := json.Marshal(p.payload["handshake"]); err == nil {
		_ = json.Unmarshal(raw, &lines)
	}
	if !all(
		d.request(), d.production(), ok, hasExpiry, expiry*1000 < float64(d.NowMS), d.cookie("__clerk_handshake_nonce") == "",
		oneOf(d.theirs(), []string{"signed-in", "signed-out session-token-missing"}), slices.Equal(lines, d.want.SetCookies),
	) {
		return nil
	}
	return d.nothingIf(d.sameFor(d.withoutCookies(handshakeResults...)))
}

// failedNonce explains an exchange that fails in production: they decide as if it had answered with nothing, and we as if
// there were no nonce.
func (d *difference) failedNonce() *difference {
	if !d.request() || !d.production() || d.cookie("__clerk_handshake_nonce") == "" || d.theirs() != "signed-out session-token-missing" ||
		!d.sameFor(d.withoutCookies(handshakeResults...), nonceCalls...) {
		return nil
	}
	nothing := backendAnswer{Body: json.RawMessage(`{"directives":[]}`)}
	return d.understoodAs(d.withRoute("GET", "/clients/handshake_payload", nothing), d.want)
}

// foreignHandshake explains a handshake that brings a token of another class: we go on as if there were none.
func (d *difference) foreignHandshake() *difference {
	if !d.request() || d.want.Status != "signed-in" || !foreignClass(text(d.want.Token)) || sessionOf(d.want.SetCookies) != text(d.want.Token) {
		return nil
	}
	return d.nothingIf(d.sameFor(d.withoutQuery(handshakeResults...).withoutCookies(handshakeResults...), nonceCalls...))
}

// loop explains a counter that they take for a number which is not the limit, and count on from.
func (d *difference) loop() *difference {
	const name = "__clerk_redirect_count"
	count := d.cookie(name)
	if !d.request() || count == "" || d.want.Status != "handshake" || !d.sameFor(d.withCookie(name, "3")) {
		return nil
	}
	number, read := jsNumber(count), "2"
	if number == 0 {
		read = "0"
	}
	want := *d.want
	next, _ := strconv.Atoi(read)
	theirs := name + "=" + strconv.FormatFloat(number+1, 'f', -1, 64) + ";"
	want.SetCookies = slices.Clone(want.SetCookies)
	for i, line := range want.SetCookies {
		if rest, ok := strings.CutPrefix(line, theirs); ok {
			want.SetCookies[i] = name + "=" + strconv.Itoa(next+1) + ";" + rest
		}
	}
	return d.understoodAs(d.withCookie(name, read), &want)
}

// jsNumber reads a text as JavaScript converts it to a number; what is none is zero.
func jsNumber(text string) float64 {
	if n, err := strconv.ParseInt(text, 0, 64); err == nil && !strings.Contains(text, "_") {
		return float64(n)
	}
	n, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || math.IsNaN(n) || math.IsInf(n, 0) {
		return 0
	}
	return n
}

// oddTime explains a time that only JavaScript takes for a number: we see none.
func (d *difference) oddTime() *difference {
	seen := map[string]string{}
	for _, pair := range d.cookies() {
		if value, ok := jsTime(pair[1]); ok && strings.HasPrefix(pair[0], "__client_uat") {
			seen[pair[0]] = value
		}
	}
	if !d.request() || len(seen) == 0 || !d.sameFor(d.withValues(seen, func(string) string { return "none" })) {
		return nil
	}
	return d.understoodAs(d.withValues(seen, func(name string) string { return seen[name] }), d.want)
}

func (s *scenario) withValues(names map[string]string, value func(name string) string) *scenario {
	known := slices.Collect(maps.Keys(names))
	return s.withCookies(func(name, old string) (string, bool) {
		if slices.Contains(known, name) {
			return value(name), true
		}
		return old, true
	})
}

// jsTime returns what JavaScript reads from a negative or hexadecimal time. A negative one is as old as can be.
func jsTime(text string) (string, bool) {
	if digits, ok := strings.CutPrefix(text, "-"); ok && digits != "" && digits[0] >= '1' && digits[0] <= '9' {
		return "1", true
	}
	if digits, ok := strings.CutPrefix(strings.ToLower(text), "0x"); ok {
		n, err := strconv.ParseUint(digits, 16, 63)
		return strconv.FormatUint(n, 10), err == nil && n > 0
	}
	return "", false
}
