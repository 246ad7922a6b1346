package main

import (
	"encoding/json"
	"net/http"
	"slices"
)

var keyRules = []scenarioRule{
	rule("D-13", "a key server that fails has a reason of its own", (*difference).keyServer),
	rule("D-19", "no key is loaded for a token that is hopeless", (*difference).hopeless),
	rule("D-19", "keys are loaded less often, taken back at once, and kept through failures", (*difference).keySequence),
}

// keyServer explains that the key server is named where it is the trouble.
func (d *difference) keyServer() *difference {
	if d.Options.text("jwtKey") != "" || d.Mode == "sequence" || !d.onlyReason() {
		return nil
	}
	answers := d.route("/jwks")
	state := keysMissing
	if len(answers) > 0 {
		state = stateOfKeys(answers[0])
	}
	theirs := []string{"signed-out token-verification-failed", "signed-out unexpected-error", "refused token-verification-failed"}
	if state == keysUnusable {
		theirs = append(theirs, "signed-out jwk-kid-mismatch", "refused jwk-kid-mismatch")
	}
	if !oneOf(d.theirs(), theirs) {
		return nil
	}
	reason := map[keyState]string{
		keysUnusable: "jwk-remote-failed-to-load", keysMissing: "jwk-remote-failed-to-load", keysRefused: "secret-key-invalid", keysServed: "jwk-kid-mismatch",
	}[state]
	if d.Options.text("secretKey") == "" {
		reason = "jwk-failed-to-resolve"
	}
	return d.nothingIf(d.ours() == "signed-out "+reason || d.ours() == "refused "+reason, state != keysServed || reason != "jwk-kid-mismatch" || d.unknownKey(answers[0]))
}

// keyState is what a key server does.
type keyState int

const (
	keysMissing  keyState = iota // no answer, or an error
	keysRefused                  // the secret key is wrong
	keysUnusable                 // an answer without a key that can verify
	keysServed
)

type servedKey struct {
	Type string `json:"kty"`
	Use  string `json:"use"`
	ID   string `json:"kid"`
}

func keysOf(answer backendAnswer) []servedKey {
	var body struct {
		Keys []servedKey `json:"keys"`
	}
	_ = json.Unmarshal(answer.Body, &body)
	return slices.DeleteFunc(body.Keys, func(key servedKey) bool { return key.Type != "RSA" || key.Use != "" && key.Use != "sig" })
}

func stateOfKeys(answer backendAnswer) keyState {
	switch {
	case answer.Status == http.StatusUnauthorized:
		return keysRefused
	case answer.Fail != "" || answer.Status >= http.StatusMultipleChoices:
		return keysMissing
	case answer.Raw != nil || len(keysOf(answer)) == 0:
		return keysUnusable
	}
	return keysServed
}

// unknownKey reports whether none of the presented tokens has a key id that is served.
func (d *difference) unknownKey(answer backendAnswer) bool {
	return !slices.ContainsFunc(d.tokens(), func(token string) bool {
		p, ok := peekAt(token)
		return ok && slices.ContainsFunc(keysOf(answer), func(key servedKey) bool { return key.ID == p.header["kid"] })
	})
}

// hopeless explains that a token is refused for its header, whatever the key server would say.
func (d *difference) hopeless() *difference {
	if d.Mode == "sequence" || d.Options.text("jwtKey") != "" || !d.onlyReason() || !d.turned(
		[]string{"signed-out jwk-*", "signed-out secret-key-invalid", "refused jwk-*", "refused secret-key-invalid"},
		[]string{"signed-out token-invalid", "signed-out token-invalid-algorithm", "refused token-invalid", "refused token-invalid-algorithm"},
	) {
		return nil
	}
	body, err := json.Marshal(map[string]any{"keys": []any{newWorld().jwk("ins_other", "A")}})
	if err != nil {
		return nil
	}
	return d.nothingIf(d.sameFor(d.withRoute(http.MethodGet, "/jwks", backendAnswer{Body: body})))
}
