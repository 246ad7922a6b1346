package clerktest

import (
	"crypto/rand"
	"fmt"
	"math/big"
	"regexp"
	"time"
)

// codeVerification is a one-time code that was sent to an e-mail address or a phone number.
type codeVerification struct {
	ID           string `json:"id"`
	IdentifierID string `json:"identifier_id"`
	UserID       string `json:"user_id"`
	Token        string `json:"token,omitzero"`        // of a link in place of a code
	RedirectURL  string `json:"redirect_url,omitzero"` // where the link leads
	oneTimeCode
}

// oneTimeCode is a code that is good once, for a while and for a few guesses.
type oneTimeCode struct {
	Code     string `json:"code"`
	Status   string `json:"status"` // unverified, verified, expired or failed
	Attempts int64  `json:"attempts"`
	ExpireAt int64  `json:"expire_at"`
}

// newOneTimeCode returns a random code of six digits.
func (x *tx) newOneTimeCode() (oneTimeCode, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return oneTimeCode{}, err
	}
	return oneTimeCode{Code: fmt.Sprintf("%06d", n), Status: "unverified", ExpireAt: x.time.Add(codeLifetime).UnixMilli()}, nil
}

type codeVerificationWire struct {
	Object   string  `json:"object"`
	ID       string  `json:"id"`
	Status   string  `json:"status"`
	Strategy string  `json:"strategy"`
	Attempts int64   `json:"attempts"`
	ExpireAt int64   `json:"expire_at"`
	Channel  *string `json:"channel"`
}

// How long a one-time code can be used, how often it may be guessed, and the one that test mode accepts for test
// identifiers.
const (
	codeLifetime = 10 * time.Minute
	codeAttempts = 3
	testCode     = "424242"
)

var testIdentifier = regexp.MustCompile(`\+clerk_test@|^\+1\d{3}55501\d\d$`)

var tableCodeVerifications = &table[*codeVerification]{
	name: "code_verifications",
	id:   func(v *codeVerification) string { return v.ID },
	indexes: map[string]func(*codeVerification) []string{
		"user":       func(v *codeVerification) []string { return []string{v.UserID} },
		"identifier": func(v *codeVerification) []string { return []string{v.IdentifierID} },
		"token":      func(v *codeVerification) []string { return keysOf(v.Token) },
	},
}

func verificationsFamily() family {
	return family{
		tables: []anyTable{tableCodeVerifications},
		endpoints: map[string]endpoint{
			"PrepareEmailAddressVerification": {write: emailKind.prepare},
			"AttemptEmailAddressVerification": {write: emailKind.attempt},
			"PreparePhoneNumberVerification":  {write: phoneKind.prepare},
			"AttemptPhoneNumberVerification":  {write: phoneKind.attempt},
		},
		userGone: func(x *tx, userID string) { tableCodeVerifications.deleteAll(x, "user", userID) },
	}
}

func (k *identifierKind) wireCode(v *codeVerification) codeVerificationWire {
	return codeVerificationWire{
		Object: "verification_otp", ID: v.ID, Status: v.Status, Strategy: k.strategy, Attempts: v.Attempts, ExpireAt: v.ExpireAt,
		Channel: nilIfEmpty(k.channel),
	}
}

func (k *identifierKind) prepare(c *call) (any, error) {
	u, i, err := k.find(c)
	if err != nil {
		return nil, err
	}
	code, err := c.tx.newOneTimeCode()
	if err != nil {
		return nil, err
	}
	v := &codeVerification{ID: c.tx.newID("ver_"), IdentifierID: i.ID, UserID: u.ID, oneTimeCode: code}
	tableCodeVerifications.put(c.tx, v)
	k.send(c.tx, u, i, v.Code)
	return k.wireCode(v), nil
}

// attempt checks a code. A wrong or late one is an answer with another status, not an error. The right one also
// verifies the identifier, if it is not verified yet.
func (k *identifierKind) attempt(c *call) (any, error) {
	var in struct {
		VerificationID string `json:"verification_id"`
		Code           string `json:"code"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	u, i, err := k.find(c)
	if err != nil {
		return nil, err
	}
	v := tableCodeVerifications.get(c.tx, in.VerificationID)
	switch {
	case v == nil || v.IdentifierID != i.ID:
		return nil, errNotFound("verification")
	case v.Status == "verified":
		return nil, errBadRequest("verification_already_verified", "this code was accepted already")
	case v.Status != "unverified":
		return k.wireCode(v), nil
	}
	v = tableCodeVerifications.update(c.tx, v.ID, func(v *codeVerification) { v.guess(c.tx, in.Code, i.Value) })
	if v.Status == "verified" && !i.verified() {
		i.Verification = v.proof(k)
		if _, err := k.store(c.tx, u, i, &identifierInput{}); err != nil {
			return nil, err
		}
	}
	return k.wireCode(v), nil
}

// proof is what the identifier keeps of its verification.
func (v *codeVerification) proof(k *identifierKind) *verification {
	proof := &verification{Object: "verification_otp", Status: v.Status, Strategy: k.strategy, Attempts: &v.Attempts, ExpireAt: &v.ExpireAt}
	if v.RedirectURL != "" {
		proof.Object, proof.Strategy = "verification_email_link", "email_link"
	}
	return proof
}

// guess counts an attempt and notes its result. In test mode testCode is right, too, for identifiers that are made for
// tests.
func (v *oneTimeCode) guess(x *tx, code, identifier string) {
	v.Attempts++
	switch testing := x.settings().TestMode && testIdentifier.MatchString(identifier); {
	case v.ExpireAt <= x.now:
		v.Status = "expired"
	case code == v.Code || (testing && code == testCode):
		v.Status = "verified"
	case v.Attempts >= codeAttempts:
		v.Status = "failed"
	}
}
