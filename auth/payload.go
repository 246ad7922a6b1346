package clerkauth

import (
	"math"
	"slices"
	"time"

	"github.com/clerkgo/clerk-go/auth/internal/jsonscan"
)

// claimSet is a set of the claims that this package reads.
type claimSet uint32

const (
	claimSubject claimSet = 1 << iota
	claimSession
	claimIssuer
	claimParty
	claimAudience
	claimID
	claimIssuedAt
	claimNotBefore
	claimExpiry
	claimVersion
	claimStatus
	claimFactorAge
	claimActor
	claimFeatures
	claimPlans
	claimOrganization
	claimOrgID
	claimOrgSlug
	claimOrgRole
	claimOrgPermissions
)

func (s claimSet) has(c claimSet) bool { return s&c != 0 }

func claimNamed(name string) claimSet {
	switch name {
	case "sub":
		return claimSubject
	case "sid":
		return claimSession
	case "iss":
		return claimIssuer
	case "azp":
		return claimParty
	case "aud":
		return claimAudience
	case "jti":
		return claimID
	case "iat":
		return claimIssuedAt
	case "nbf":
		return claimNotBefore
	case "exp":
		return claimExpiry
	case "v":
		return claimVersion
	case "sts":
		return claimStatus
	case "fva":
		return claimFactorAge
	case "act":
		return claimActor
	case "fea":
		return claimFeatures
	case "pla":
		return claimPlans
	case "o":
		return claimOrganization
	case "org_id":
		return claimOrgID
	case "org_slug":
		return claimOrgSlug
	case "org_role":
		return claimOrgRole
	case "org_permissions":
		return claimOrgPermissions
	}
	return 0
}

// payloadReader fills claims from a payload in one pass. Names that matter must not repeat.
type payloadReader struct {
	claims       *SessionClaims
	seen         claimSet
	v2           orgClaims
	id2, slug2   string
	role2        string
	organization bool
}

// ParseClaims reads the payload of a session token without verifying anything, for tests. The error says only that
// the payload is malformed: not an object, a name that repeats, or too deep.
func ParseClaims(payload []byte) (*SessionClaims, error) {
	return scanClaims(string(payload))
}

func scanClaims(payload string) (*SessionClaims, error) {
	claims := &SessionClaims{raw: payload, Version: 1}
	reader := payloadReader{claims: claims}
	s := jsonscan.New(payload)
	if err := s.Document(func(name string) error { return reader.member(&s, name) }); err != nil {
		return nil, err
	}
	reader.finish()
	return claims, nil
}

func (r *payloadReader) member(s *jsonscan.Scanner, name string) error {
	claim := claimNamed(name)
	if claim == 0 {
		return s.Skip()
	}
	if r.seen.has(claim) {
		return jsonscan.ErrMalformed
	}
	r.seen |= claim
	c := r.claims
	switch claim {
	case claimIssuedAt:
		return r.time(s, claim, &c.IssuedAt, &c.millis.issuedAt)
	case claimNotBefore:
		return r.time(s, claim, &c.NotBefore, &c.millis.notBefore)
	case claimExpiry:
		return r.time(s, claim, &c.ExpiresAt, &c.millis.expires)
	case claimVersion:
		return r.version(s)
	case claimFactorAge:
		return r.factorAge(s)
	case claimActor:
		return r.actor(s)
	case claimAudience:
		return r.audience(s)
	case claimOrganization:
		return r.org(s)
	case claimOrgPermissions:
		list, _, err := stringList(s)
		c.org.listed = list
		return err
	case claimStatus:
		_, err := s.OptionalString((*string)(&c.Status))
		return err
	}
	ok, err := s.OptionalString(r.text(claim))
	if !ok {
		c.bad |= claim
	}
	return err
}

// text returns where a claim that is a string belongs.
func (r *payloadReader) text(claim claimSet) *string {
	c := r.claims
	switch claim {
	case claimSubject:
		return &c.Subject
	case claimSession:
		return &c.SessionID
	case claimIssuer:
		return &c.Issuer
	case claimParty:
		return &c.AuthorizedParty
	case claimFeatures:
		return &c.features
	case claimPlans:
		return &c.plans
	case claimOrgID:
		return &c.OrgID
	case claimOrgSlug:
		return &c.OrgSlug
	case claimOrgRole:
		return &c.OrgRole
	}
	return &c.ID
}

// maxSeconds is the end of time in JavaScript, far enough for everything and safe to multiply.
const maxSeconds = 8.64e12

