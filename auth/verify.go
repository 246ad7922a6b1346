package clerkauth

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"
)

// maxTokenBytes bounds a token before anything is done with it.
const maxTokenBytes = 16 << 10

// jwtPolicy says which JWTs a verification accepts. The zero policy demands claims that are good in time and a subject.
type jwtPolicy struct {
	types   []string      // accepted typ; nil accepts JWT and none
	admit   admission     // nil admits all
	anyTime bool          // skip all checks of claims
	skew    time.Duration // tolerance of the time checks; zero is the configured one
	stable  bool          // the token is memory that nobody reuses: no copy is needed to keep it
	call    *callConfig   // parties, audience and issuer to check; nil skips them
}

// verifiedJWT is a token with a good signature, of the right class, with claims that were checked.
type verifiedJWT struct {
	header *tokenHeader
	claims *SessionClaims
	key    *Key
}

// admission looks at what a token claims to be before a key is looked for, and refuses the wrong class. It can only
// make the outcome stricter: nothing is verified yet.
type admission func(h *tokenHeader, c *SessionClaims) *Error

// onlySession admits session tokens; what was signed for another purpose is not valid here.
func onlySession(h *tokenHeader, c *SessionClaims) *Error {
	if !h.isSession() || strings.HasPrefix(c.Subject, prefixMch) || isIDToken(h, c) {
		return refuse(ReasonTokenInvalid, "the token is not that of a session")
	}
	return nil
}

// onlySessionClass is onlySession for requests, which have a reason of their own for tokens of another class.
func onlySessionClass(h *tokenHeader, c *SessionClaims) *Error {
	if !h.isSession() || strings.HasPrefix(c.Subject, prefixMch) || isOAuthType(h.typ) || isIDToken(h, c) {
		return refuse(ReasonTokenTypeMismatch, "")
	}
	return nil
}

// verifySession verifies a session token, or remembers that it did.
func (a *Authenticator) verifySession(ctx context.Context, token string, call *callConfig) (*SessionClaims, *Error) {
	return a.verifySessionAs(ctx, token, call, onlySession)
}

// verifySessionAs is verifySession with the admission of the caller, which must be as strict as [onlySession]: a token
// that is remembered was admitted.
func (a *Authenticator) verifySessionAs(
	ctx context.Context, token string, call *callConfig, admit admission,
) (*SessionClaims, *Error) {
	return a.verifyKnown(ctx, token, a.tokens.get(token), call, admit)
}

// verifyKnown is verifySessionAs for a token that was looked for in the cache: hit is what it had, or nil.
func (a *Authenticator) verifyKnown(
	ctx context.Context, token string, hit *cachedToken, call *callConfig, admit admission,
) (*SessionClaims, *Error) {
	now := a.now()
	policy := jwtPolicy{admit: admit, call: call, stable: a.tokens == nil && !call.volatile}
	if hit != nil {
		if key, err := a.findKey(ctx, hit.keyID, now); err == nil && hit.verifiedBy(key) {
			if refusal := a.checkClaims(hit.claims, &policy, now); refusal != nil {
				return nil, refusal
			}
			return hit.claims, nil
		}
	}
	verified, refusal := a.verifyJWT(ctx, token, &policy, now)
	if verified.key != nil {
		a.tokens.add(verified.claims, verified.header.keyID, verified.key, nil)
	}
	if refusal != nil {
		return nil, refusal
	}
	return verified.claims, nil
}

// verifyJWT verifies a token of any class by the policy. The result is empty unless the signature is good;
// together with an error it means that only the claims were refused.
func (a *Authenticator) verifyJWT(ctx context.Context, token string, p *jwtPolicy, now time.Time) (verifiedJWT, *Error) {
	parts, refusal := splitToken(token)
	if refusal != nil {
		return verifiedJWT{}, refusal
	}
	header := a.headers.get(parts.header)
	known := header != nil
	if !known {
		parsed, err := parseHeader(parts.header)
		if err != nil {
			return verifiedJWT{}, refuse(ReasonTokenInvalid, "the header is malformed")
		}
		header = parsed
	}
	buffer, _ := a.buffers.Get().(*tokenBuffer)
	defer a.buffers.Put(buffer)
	claims, refusal := buffer.decode(parts)
	if refusal != nil {
		return verifiedJWT{}, refusal
	}
	if p.admit != nil {
		if refusal := p.admit(header, claims); refusal != nil {
			return verifiedJWT{}, refusal
		}
	}
	key, refusal := a.keyFor(ctx, header, p, now)
	if refusal != nil {
		return verifiedJWT{}, refusal
	}
	if err := header.method.Verify(parts.signed, buffer.signature, key.Public); err != nil {
		return verifiedJWT{}, refuse(ReasonTokenInvalidSignature, "the signature is wrong")
	}
	if !known {
		a.headers.add(parts.header, header)
	}
	claims.token = token
	if !p.stable {
		claims.token = strings.Clone(token)
	}
	return verifiedJWT{header, claims, key}, a.checkClaims(claims, p, now)
}

