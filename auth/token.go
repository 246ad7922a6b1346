package clerkauth

import (
	"encoding/base64"
	"errors"
	"strings"
	"sync"
)

// maxTokenBytes bounds a token before anything is done with it.
const maxTokenBytes = 16 << 10

// Prefixes of opaque machine tokens, and of the subjects of M2M tokens.
const (
	prefixM2M    = "mt_"
	prefixOAuth  = "oat_"
	prefixAPIKey = "ak_"
	prefixMch    = "mch_"
)

// presented is a token that somebody presented, read once. Until [Authenticator.verify] has accepted it, everything
// here is only what the token claims about itself and may at most make the outcome stricter.
type presented struct {
	text      string
	borrowed  bool           // text is memory that its owner will reuse
	cached    *cachedToken   // what the cache knows about the token, or nil
	class     TokenType      // the verification that the token has to pass
	header    *tokenHeader   // nil unless the token is a JWT
	newHeader string         // the encoded header, if no good token had it before
	claims    *SessionClaims // nil where refusal says why
	refusal   *Error         // why the text is no JWT, or nil
	signed    string         // what the signature covers
	signature string         // still encoded
	key       *Key           // that made the signature, once this is verified
}

// tokenReader reads tokens with the caches and buffers of an Authenticator. The zero reader has no token cache.
type tokenReader struct {
	tokens        *tokenCache
	machineTokens *tokenCache // M2M and OAuth tokens that are JWTs
	headers       headerCache
	buffers       sync.Pool
}

// ClassifyToken returns the class of a credential by its shape. Nothing is verified. Text that fits no other class,
// garbage included, is a session token candidate.
func ClassifyToken(token string) TokenType {
	p := presented{text: token}
	new(tokenReader).read(&p)
	return p.class
}

// read reads a token of any class. Only a token that the cache does not know is taken apart.
func (r *tokenReader) read(p *presented) {
	if p.cached = r.tokens.get(p.text); p.cached == nil {
		p.cached = r.machineTokens.get(p.text)
	}
	if p.cached == nil {
		r.parse(p)
		return
	}
	p.claims, p.class = p.cached.claims, p.cached.class()
}

// parse takes the token apart, whatever the cache knows about it.
func (r *tokenReader) parse(p *presented) {
	p.cached, p.claims = nil, nil
	if p.class = opaqueClass(p.text); p.class != TokenNone {
		p.refusal = errOpaque
		return
	}
	p.class = TokenSession
	header, payload, ok := p.split()
	if !ok {
		return
	}
	if p.header = r.headers.get(header); p.header == nil {
		parsed, err := parseHeader(header)
		if err != nil {
			p.refusal = refuse(ReasonTokenInvalid, "the header is malformed")
			return
		}
		p.header, p.newHeader = parsed, header
	}
	claims := r.decodeClaims(payload)
	p.class = p.jwtClass(claims)
	switch {
	case claims == nil:
		p.refusal = refuse(ReasonTokenInvalid, "the payload is malformed")
	case !isBase64URL(p.signature):
		p.refusal = refuse(ReasonTokenInvalid, "the signature is malformed")
	default:
		p.claims = claims
	}
}

// errOpaque is why the token of a machine is refused where a JWT is needed.
var errOpaque = refuse(ReasonTokenInvalid, "the token is opaque, not a JWT")

// opaqueClass returns the class of a token that is no JWT, or [TokenNone].
func opaqueClass(text string) TokenType {
	switch {
	case strings.HasPrefix(text, prefixM2M):
		return TokenM2M
	case strings.HasPrefix(text, prefixOAuth):
		return TokenOAuth
	case strings.HasPrefix(text, prefixAPIKey):
		return TokenAPIKey
	}
	return TokenNone
}

// jwtClass returns the class of a JWT. The claims are nil where they cannot be read. Without a signature nothing is a
// machine token.
func (p *presented) jwtClass(claims *SessionClaims) TokenType {
	switch {
	case p.signature == "":
	case claims != nil && strings.HasPrefix(claims.Subject, prefixMch):
		return TokenM2M
	case isOAuthType(p.header.typ):
		return TokenOAuth
	case p.header.isTemplate():
		return TokenTemplate
	}
	return TokenSession
}

func isOAuthType(typ string) bool { return typ == "at+jwt" || typ == "application/at+jwt" }

// opaque reports whether only Clerk can tell what the token stands for.
func (p *presented) opaque() bool { return opaqueClass(p.text) != TokenNone }

// keep returns the text as memory that nobody reuses.
func (p *presented) keep() string {
	if p.borrowed {
		p.text, p.borrowed = strings.Clone(p.text), false
	}
	return p.text
}

// issuedAt returns when the token claims to have been issued, in Unix seconds.
func (p *presented) issuedAt() (seconds int64, ok bool) {
	if p.claims == nil || p.claims.bad.has(claimIssuedAt) || !p.claims.seen.has(claimIssuedAt) {
		return 0, false
	}
	return p.claims.IssuedAt.Unix(), true
}

// split finds the three parts of a JWT.
func (p *presented) split() (header, payload string, ok bool) {
	if len(p.text) > maxTokenBytes {
		p.refusal = refuse(ReasonTokenInvalid, "the token is too long")
		return "", "", false
	}
	first := strings.IndexByte(p.text, '.')
	second := strings.IndexByte(p.text[first+1:], '.') + first + 1
	if first <= 0 || second == first || strings.IndexByte(p.text[second+1:], '.') >= 0 {
		p.refusal = refuse(ReasonTokenInvalid, "a token has three parts")
		return "", "", false
	}
	p.signed, p.signature = p.text[:second], p.text[second+1:]
	return p.text[:first], p.text[first+1 : second], true
}

// decodeClaims reads a payload. The claims point into neither the token nor the buffer; they are nil if the payload is
// malformed.
func (r *tokenReader) decodeClaims(payload string) *SessionClaims {
	buffer := r.buffer()
	defer r.buffers.Put(buffer)
	decoded, err := decodeSegment((*buffer)[:0], payload)
	if err != nil {
		return nil
	}
	*buffer = decoded
	claims, err := scanClaims(string(decoded))
	if err != nil {
		return nil
	}
	return claims
}

// buffer lends memory for the decoded bytes of one segment. It goes back into the pool.
func (r *tokenReader) buffer() *[]byte {
	if buffer, ok := r.buffers.Get().(*[]byte); ok {
		return buffer
	}
	fresh := make([]byte, 0, 2<<10)
	return &fresh
}

var (
	strictBase64 = base64.RawURLEncoding.Strict()
	errSegment   = errors.New("clerkauth: malformed base64")
)

// decodeSegment appends the bytes of a segment to dst. The base64 decoder ignores line breaks, so the length is
// compared as well.
func decodeSegment(dst []byte, segment string) ([]byte, error) {
	decoded, err := strictBase64.AppendDecode(dst, []byte(segment))
	if err == nil && len(decoded)-len(dst) != strictBase64.DecodedLen(len(segment)) {
		err = errSegment
	}
	return decoded, err
}

func isBase64URL(text string) bool {
	for i := range len(text) {
		if !isNameByte(text[i]) && text[i] != '-' {
			return false
		}
	}
	return true
}
