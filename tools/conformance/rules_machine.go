package main

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
)

var machineRules = []scenarioRule{
	rule("D-2", "the category that says nothing is accepted for machines too", (*difference).ignoredCategory),
	rule("D-18", "a revoked or expired token is refused whatever the status", (*difference).revoked),
	rule("7.3", "a token that Clerk refuses with 400 is invalid", (*difference).badRequest),
	rule("7.4", "a token that cannot be one of Clerk's costs no call", (*difference).implausible),
	rule("7.4", "the issuer of a machine's token counts where one is set", (*difference).foreignIssuer),
	rule("D-1", "a token that belongs to no session is of another type", (*difference).sessionless),
	rule("7.4", "an audience that is none is malformed", (*difference).noAudience),
	rule("7.4", "an OAuth token for other resources as well is refused", (*difference).manyResources),
}

// machineLines begin the lines that follow from a machine that is signed in.
var machineLines = []string{
	"status: ", "reason: ", "token: ", "token ", "x-clerk-auth-", "view ",
	"auth.isAuthenticated: ", "auth.id: ", "auth.subject: ", "auth.machineId: ", "auth.scopes: ", "auth.claims: ",
}

func (d *difference) ignoredCategory() *difference {
	p, ok := peekAt(d.bearer())
	subject, _ := p.payload["sub"].(string)
	same := d.ours() != "signed-in" && d.onlyReason() ||
		d.ours() == "signed-in" && d.line("auth.subject") == "got "+subject+", want <nil>" && d.line("auth.tokenType") == ""
	return d.nothingIf(
		d.request(), ok, p.header["cat"] == "cl_I7d4PD111III", p.isMachine(), same, d.only(machineLines...),
		d.turned([]string{"signed-out token-invalid"}, []string{"signed-in", "signed-out token-verification-failed", "signed-out jwk-*", "signed-out secret-key-invalid"}),
	)
}

var verifyPaths = map[string]string{
	"ak_": "/api_keys/verify", "mt_": "/m2m_tokens/verify", "oat_": "/oauth_applications/access_tokens/verify",
}

// verifyPath returns where the token of the header is verified, if it is an opaque one.
func (s *scenario) verifyPath() string {
	for prefix, path := range verifyPaths {
		if strings.HasPrefix(s.bearer(), prefix) {
			return path
		}
	}
	return ""
}

// revoked explains an answer that is 200 and says no: they decide as if it did not.
func (d *difference) revoked() *difference {
	path := d.verifyPath()
	answers := d.route(path)
	if !d.request() || path == "" || len(answers) == 0 || !d.turned([]string{"signed-in", "signed-out token-verification-failed"}, []string{"signed-out token-invalid"}) {
		return nil
	}
	answer := answers[0]
	var body map[string]any
	unknown := d.withRoute(http.MethodPost, path, backendAnswer{Status: http.StatusNotFound})
	if json.Unmarshal(answer.Body, &body) != nil || body["revoked"] != true && body["expired"] != true || !d.sameFor(unknown, "x-clerk-auth-message: ") {
		return nil
	}
	body = maps.Clone(body)
	body["revoked"], body["expired"] = false, false
	answer.Body, _ = json.Marshal(body)
	return d.understoodAs(d.withRoute(http.MethodPost, path, answer), d.want)
}

// badRequest explains a 400: to them it is like any failure, to us like a 404.
func (d *difference) badRequest() *difference {
	path := d.verifyPath()
	answers := d.route(path)
	if !d.request() || path == "" || len(answers) == 0 || answers[0].Status != http.StatusBadRequest {
		return nil
	}
	like := func(status int) *scenario {
		answer := answers[0]
		answer.Status = status
		return d.withRoute(http.MethodPost, path, answer)
	}
	if !d.sameFor(like(http.StatusNotFound)) {
		return nil
	}
	return d.understoodAs(like(http.StatusInternalServerError), d.want)
}

// implausible explains the call that is not made for a token with nothing behind its prefix, or with characters of no
// token.
func (d *difference) implausible() *difference {
	path, token := d.verifyPath(), d.bearer()
	_, secret, _ := strings.Cut(token, "_")
	odd := secret == "" || strings.ContainsFunc(secret, func(r rune) bool { return r <= ' ' || r > '~' })
	if !d.request() || path == "" || !odd || d.ours() != "signed-out token-invalid" {
		return nil
	}
	quoted, err := json.Marshal(token)
	if err != nil {
		return nil
	}
	return d.without(func(line string) bool {
		return strings.HasPrefix(line, "calls: want POST "+path+"? ") && strings.HasSuffix(line, ":"+string(quoted)+"}")
	})
}

// foreignIssuer explains a machine's token that was signed by this instance's key and names another issuer.
func (d *difference) foreignIssuer() *difference {
	p, ok := peekAt(d.bearer())
	message, _ := d.got("x-clerk-auth-message")
	if !d.request() || !ok || !p.isMachine() && !p.isOAuth() || message != "the issuer is another one" ||
		!d.turned([]string{"signed-in"}, []string{"signed-out token-verification-failed"}) {
		return nil
	}
	return d.without(shutOut)
}

// shutOut reports whether a line follows from a bearer whom they let in and we do not.
func shutOut(line string) bool {
	_, verdict, _ := strings.Cut(line, ": ")
	return hasPrefix(line, machineLines) || strings.HasPrefix(line, "auth.") && strings.HasPrefix(verdict, "got <nil>, ")
}

// sessionless explains a JWT that has no sid, so that it is the token of nobody's session. One with an audience may be
// what an OAuth client knows about a user, and they let it in.
func (d *difference) sessionless() *difference {
	p, ok := peekAt(d.bearer())
	_, session := p.payload["sid"]
	theirs := []string{"signed-out token-verification-failed", "signed-out token-invalid", "signed-out jwk-*"}
	if p.payload["aud"] != nil {
		theirs = append(theirs, "signed-in")
	}
	if !d.request() || !ok || session || !d.turned(theirs, []string{"signed-out token-type-mismatch"}) {
		return nil
	}
	return d.without(shutOut)
}

// noAudience explains a token whose aud is neither a text nor a list, which they look at only where an audience is
// asked for.
func (d *difference) noAudience() *difference {
	p, ok := peekAt(d.bearer())
	_, number := p.payload["aud"].(float64)
	theirs := []string{"signed-out token-verification-failed"}
	if len(d.Options.list("audience")) == 0 {
		theirs = append(theirs, "signed-in")
	}
	if !d.request() || !ok || !number || !d.turned(theirs, []string{"signed-out token-invalid"}) {
		return nil
	}
	return d.without(shutOut)
}

// manyResources explains an OAuth token for one of the resources that are asked for and for others, where the token
// could be sent on.
func (d *difference) manyResources() *difference {
	p, ok := peekAt(d.bearer())
	audience, _ := p.payload["aud"].([]any)
	foreign := slices.ContainsFunc(audience, func(aud any) bool {
		text, _ := aud.(string)
		return !slices.Contains(d.Options.list("audience"), text)
	})
	if !d.request() || !ok || !p.isOAuth() || !foreign || len(audience) < 2 ||
		!d.turned([]string{"signed-in"}, []string{"signed-out token-verification-failed"}) {
		return nil
	}
	return d.without(shutOut)
}