// tokenParts are the segments of a token.
type tokenParts struct {
	header, payload, signature string
	signed                     string
}

func splitToken(token string) (tokenParts, *Error) {
	if len(token) > maxTokenBytes {
		return tokenParts{}, refuse(ReasonTokenInvalid, "the token is too long")
	}
	first := strings.IndexByte(token, '.')
	if first <= 0 {
		return tokenParts{}, refuse(ReasonTokenInvalid, "a token has three parts")
	}
	second := strings.IndexByte(token[first+1:], '.') + first + 1
	if second == first || strings.IndexByte(token[second+1:], '.') >= 0 {
		return tokenParts{}, refuse(ReasonTokenInvalid, "a token has three parts")
	}
	return tokenParts{token[:first], token[first+1 : second], token[second+1:], token[:second]}, nil
}

// decodeSegment appends the bytes of a segment to dst. The decoder of base64 passes over line breaks: the length tells.
func decodeSegment(dst []byte, segment string) ([]byte, error) {
	decoded, err := strictBase64.AppendDecode(dst, []byte(segment))
	if err == nil && len(decoded)-len(dst) != strictBase64.DecodedLen(len(segment)) {
		err = errSegment
	}
	return decoded, err
}

// tokenBuffer holds the decoded bytes of one token while it is verified.
type tokenBuffer struct {
	bytes     []byte
	signature []byte
}

func newTokenBuffer() any { return &tokenBuffer{bytes: make([]byte, 0, 2<<10)} }

// decode reads payload and signature. The claims point into neither the token nor the buffer.
func (b *tokenBuffer) decode(parts tokenParts) (*SessionClaims, *Error) {
	decoded, err := decodeSegment(b.bytes[:0], parts.payload)
	if err != nil {
		return nil, refuse(ReasonTokenInvalid, "the payload is malformed")
	}
	payload := string(decoded)
	b.bytes, err = decodeSegment(decoded[:0], parts.signature)
	if err != nil {
		return nil, refuse(ReasonTokenInvalid, "the signature is malformed")
	}
	b.signature = b.bytes
	claims, err := scanClaims(payload)
	if err != nil {
		return nil, refuse(ReasonTokenInvalid, "the payload is malformed")
	}
	return claims, nil
}

// keyFor returns the key of a header that asks for nothing unusual. A header that is refused anyway never makes a key
// set load; if its key is known to be missing, that is the reason.
func (a *Authenticator) keyFor(ctx context.Context, h *tokenHeader, p *jwtPolicy, now time.Time) (*Key, *Error) {
	if refusal := h.check(p.types); refusal != nil {
		if a.remote != nil && a.remote.lacks(h.keyID) {
			return nil, unknownKey()
		}
		return nil, refusal
	}
	key, err := a.findKey(ctx, h.keyID, now)
	if err != nil {
		return nil, keyError(err)
	}
	if key == nil || !usableKey(key.Public) {
		return nil, refuse(ReasonTokenVerificationFailed, "the key cannot be used")
	}
	if key.Algorithm != "" && key.Algorithm != h.method.Alg() {
		return nil, refuse(ReasonTokenVerificationFailed, "the key is for another algorithm")
	}
	return key, nil
}

func (h *tokenHeader) check(types []string) *Error {
	switch {
	case h.forbidden:
		return refuse(ReasonTokenInvalid, "the header has a parameter that must not be used")
	case types == nil && h.hasTyp && (h.badTyp || h.typ != "JWT"),
		types != nil && !slices.Contains(types, h.typ):
		return refuse(ReasonTokenInvalid, "the type is not accepted")
	case h.method == nil:
		return refuse(ReasonTokenInvalidAlgorithm, "the algorithm is not accepted")
	}
	return nil
}

func (a *Authenticator) findKey(ctx context.Context, id string, now time.Time) (*Key, error) {
	switch {
	case a.remote != nil:
		return a.remote.keyAt(ctx, id, now)
	case a.keys == nil:
		return nil, refuse(ReasonJWKFailedToResolve, "there is no source of keys")
	}
	return a.keys.Key(ctx, id)
}

func unknownKey() *Error {
	return refuse(ReasonJWKKidMismatch, "no key has the key id of the token")
}

// keyError keeps the reasons of our own key sets; what another key set reports is our trouble.
func keyError(err error) *Error {
	var own *Error
	if errors.As(err, &own) {
		return own
	}
	return &Error{Reason: ReasonJWKFailedToResolve, message: "the key set failed", cause: err}
}

// buffers and caches of an Authenticator.
type verifier struct {
	tokens        *tokenCache
	machineTokens *tokenCache // M2M and OAuth tokens that are JWTs
	headers       headerCache
	buffers       sync.Pool
}
