package clerktest

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"
)

// Explanation is the result of [Instance.Explain].
type Explanation struct {
	Accepted bool            `json:"accepted"`
	Reason   string          `json:"reason,omitzero"` // Clerk's word for the first failed check
	Checks   []TokenCheck    `json:"checks"`
	Header   json.RawMessage `json:"header,omitzero"`
	Claims   json.RawMessage `json:"claims,omitzero"`
}

// TokenCheck is one check of a token, in the order a verifier makes them.
type TokenCheck struct {
	Name   string `json:"name"`
	Passed bool   `json:"passed"`
	Detail string `json:"detail"`
}

// tokenHeaderFacts and tokenFacts are the parts of a token that checks read.
type tokenHeaderFacts struct {
	Alg  string `json:"alg"`
	Kid  string `json:"kid"`
	Typ  string `json:"typ"`
	Cat  string `json:"cat"`
	Crit any    `json:"crit"`
}

type tokenFacts struct {
	Issuer    string   `json:"iss"`
	Subject   string   `json:"sub"`
	SessionID string   `json:"sid"`
	ClientID  string   `json:"client_id"`
	Status    string   `json:"sts"`
	Party     string   `json:"azp"`
	Expiry    *float64 `json:"exp"`
	NotBefore *float64 `json:"nbf"`
	IssuedAt  *float64 `json:"iat"`
}

// clockSkew is what verifiers allow between their clock and Clerk's.
const clockSkew = 5 * time.Second

// maxToken bounds the length of a token that is looked at.
const maxToken = 16 << 10

// Explain runs all checks of a session token, at the instance's time and with its keys, and says which fail and why.
func (in *Instance) Explain(token string) Explanation {
	var ex Explanation
	_ = in.ensureKey()
	_ = in.read(func(x *tx) error {
		ex = x.explain(token)
		return nil
	})
	return ex
}

func (ex *Explanation) check(name string, passed bool, reason, good, bad string) bool {
	detail := good
	if !passed {
		detail = bad
		if ex.Reason == "" {
			ex.Reason = reason
		}
	}
	ex.Checks = append(ex.Checks, TokenCheck{Name: name, Passed: passed, Detail: detail})
	return passed
}

func (x *tx) explain(token string) Explanation {
	var ex Explanation
	var header tokenHeaderFacts
	var claims tokenFacts
	parts := strings.Split(token, ".")
	if !ex.check("length", len(token) <= maxToken, "token-invalid", "short enough", "longer than 16 KB") ||
		!ex.check("form", len(parts) == 3, "token-invalid", "three parts", "not three parts with dots between them") {
		return ex
	}
	ex.Header, ex.Claims = decodePart(parts[0]), decodePart(parts[1])
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	readable := ex.Header != nil && ex.Claims != nil && err == nil &&
		json.Unmarshal(ex.Header, &header) == nil && json.Unmarshal(ex.Claims, &claims) == nil
	if !ex.check("encoding", readable, "token-invalid", "header and claims are JSON objects", "a part is not base64url, not JSON or of a wrong type") {
		return ex
	}
	session := header.Cat == "" || header.Cat == categorySession || header.Cat == "cl_I7d4PD111III"
	ex.check("category", session, "token-type-mismatch", "a session token", "this category is not that of session tokens")
	ex.check("type", header.Typ == "" || header.Typ == "JWT", "token-invalid", "JWT", "typ is "+header.Typ)
	ex.check("critical", header.Crit == nil, "token-invalid", "no critical extensions", "crit is not understood")
	if ex.check("algorithm", header.Alg == "RS256", "token-invalid-algorithm", "RS256", "alg is "+header.Alg+", want RS256") {
		x.explainSignature(&ex, header.Kid, parts[0]+"."+parts[1], signature)
	}
	x.explainClaims(&ex, &claims)
	ex.Accepted = ex.Reason == ""
	return ex
}

// explainSignature looks the key up and checks the signature.
func (x *tx) explainSignature(ex *Explanation, kid, signed string, signature []byte) {
	k := tableKeys.get(x, kid)
	if !ex.check("key", k != nil && k.Published, "jwk-kid-mismatch", "the key set has the key", "no published key has this kid") {
		return
	}
	key, err := x.inst.parsedKey(k)
	sum := sha256.Sum256([]byte(signed))
	valid := err == nil && rsa.VerifyPKCS1v15(&key.PublicKey, crypto.SHA256, sum[:], signature) == nil
	ex.check("signature", valid, "token-invalid-signature", "made by the key", "not made by this key")
}

func (x *tx) explainClaims(ex *Explanation, claims *tokenFacts) {
	now := x.tokenTime()
	ex.check("subject", claims.Subject != "", "token-verification-failed", "names a user", "sub is missing")
	ex.check("issuer", claims.Issuer == x.inst.Issuer(), "token-verification-failed", "this instance", "another instance made it")
	if ex.check("expiry given", claims.Expiry != nil, "token-verification-failed", "exp is there", "exp is missing") {
		end := at(*claims.Expiry)
		ex.check("expiry", end.Add(clockSkew).After(now), "token-expired", "good for "+end.Sub(now).String(), "over for "+now.Sub(end).String())
	}
	if claims.NotBefore != nil {
		from := at(*claims.NotBefore)
		ex.check("not before", !from.After(now.Add(clockSkew)), "token-not-active-yet", "active", "active in "+from.Sub(now).String())
	}
	if claims.IssuedAt != nil {
		made := at(*claims.IssuedAt)
		ex.check("issued at", !made.After(now.Add(clockSkew)), "token-iat-in-the-future", "in the past", "made in "+made.Sub(now).String()+" from now")
	}
	if claims.Party != "" {
		// Which parties an application accepts is its own affair.
		ex.check("authorized party", true, "", "azp is "+claims.Party+": an application with a list of parties has to list it", "")
	}
	ex.check("status", claims.Status != "pending", "session-pending", "not pending", "the session is pending: verifiers treat it as signed out unless told otherwise")
}

func at(seconds float64) time.Time { return time.UnixMilli(int64(seconds * 1000)) }

// decodePart returns the JSON object of a token's part, nil when it is none.
func decodePart(part string) json.RawMessage {
	raw, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil || !bytes.HasPrefix(raw, []byte("{")) || !json.Valid(raw) {
		return nil
	}
	return raw
}

// verifyOwn checks a token that this instance made and returns its claims, or the reason of the refusal.
func (x *tx) verifyOwn(token string) (claims tokenFacts, refusal string) {
	ex := x.explain(token)
	if !ex.Accepted {
		return claims, ex.Reason
	}
	if json.Unmarshal(ex.Claims, &claims) != nil {
		return claims, "token-invalid"
	}
	return claims, ""
}
