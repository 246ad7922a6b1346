package clerkauth

import (
	"maps"
	"strings"
	"sync/atomic"

	"github.com/golang-jwt/jwt/v5"

	"github.com/clerkgo/clerk-go/auth/internal/jsonscan"
)

// Categories that Clerk stamps on the classes of tokens that one key signs.
const (
	categorySession  = "cl_B7d4PD111AAA"
	categoryTemplate = "cl_B7d4PD222AAA"
	categoryM2M      = "cl_B7d4PD333AAA"
	categoryIgnore   = "cl_I7d4PD111III"
)

// tokenHeader is a parsed protected header.
type tokenHeader struct {
	keyID       string // empty where there is none that could be in a key set
	typ         string
	category    string
	hasTyp      bool
	hasCategory bool
	badTyp      bool
	badCategory bool
	method      *jwt.SigningMethodRSA // nil for an algorithm that is not ours
	shared      bool                  // signed with a shared secret, by HS256
	forbidden   bool                  // a parameter that must not be ignored or followed
}

// maxKeyID bounds key ids: they are chosen by whoever sends a token.
const maxKeyID = 128

// parseHeader reads the encoded first segment of a token.
func parseHeader(encoded string) (*tokenHeader, error) {
	decoded, err := decodeSegment(nil, encoded)
	if err != nil {
		return nil, err
	}
	h := &tokenHeader{}
	reader := headerReader{header: h}
	s := jsonscan.New(string(decoded))
	if err := s.Document(func(name string) error { return reader.member(&s, name) }); err != nil {
		return nil, err
	}
	return h, nil
}

type headerReader struct {
	header *tokenHeader
	seen   uint8
}

// member reads one parameter. Parameters that would bring a key of their own, change the payload or demand
// understanding are forbidden; all others are ignored.
func (r *headerReader) member(s *jsonscan.Scanner, name string) error {
	h := r.header
	switch name {
	case "alg":
		var alg string
		_, err := s.OptionalString(&alg)
		h.method, h.shared = signingMethod(alg), alg == "HS256"
		return r.once(1, err)
	case "typ":
		ok, err := s.OptionalString(&h.typ)
		h.hasTyp, h.badTyp = true, !ok
		return r.once(2, err)
	case "kid":
		_, err := s.OptionalString(&h.keyID)
		if len(h.keyID) > maxKeyID {
			h.keyID = ""
		}
		return r.once(4, err)
	case "cat":
		ok, err := s.OptionalString(&h.category)
		h.hasCategory, h.badCategory = true, !ok
		return r.once(8, err)
	case "crit", "jwk", "jku", "x5u", "x5c", "zip", "b64", "enc":
		h.forbidden = true
	}
	return s.Skip()
}

func (r *headerReader) once(bit uint8, err error) error {
	if err == nil && r.seen&bit != 0 {
		return jsonscan.ErrMalformed
	}
	r.seen |= bit
	return err
}

// signingMethod pins the algorithms: the token only picks among them.
func signingMethod(alg string) *jwt.SigningMethodRSA {
	switch alg {
	case "RS256":
		return jwt.SigningMethodRS256
	case "RS384":
		return jwt.SigningMethodRS384
	case "RS512":
		return jwt.SigningMethodRS512
	}
	return nil
}

// isTemplate reports whether the header is one of a token of a JWT template.
func (h *tokenHeader) isTemplate() bool {
	return h.category == categoryTemplate || h.shared && !h.hasCategory
}

// isSession reports whether the category allows the token to be one of a session.
func (h *tokenHeader) isSession() bool {
	return !h.badCategory && (!h.hasCategory || h.category == categorySession || h.category == categoryIgnore)
}

// headerCache remembers parsed headers by their encoded text. An instance signs with a handful of headers, so a good
// token costs one map read here. Only headers of tokens with a good signature get in, and not more than a few.
type headerCache struct {
	parsed atomic.Pointer[map[string]*tokenHeader]
}

const maxHeaders = 64

func (c *headerCache) get(encoded string) *tokenHeader {
	if m := c.parsed.Load(); m != nil {
		return (*m)[encoded]
	}
	return nil
}

func (c *headerCache) add(encoded string, h *tokenHeader) {
	old := c.parsed.Load()
	size := 0
	if old != nil {
		size = len(*old)
	}
	if size >= maxHeaders {
		return
	}
	next := make(map[string]*tokenHeader, size+1)
	if old != nil {
		maps.Copy(next, *old)
	}
	next[strings.Clone(encoded)] = h
	// Losing a race only means that the header is parsed once more.
	c.parsed.CompareAndSwap(old, &next)
}
