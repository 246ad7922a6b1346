package clerktest

import (
	"cmp"
	"encoding/json"
	"net/http"
	"time"
)

// SignUp describes a sign-up to create from Go. The zero value gets an e-mail address of its own.
type SignUp struct {
	ID             string         `json:"id"` // set by CreateSignUp unless given
	Email          string         `json:"email"`
	Phone          string         `json:"phone"`
	Username       string         `json:"username"`
	FirstName      string         `json:"first_name"`
	LastName       string         `json:"last_name"`
	ExternalID     string         `json:"external_id"`
	UnsafeMetadata map[string]any `json:"unsafe_metadata"`
}

// signUp is the stored form of a sign-up.
type signUp struct {
	ID             string   `json:"id"`
	Email          *string  `json:"email"`
	Phone          *string  `json:"phone"`
	Username       *string  `json:"username"`
	FirstName      *string  `json:"first_name"`
	LastName       *string  `json:"last_name"`
	ExternalID     *string  `json:"external_id"`
	CustomAction   bool     `json:"custom_action"`
	UnsafeMetadata metadata `json:"unsafe_metadata"`
	UserID         *string  `json:"user_id"` // once it is complete
	SessionID      *string  `json:"session_id"`
	AbandonAt      int64    `json:"abandon_at"`

	ClientID             string              `json:"client_id"`       // of the browser that began it
	PasswordDigest       string              `json:"password_digest"` // empty without a password
	LegalAcceptedAt      *int64              `json:"legal_accepted_at"`
	Ticket               string              `json:"ticket"` // of the invitation that it accepts
	EmailVerification    *factorVerification `json:"email_verification"`
	PhoneVerification    *factorVerification `json:"phone_verification"`
	External             *externalIdentity   `json:"external"` // that a provider vouched for
	ExternalVerification *factorVerification `json:"external_verification"`
}

type signUpWire struct {
	Object           string              `json:"object"`
	ID               string              `json:"id"`
	Status           string              `json:"status"`
	RequiredFields   []string            `json:"required_fields"`
	OptionalFields   []string            `json:"optional_fields"`
	MissingFields    []string            `json:"missing_fields"`
	UnverifiedFields []string            `json:"unverified_fields"`
	Verifications    signUpVerifications `json:"verifications"`
	Username         *string             `json:"username"`
	EmailAddress     *string             `json:"email_address"`
	PhoneNumber      *string             `json:"phone_number"`
	Web3Wallet       *string             `json:"web3_wallet"`
	PasswordEnabled  bool                `json:"password_enabled"`
	FirstName        *string             `json:"first_name"`
	LastName         *string             `json:"last_name"`
	UnsafeMetadata   metadata            `json:"unsafe_metadata"`
	PublicMetadata   metadata            `json:"public_metadata"`
	CustomAction     bool                `json:"custom_action"`
	ExternalID       *string             `json:"external_id"`
	CreatedSessionID *string             `json:"created_session_id"`
	CreatedUserID    *string             `json:"created_user_id"`
	AbandonAt        int64               `json:"abandon_at"`
	LegalAcceptedAt  *int64              `json:"legal_accepted_at"`
}

var tableSignUps = &table[*signUp]{
	name: "sign_ups",
	id:   func(s *signUp) string { return s.ID },
	indexes: map[string]func(*signUp) []string{
		"client": func(s *signUp) []string { return []string{s.ClientID} },
		"token": func(s *signUp) []string {
			var out []string
			for _, v := range []*factorVerification{s.EmailVerification, s.ExternalVerification} {
				if v != nil && v.Token != "" {
					out = append(out, v.Token)
				}
			}
			return out
		},
	},
}

// signUpLife is how long a sign-up waits for the rest.
const signUpLife = 24 * time.Hour

func signUpsFamily() family {
	create := adminRoute{http.MethodPost, "/sign_ups", func(in *Instance, r *http.Request) (any, error) {
		s, err := adminBody[SignUp](r)
		if err == nil {
			s, err = in.addSignUp(s)
		}
		return map[string]string{"id": s.ID}, err
	}}
	complete := adminRoute{http.MethodPost, "/sign_ups/{id}/complete", func(in *Instance, r *http.Request) (any, error) {
		who, err := in.completeSignUp(r.PathValue("id"))
		return map[string]string{"user_id": who.UserID, "session_id": who.SessionID, "token": who.Token}, err
	}}
	return family{
		tables: []anyTable{tableSignUps},
		endpoints: map[string]endpoint{
			"GetSignUp":    getter((*call).signUp, (*tx).wireSignUp),
			"UpdateSignUp": {write: updateSignUp},
		},
		raw: []rawRoute{{create.method, adminPath + create.path, create.handler}, {complete.method, adminPath + complete.path, complete.handler}},
	}
}

