package clerktest

import (
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"strings"
	"time"
)

// BadToken names a defect of a session token.
type BadToken string

// The defects that BadSessionToken can make.
const (
	BadExpired          BadToken = "expired"
	BadNotYet           BadToken = "not-yet"
	BadIssuedInFuture   BadToken = "issued-in-future"
	BadNoExpiry         BadToken = "no-expiry"
	BadNoSubject        BadToken = "no-subject"
	BadWrongKey         BadToken = "wrong-key"   // another key under the right kid
	BadUnknownKey       BadToken = "unknown-key" // a kid that no key set has
	BadIssuer           BadToken = "issuer"
	BadAuthorizedParty  BadToken = "authorized-party" // azp of a foreign origin
	BadTemplateCategory BadToken = "template-category"
	BadMachineCategory  BadToken = "machine-category"
	BadOAuthType        BadToken = "oauth-type" // typ at+jwt
	BadAlgorithmNone    BadToken = "algorithm-none"
	BadAlgorithmHMAC    BadToken = "algorithm-hmac" // HS256 with the public key as its secret
	BadAlgorithmPSS     BadToken = "algorithm-pss"
	BadCritical         BadToken = "critical" // an extension that nobody understands
	BadPending          BadToken = "pending"
	BadTampered         BadToken = "tampered" // claims changed after signing
	BadNoSignature      BadToken = "no-signature"
	BadPadding          BadToken = "padding" // base64 with = at its end
	BadTwoParts         BadToken = "two-parts"
	BadNotJSON          BadToken = "not-json"
	BadHuge             BadToken = "huge" // 64 KB of claims
)

// BadTokens returns every defect.
func BadTokens() []BadToken {
	return []BadToken{
		BadExpired, BadNotYet, BadIssuedInFuture, BadNoExpiry, BadNoSubject, BadWrongKey, BadUnknownKey, BadIssuer,
		BadAuthorizedParty, BadTemplateCategory, BadMachineCategory, BadOAuthType, BadAlgorithmNone, BadAlgorithmHMAC,
		BadAlgorithmPSS, BadCritical, BadPending, BadTampered, BadNoSignature, BadPadding, BadTwoParts, BadNotJSON, BadHuge,
	}
}

// BadSessionToken returns a token of a session with this one defect. An empty sessionID signs a new user in first.
func (in *Instance) BadSessionToken(kind BadToken, sessionID string) string {
	if sessionID == "" {
		sessionID = in.SignedInUser().SessionID
	}
	if opts, ok := badClaims(kind); ok {
		return in.SessionToken(sessionID, opts...)
	}
	if err := in.ensureKey(); err != nil {
		in.fail("BadSessionToken", err)
	}
	var token string
	err := in.read(func(x *tx) (err error) {
		s := tableSessions.get(x, sessionID)
		if s == nil {
			return errNotFound("session")
		}
		token, err = x.forge(kind, s)
		return err
	})
	if err != nil {
		in.fail("BadSessionToken", err)
	}
	return token
}

// badClaims are the ways that need no more than other claims or headers.
func badClaims(kind BadToken) ([]TokenOption, bool) {
	opt := func(opts ...TokenOption) ([]TokenOption, bool) { return opts, true }
	switch kind {
	case BadExpired:
		return opt(tokenShift(-time.Hour))
	case BadNotYet:
		return opt(tokenLater("nbf", time.Hour))
	case BadIssuedInFuture:
		return opt(tokenLater("iat", time.Hour))
	case BadNoExpiry:
		return opt(TokenClaim("exp", nil))
	case BadNoSubject:
		return opt(TokenClaim("sub", nil))
	case BadIssuer:
		return opt(TokenClaim("iss", "https://clerk.another-instance.example"))
	case BadAuthorizedParty:
		return opt(TokenAuthorizedParty("https://evil.example"))
	case BadTemplateCategory:
		return opt(TokenHeader("cat", categoryTemplate))
	case BadMachineCategory:
		return opt(TokenHeader("cat", categoryM2M))
	case BadOAuthType:
		return opt(TokenHeader("typ", "at+jwt"))
	case BadUnknownKey:
		return opt(TokenHeader("kid", "ins_000000000000000000000000000"))
	case BadCritical:
		return opt(TokenHeader("crit", []string{"exp"}))
	case BadPending:
		return opt(TokenClaim("sts", "pending"))
	case BadHuge:
		return opt(TokenClaim("padding", strings.Repeat("x", 64<<10)))
	default:
		return nil, false
	}
}

// tokenShift moves every time of the token.
func tokenShift(d time.Duration) TokenOption { return func(s *tokenSpec) { s.shift = d } }

// tokenLater moves one time claim.
func tokenLater(claim string, d time.Duration) TokenOption {
	return func(s *tokenSpec) { s.later[claim] = d }
}

// forge makes the tokens that need other hands on header or signature.
func (x *tx) forge(kind BadToken, s *session) (string, error) {
	kid, key, err := x.signer()
	if err != nil {
		return "", err
	}
	spec := x.inst.newTokenSpec(nil)
	header, claims := tokenHeader(kid, spec), x.sessionClaims(s, spec)
	good, err := signJWT(key, header, claims)
	if err != nil {
		return "", err
	}
	parts := strings.Split(good, ".")
	encode := base64.RawURLEncoding.EncodeToString
	switch kind {
	case BadWrongKey:
		other, err := processKeys.next()
		if err != nil {
			return "", err
		}
		return signJWT(other, header, claims)
	case BadTampered:
		claims["sub"] = "user_000000000000000000000000000"
		forged, err := unsignedJWT(header, claims)
		return forged + "." + parts[2], err
	case BadAlgorithmNone:
		header["alg"] = "none"
		forged, err := unsignedJWT(header, claims)
		return forged + ".", err
	case BadAlgorithmHMAC, BadAlgorithmPSS:
		return forgeAlgorithm(kind, key, header, claims)
	case BadNoSignature:
		return parts[0] + "." + parts[1] + ".", nil
	case BadPadding:
		return parts[0] + "." + parts[1] + "." + parts[2] + "==", nil
	case BadTwoParts:
		return parts[0] + "." + parts[1], nil
	case BadNotJSON:
		return encode([]byte("header")) + "." + encode([]byte("claims")) + "." + parts[2], nil
	default:
		return "", fmt.Errorf("clerktest: there is no bad token of kind %q", kind)
	}
}

func forgeAlgorithm(kind BadToken, key *rsa.PrivateKey, header, claims map[string]any) (string, error) {
	header["alg"] = map[BadToken]string{BadAlgorithmHMAC: "HS256", BadAlgorithmPSS: "PS512"}[kind]
	signed, err := unsignedJWT(header, claims)
	if err != nil {
		return "", err
	}
	var signature []byte
	if kind == BadAlgorithmHMAC {
		secret, err := publicPEM(&key.PublicKey)
		if err != nil {
			return "", err
		}
		mac := hmac.New(sha256.New, []byte(secret))
		_, _ = mac.Write([]byte(signed))
		signature = mac.Sum(nil)
	} else {
		sum := sha512.Sum512([]byte(signed))
		if signature, err = rsa.SignPSS(rand.Reader, key, crypto.SHA512, sum[:], nil); err != nil {
			return "", fmt.Errorf("clerktest: sign: %w", err)
		}
	}
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}
