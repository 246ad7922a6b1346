package clerktest

import "time"

// sessionTokenLife is how long a session token is good at Clerk.
const sessionTokenLife = 60 * time.Second

// Categories of tokens, the cat member of the protected header.
const (
	categorySession  = "cl_B7d4PD111AAA"
	categoryTemplate = "cl_B7d4PD222AAA"
	categoryM2M      = "cl_B7d4PD333AAA"
)

// TokenOption changes a token that SessionToken signs.
type TokenOption func(*tokenSpec)

// tokenSpec is how to mint one session token.
type tokenSpec struct {
	v1       bool
	life     time.Duration
	leeway   time.Duration // nbf is so much before iat
	azp      string
	orgID    *string
	claims   map[string]any
	header   map[string]any
	fva      []int64
	category string
	shift    time.Duration            // of every time
	later    map[string]time.Duration // of single time claims
}

// TokenV1 mints the older form of session tokens, whose organization claims are org_id, org_role, org_slug and
// org_permissions.
func TokenV1() TokenOption { return func(s *tokenSpec) { s.v1 = true } }

// TokenTTL sets how long the token is good, 60 seconds without it. A negative duration makes an expired token.
func TokenTTL(d time.Duration) TokenOption { return func(s *tokenSpec) { s.life = d } }

// TokenAuthorizedParty sets the azp claim; empty leaves it out.
func TokenAuthorizedParty(origin string) TokenOption { return func(s *tokenSpec) { s.azp = origin } }

// TokenOrganization makes an organization the active one for this token. Empty mints a token of the personal account.
func TokenOrganization(id string) TokenOption { return func(s *tokenSpec) { s.orgID = &id } }

// TokenClaim sets a claim, replacing a standard one of this name. A nil value removes the claim.
func TokenClaim(name string, value any) TokenOption {
	return func(s *tokenSpec) { s.claims[name] = value }
}

// TokenHeader sets a member of the protected header. A nil value removes it.
func TokenHeader(name string, value any) TokenOption {
	return func(s *tokenSpec) { s.header[name] = value }
}

// TokenFactorAge sets the fva claim: minutes since each factor was verified, -1 where there is none.
func TokenFactorAge(first, second int64) TokenOption {
	return func(s *tokenSpec) { s.fva = []int64{first, second} }
}

func (in *Instance) newTokenSpec(opts []TokenOption) *tokenSpec {
	s := &tokenSpec{
		life: sessionTokenLife, leeway: 10 * time.Second, azp: in.emulator.origin,
		claims: map[string]any{}, header: map[string]any{}, later: map[string]time.Duration{}, category: categorySession,
	}
	for _, opt := range opts {
		opt(s)
	}
	return s
}

// pendingJWT signs a token, which takes longer than all else that an answer needs. An answer is written after the look at the
// state, so that nobody waits there for a signature.
type pendingJWT func() (string, error)

// MarshalText signs.
func (sign pendingJWT) MarshalText() ([]byte, error) {
	text, err := sign()
	return []byte(text), err
}

// sessionJWT makes a session token.
func (x *tx) sessionJWT(s *session, spec *tokenSpec) (pendingJWT, error) {
	kid, key, err := x.signer()
	if err != nil {
		return nil, err
	}
	header, claims := tokenHeader(kid, spec), x.sessionClaims(s, spec)
	return func() (string, error) { return signJWT(key, header, claims) }, nil
}

// mintSession signs a session token at once.
func (x *tx) mintSession(s *session, spec *tokenSpec) (string, error) {
	jwt, err := x.sessionJWT(s, spec)
	if err != nil {
		return "", err
	}
	return jwt()
}

func tokenHeader(kid string, spec *tokenSpec) map[string]any {
	header := map[string]any{"alg": "RS256", "cat": spec.category, "kid": kid, "typ": "JWT"}
	override(header, spec.header)
	return header
}

// sessionClaims builds the payload of a session token.
func (x *tx) sessionClaims(s *session, spec *tokenSpec) map[string]any {
	now := x.tokenTime().Add(spec.shift)
	claims := map[string]any{
		"iss": x.inst.Issuer(), "sub": s.UserID, "sid": s.ID, "sts": s.statusAt(x.now), "jti": randomHex(10),
		"iat": now.Unix(), "nbf": now.Add(-spec.leeway).Unix(), "exp": now.Add(spec.life).Unix(),
		"fva": x.factorAges(s, spec),
	}
	if spec.azp != "" {
		claims["azp"] = spec.azp
	}
	if len(s.Actor) > 0 && string(s.Actor) != "null" {
		claims["act"] = s.Actor
	}
	orgID := s.OrganizationID
	if spec.orgID != nil {
		orgID = spec.orgID
	}
	x.organizationClaims(claims, s.UserID, orgID, spec.v1)
	for name, d := range spec.later {
		claims[name] = now.Add(d).Unix()
	}
	override(claims, spec.claims)
	return claims
}

// tokenTime is the time that tokens are minted and checked at.
func (x *tx) tokenTime() time.Time {
	if x.inst.emulator.realTokens {
		return time.Now().UTC()
	}
	return x.time
}

func (x *tx) factorAges(s *session, spec *tokenSpec) []int64 {
	if spec.fva != nil {
		return spec.fva
	}
	ages := []int64{minutes(x.now - s.FirstFactorAt), -1}
	if s.SecondFactorAt != nil {
		ages[1] = minutes(x.now - *s.SecondFactorAt)
	}
	return ages
}

func minutes(ms int64) int64 { return max(ms, 0) / time.Minute.Milliseconds() }

// override lays changes over m; nil removes.
func override(m, changes map[string]any) {
	for name, value := range changes {
		if value == nil {
			delete(m, name)
			continue
		}
		m[name] = value
	}
}