// time reads whole seconds since 1970; a fraction is cut off and what lies beyond the end of time is moved there.
func (r *payloadReader) time(s *jsonscan.Scanner, claim claimSet, into *time.Time, millis *int64) error {
	if s.Kind() != jsonscan.Number {
		r.claims.bad |= claim
		return s.Skip()
	}
	seconds, err := s.Number()
	if err != nil {
		return err
	}
	whole := int64(min(max(seconds, -maxSeconds), maxSeconds))
	*into, *millis = time.Unix(whole, 0), whole*1000
	return nil
}

func (r *payloadReader) version(s *jsonscan.Scanner) error {
	if s.Kind() != jsonscan.Number {
		return s.Skip()
	}
	version, err := s.Number()
	if version == 2 {
		r.claims.Version = 2
	}
	return err
}

func (r *payloadReader) factorAge(s *jsonscan.Scanner) error {
	if s.Kind() != jsonscan.Array {
		return s.Skip()
	}
	var ages [2]float64
	numbers, count := true, 0
	err := s.Array(func(n int) (err error) {
		count++
		if s.Kind() != jsonscan.Number {
			numbers = false
			return s.Skip()
		}
		age, err := s.Number()
		if n < len(ages) {
			ages[n] = age
		}
		return err
	})
	if err == nil && numbers && count == len(ages) && !math.IsInf(ages[0], 0) && !math.IsInf(ages[1], 0) {
		r.claims.FactorAge = FactorAge{Known: true, First: ages[0], Second: ages[1]}
	}
	return err
}

func (r *payloadReader) actor(s *jsonscan.Scanner) error {
	if s.IsNull() {
		return s.Skip()
	}
	if s.Kind() != jsonscan.Object {
		r.claims.bad |= claimActor
		return s.Skip()
	}
	actor := &Actor{}
	r.claims.Actor = actor
	return stringFields(s, &actorNames, [5]*string{&actor.Issuer, &actor.SessionID, &actor.Subject, &actor.Type})
}

func (r *payloadReader) org(s *jsonscan.Scanner) error {
	if s.Kind() != jsonscan.Object {
		return s.Skip()
	}
	r.organization = true
	return stringFields(s, &orgNames, [5]*string{&r.id2, &r.slug2, &r.role2, &r.v2.permissions, &r.v2.masks})
}

var (
	actorNames = [5]string{"iss", "sid", "sub", "type"}
	orgNames   = [5]string{"id", "slg", "rol", "per", "fpm"}
)

// stringFields reads the string members of a small object into their places. No member that matters may repeat.
func stringFields(s *jsonscan.Scanner, names *[5]string, into [5]*string) error {
	var seen [5]bool
	return s.Object(func(name string) error {
		place := slices.Index(names[:], name)
		switch {
		case place < 0 || into[place] == nil:
			return s.Skip()
		case seen[place]:
			return jsonscan.ErrMalformed
		}
		seen[place] = true
		_, err := s.OptionalString(into[place])
		return err
	})
}

func (r *payloadReader) audience(s *jsonscan.Scanner) error {
	switch s.Kind() {
	case jsonscan.String:
		one, err := s.String()
		if one != "" {
			r.claims.Audience = []string{one}
		}
		return err
	case jsonscan.Array:
		list, ok, err := stringList(s)
		if !ok {
			r.claims.bad |= claimAudience
			return err
		}
		r.claims.Audience = list
		return err
	}
	if !s.IsNull() {
		r.claims.bad |= claimAudience
	}
	return s.Skip()
}

// stringList reads an array of strings; ok is false if an element is not a string.
func stringList(s *jsonscan.Scanner) (list []string, ok bool, err error) {
	if s.Kind() != jsonscan.Array {
		return nil, false, s.Skip()
	}
	ok, list = true, []string{}
	err = s.Array(func(int) error {
		var element string
		isString, err := s.OptionalString(&element)
		ok = ok && isString
		list = append(list, element)
		return err
	})
	if err != nil || !ok {
		return nil, false, err
	}
	return list, true, nil
}

// finish takes the organization from where the version keeps it.
func (r *payloadReader) finish() {
	c := r.claims
	c.seen = r.seen
	if c.Version != 2 {
		return
	}
	c.OrgID, c.OrgSlug, c.OrgRole = r.id2, r.slug2, ""
	switch r.role2 {
	case "":
	case "admin":
		c.OrgRole = "org:admin" // The two roles that every instance has cost no allocation.
	case "member":
		c.OrgRole = "org:member"
	default:
		c.OrgRole = "org:" + r.role2
	}
	c.org = r.v2
	c.org.hasOrganization = r.organization
}
