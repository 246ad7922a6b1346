package main

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"regexp"
	"slices"
	"strings"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

var tokenRules = []scenarioRule{
	rule("D-1", "only session tokens are session tokens, on any path", (*difference).foreignToken),
	rule("2.1", "a token of another class is of another type, signed or not", (*difference).unsigned),
	rule("12.2", "a header that brings a key of its own is refused for it", (*difference).embeddedKey),
	rule("12.2", "a header that brings a key is refused, even if the key server serves that key", (*difference).embeddedServedKey),
	rule("3.2", "Verify is for session tokens, whose type is JWT", (*difference).headerType),
	rule("3.2", "a time that is no number is not compared", (*difference).textTime),
	rule("12.27", "a malformed audience is not no audience", (*difference).oddAudience),
	rule("D-1", "the message about the token of a JWT template says how to accept it", (*difference).templateMessage),
}

// foreignToken explains that Verify refuses tokens of another class for just that.
func (d *difference) foreignToken() *difference {
	return d.nothingIf(d.Mode == "verifyToken", len(d.lines) == 1, foreignClass(d.Token), d.ours() == "refused token-invalid", d.theirs() != "refused token-invalid")
}

// unsigned explains that a machine token without a signature is refused as one.
func (d *difference) unsigned() *difference {
	p, ok := peekAt(d.bearer())
	return d.nothingIf(
		d.request(), ok, p.signature == "", p.isMachine() || p.isOAuth(), d.onlyReason(),
		d.turned([]string{"signed-out token-invalid", "signed-out token-invalid-signature", "signed-out jwk-*"}, []string{"signed-out token-type-mismatch"}),
	)
}

// embeddedKey explains that a token is refused for its header, before anybody looks at its signature.
func (d *difference) embeddedKey() *difference {
	return d.nothingIf(
		slices.ContainsFunc(d.tokens(), bringsKey),
		d.turned([]string{"signed-out token-invalid-signature", "refused token-invalid-signature"}, []string{"signed-out token-invalid", "refused token-invalid"}),
		d.onlyReason(),
	)
}

// embeddedServedKey explains that such a token is refused although its signature is good: to them the header is ignored.
func (d *difference) embeddedServedKey() *difference {
	return d.nothingIf(
		slices.ContainsFunc(d.tokens(), func(token string) bool { return bringsKey(token) && d.signedByServed(token) }),
		d.turned([]string{"verified", "signed-in"}, []string{"refused token-invalid", "signed-out token-invalid"}),
		d.only("verifies: ", "status: ", "reason: ", "token: ", "token ", "x-clerk-auth-", "auth.", "has "),
	)
}

// signedByServed reports whether the signature of a token is good by the key of the PEM or by one that is served.
func (s *scenario) signedByServed(token string) bool {
	keys := []*rsa.PublicKey{s.publicKey()}
	for _, answer := range s.route("/jwks") {
		served, err := clerkauth.ParseJWKS(answer.Body)
		if err != nil {
			continue
		}
		for _, key := range served {
			keys = append(keys, key.Public)
		}
	}
	dot := strings.LastIndexByte(token, '.')
	signature, err := base64.RawURLEncoding.DecodeString(token[dot+1:])
	if dot < 0 || err != nil {
		return false
	}
	sum := sha256.Sum256([]byte(token[:dot]))
	return slices.ContainsFunc(keys, func(key *rsa.PublicKey) bool {
		return key != nil && rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], signature) == nil
	})
}

func bringsKey(token string) bool {
	p, ok := peekAt(token)
	return ok && slices.ContainsFunc([]string{"jwk", "jku", "x5u", "x5c"}, func(name string) bool { return p.header[name] != nil })
}

// tokens are all tokens that were presented.
func (s *scenario) tokens() []string {
	tokens := []string{s.Token, s.bearer()}
	for _, pair := range s.cookies() {
		tokens = append(tokens, pair[1])
	}
	return tokens
}