func (s *signUp) statusAt(now int64) string {
	switch {
	case s.UserID != nil:
		return "complete"
	case now >= s.AbandonAt:
		return "abandoned"
	default:
		return "missing_requirements"
	}
}

// signUp finds the sign-up of the path.
func (c *call) signUp() (*signUp, error) {
	return rowOf(c, tableSignUps, "id", "sign-up")
}

func updateSignUp(c *call) (any, error) {
	var in struct {
		ExternalID   field[string] `json:"external_id"`
		CustomAction field[bool]   `json:"custom_action"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	s, err := c.signUp()
	if err != nil {
		return nil, err
	}
	if s.statusAt(c.tx.now) != "missing_requirements" {
		return nil, errForbidden("sign_up_cannot_be_updated", "the sign-up is complete or abandoned")
	}
	s = tableSignUps.update(c.tx, s.ID, func(s *signUp) {
		in.ExternalID.apply(&s.ExternalID)
		in.CustomAction.applyValue(&s.CustomAction)
	})
	return c.tx.wireSignUp(s), nil
}

// CreateSignUp stores a sign-up that waits for the verification of its identifiers, and returns it with its id. After a
// day it is abandoned.
func (in *Instance) CreateSignUp(s SignUp) SignUp {
	s, err := in.addSignUp(s)
	if err != nil {
		in.fail("CreateSignUp", err)
	}
	return s
}

func (in *Instance) addSignUp(s SignUp) (SignUp, error) {
	err := in.write(s.apply)
	return s, err
}

// apply stores the sign-up and sets what it was not given.
func (s *SignUp) apply(x *tx) error {
	s.ID = cmp.Or(s.ID, x.newID("sua_"))
	if s.Email == "" && s.Phone == "" && s.Username == "" {
		s.Email = "sign-up-" + randomHex(6) + "@example.com"
	}
	row := &signUp{
		ID: s.ID, Username: nilIfEmpty(s.Username), FirstName: nilIfEmpty(s.FirstName), LastName: nilIfEmpty(s.LastName),
		ExternalID: nilIfEmpty(s.ExternalID), UnsafeMetadata: emptyMetadata, AbandonAt: x.time.Add(signUpLife).UnixMilli(),
	}
	if tableSignUps.get(x, s.ID) != nil {
		return errTaken("id")
	}
	for _, identity := range []struct {
		kind   *identifierKind
		value  string
		column **string
	}{{emailKind, s.Email, &row.Email}, {phoneKind, s.Phone, &row.Phone}} {
		if identity.value == "" {
			continue
		}
		plain, ok := identity.kind.parse(identity.value)
		if !ok {
			return errParamFormat(identity.kind.param, "valid")
		}
		if err := x.checkFree(identity.kind.param, plain, ""); err != nil {
			return err
		}
		*identity.column = &plain
	}
	if s.UnsafeMetadata != nil {
		raw, err := json.Marshal(s.UnsafeMetadata)
		if err != nil {
			return err
		}
		row.UnsafeMetadata = raw
	}
	tableSignUps.put(x, row)
	return nil
}

// CompleteSignUp finishes a sign-up as its owner would: identifiers become verified, the user is created with the
// external id of the sign-up, and signs in.
func (in *Instance) CompleteSignUp(id string) SignedIn {
	who, err := in.completeSignUp(id)
	if err != nil {
		in.fail("CompleteSignUp", err)
	}
	return who
}

func (in *Instance) completeSignUp(id string) (who SignedIn, err error) {
	err = in.write(func(x *tx) error { who, err = x.completeSignUp(id); return err })
	if err == nil {
		who.Token = in.SessionToken(who.SessionID)
	}
	return who, err
}

func (x *tx) completeSignUp(id string) (SignedIn, error) {
	s := tableSignUps.get(x, id)
	switch {
	case s == nil:
		return SignedIn{}, errNotFound("sign-up")
	case s.statusAt(x.now) != "missing_requirements":
		return SignedIn{}, errForbidden("sign_up_cannot_be_updated", "the sign-up is complete or abandoned")
	case s.Email == nil:
		return SignedIn{}, errParamMissing("email_address")
	}
	in := &userInput{
		Emails: field[[]string]{Set: true, Value: []string{*s.Email}}, Username: given(text(s.Username)), FirstName: given(text(s.FirstName)),
		LastName: given(text(s.LastName)), ExternalID: given(text(s.ExternalID)),
	}
	if s.Phone != nil {
		in.Phones = field[[]string]{Set: true, Value: []string{*s.Phone}}
	}
	seedMetadata(&in.Unsafe, s.UnsafeMetadata)
	u, err := x.newUser(in, x.checkAccess)
	if err != nil {
		return SignedIn{}, err
	}
	who := x.signIn(u, "", nil, nil)
	tableSignUps.update(x, id, func(s *signUp) { s.UserID, s.SessionID = &who.UserID, &who.SessionID })
	return who, nil
}