var armour = regexp.MustCompile(`-----[A-Z ]+-----|\s`)

// publicKey returns the key of the PEM, with or without its armour, or nil.
func (s *scenario) publicKey() *rsa.PublicKey {
	der, err := base64.StdEncoding.DecodeString(armour.ReplaceAllString(s.Options.text("jwtKey"), ""))
	if err != nil {
		return nil
	}
	parsed, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return nil
	}
	key, _ := parsed.(*rsa.PublicKey)
	return key
}

// headerType explains an option that this SDK does not have: the type of a session token is JWT, or none is named.
func (d *difference) headerType() *difference {
	p, ok := peekAt(d.Token)
	if d.Mode != "verifyToken" || d.Options["headerType"] == nil || !ok || !d.sameFor(d.withoutOption("headerType")) {
		return nil
	}
	typ, named := p.header["typ"].(string)
	listed := slices.Contains(d.Options.list("headerType"), typ)
	switch usual := !named || typ == "JWT"; {
	case !listed && usual && d.theirs() == "refused token-invalid":
		return d.nothing()
	case listed && !usual && d.ours() == "refused token-invalid":
		return d.nothing()
	}
	return nil
}

// oddAudience explains an audience that is neither a text nor a list: they decide as if none were asked for.
func (d *difference) oddAudience() *difference {
	odd := slices.ContainsFunc(d.tokens(), func(token string) bool {
		p, ok := peekAt(token)
		_, isText := p.payload["aud"].(string)
		_, isList := p.payload["aud"].([]any)
		return ok && p.payload["aud"] != nil && !isText && !isList
	})
	if !odd || len(d.Options.list("audience")) == 0 || !oneOf(d.ours(), []string{"signed-out token-verification-failed", "refused token-verification-failed"}) {
		return nil
	}
	if !d.sameFor(d.withOption("audience", "another-audience")) {
		return nil
	}
	return d.understoodAs(d.withoutOption("audience"), d.want)
}

// textTime explains a time of issue that is a text. They compare it as a number, with the time of the client and with the
// other session cookie; we compare it with nothing.
func (d *difference) textTime() *difference {
	if !d.request() || !slices.ContainsFunc(d.cookies(), func(pair [2]string) bool { return issuedAtText(pair[1]) }) {
		return nil
	}
	if d.comparedText() {
		old := d.withCookies(func(name, value string) (string, bool) {
			if strings.HasPrefix(name, "__client_uat") {
				value = "1" // before any token
			}
			return value, true
		})
		return d.nothingIf(d.sameFor(old))
	}
	// They may have chosen the other set of cookies.
	plain, suffixed := []string{"__session", "__client_uat"}, []string{d.suffixed("__session"), d.suffixed("__client_uat")}
	for _, sets := range [][2][]string{{plain, suffixed}, {suffixed, plain}} {
		const set = "location parameter suffixed_cookies: "
		rest := d.understoodAs(d.withoutCookies(sets[0]...), d.want)
		if (rest.only(set) || rest.comparedText()) && d.sameFor(d.withoutCookies(sets[1]...), set) {
			return rest.remaining(slices.DeleteFunc(rest.lines, func(line string) bool { return strings.HasPrefix(line, set) }))
		}
	}
	return nil
}

// comparedText reports whether they found a token older than its client, and we found it to be wrong.
func (d *difference) comparedText() bool {
	const older = "session-token-iat-before-client-uat"
	return d.turned([]string{"handshake " + older, "signed-out " + older}, []string{"signed-out *", "handshake session-token-missing-azp"})
}

func issuedAtText(token string) bool {
	p, ok := peekAt(token)
	_, isText := p.payload["iat"].(string)
	return ok && isText
}

// templateMessage explains the message, which they do not have.
func (d *difference) templateMessage() *difference {
	return d.without(func(line string) bool {
		return strings.HasPrefix(line, "x-clerk-auth-message: got the token is one of a JWT template, ")
	})
}
