package clerktest

import (
	"crypto/rand"
	"fmt"
	"math/big"
	"slices"
	"time"
)

// identifierKind is what e-mail addresses and phone numbers differ in.
type identifierKind struct {
	param    string // name of the field and of the object
	pathID   string
	strategy string // of one-time codes
	parse    func(string) (string, bool)
	list     func(*user) *[]identifier
	primary  func(*user) **string
	wire     func(*identifier) any
	send     func(x *tx, u *user, i *identifier, code string)
}

var emailKind = &identifierKind{
	param: "email_address", pathID: "email_address_id", strategy: "email_code", parse: parseEmail,
	list:    func(u *user) *[]identifier { return &u.Emails },
	primary: func(u *user) **string { return &u.PrimaryEmailID },
	wire:    func(i *identifier) any { return wireEmail(i) },
	send: func(x *tx, u *user, i *identifier, code string) {
		x.sendEmail(outboxEmail{
			To: i.Value, IdentificationID: i.ID, UserID: u.ID, Slug: "verification_code",
			Subject: code + " is your verification code", Body: "Your verification code is " + code, Code: code,
		})
	},
}

var phoneKind = &identifierKind{
	param: "phone_number", pathID: "phone_number_id", strategy: "phone_code", parse: parsePhone,
	list:    func(u *user) *[]identifier { return &u.Phones },
	primary: func(u *user) **string { return &u.PrimaryPhoneID },
	wire:    func(i *identifier) any { return wirePhone(i) },
	send: func(x *tx, u *user, i *identifier, code string) {
		x.sendText(outboxText{
			To: i.Value, IdentificationID: i.ID, UserID: u.ID, Slug: "verification_code",
			Body: code + " is your verification code", Code: code,
		})
	},
}

// codeLifetime is how long a one-time code can be used, codeAttempts how often it may be guessed.
const (
	codeLifetime = 10 * time.Minute
	codeAttempts = 3
)

func identifiersFamily() family {
	return family{endpoints: map[string]endpoint{
		"CreateEmailAddress":              {write: emailKind.create},
		"GetEmailAddress":                 {read: emailKind.get},
		"UpdateEmailAddress":              {write: emailKind.update},
		"DeleteEmailAddress":              {write: emailKind.delete},
		"PrepareEmailAddressVerification": {write: emailKind.prepare},
		"AttemptEmailAddressVerification": {write: emailKind.attempt},
		"ReplaceUserEmailAddress":         {write: emailKind.replace},
		"CreatePhoneNumber":               {write: phoneKind.create},
		"GetPhoneNumber":                  {read: phoneKind.get},
		"UpdatePhoneNumber":               {write: phoneKind.update},
		"DeletePhoneNumber":               {write: phoneKind.delete},
		"PreparePhoneNumberVerification":  {write: phoneKind.prepare},
		"AttemptPhoneNumberVerification":  {write: phoneKind.attempt},
		"ReplaceUserPhoneNumber":          {write: phoneKind.replace},
	}}
}

// identifierInput holds the fields of creating and updating either kind.
type identifierInput struct {
	UserID       string      `json:"user_id"`
	EmailAddress string      `json:"email_address"`
	PhoneNumber  string      `json:"phone_number"`
	Verified     field[bool] `json:"verified"`
	Primary      field[bool] `json:"primary"`
	SecondFactor field[bool] `json:"reserved_for_second_factor"`
	Status       string      `json:"identification_status"`
}

func (in *identifierInput) value(k *identifierKind) string {
	if k == emailKind {
		return in.EmailAddress
	}
	return in.PhoneNumber
}

// find returns the identifier of the path and its user.
func (k *identifierKind) find(c *call) (*user, *identifier, error) {
	id := c.param(k.pathID)
	if u := tableUsers.first(c.tx, "identification", id); u != nil {
		if i := identifierByID(*k.list(u), id); i != nil {
			return u, i, nil
		}
	}
	return nil, nil, errNotFound(k.param)
}

func (k *identifierKind) get(c *call) (any, error) {
	_, i, err := k.find(c)
	if err != nil {
		return nil, err
	}
	return k.wire(i), nil
}

func (k *identifierKind) create(c *call) (any, error) {
	var in identifierInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	u, err := findUser(c.tx, in.UserID)
	if err != nil {
		return nil, err
	}
	i, err := k.newRow(c.tx, in.value(k))
	if err != nil {
		return nil, err
	}
	if in.Verified.Value {
		i.Verification = adminVerification()
	}
	i.SecondFactor = k == phoneKind && in.SecondFactor.Value
	return k.store(c.tx, u, i, in.Primary.Value)
}

func (k *identifierKind) newRow(x *tx, value string) (*identifier, error) {
	plain, ok := k.parse(value)
	if !ok {
		return nil, errParamFormat(k.param, "valid")
	}
	if err := checkFree(x, k.param, plain, ""); err != nil {
		return nil, err
	}
	return &identifier{ID: x.newID("idn_"), Value: plain, CreatedAt: x.now, UpdatedAt: x.now}, nil
}

// store writes the identifier into its user, as the primary one if it is verified and that is wanted or it is the first.
func (k *identifierKind) store(x *tx, u *user, i *identifier, primary bool) (any, error) {
	if primary && !i.verified() {
		return nil, errParamValue("primary", "false for an identifier that is not verified")
	}
	i.UpdatedAt = x.now
	changeUser(x, u.ID, func(u *user) {
		list := k.list(u)
		*list = withIdentifier(*list, *i)
		if p := k.primary(u); primary || (*p == nil && i.verified()) {
			*p = &i.ID
		}
	})
	return k.wire(i), nil
}

func (k *identifierKind) update(c *call) (any, error) {
	var in identifierInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	u, i, err := k.find(c)
	if err != nil {
		return nil, err
	}
	switch {
	case in.Verified.given() && in.Verified.Value && !i.verified():
		i.Verification = adminVerification()
	case in.Verified.given() && !in.Verified.Value:
		if p := *k.primary(u); p != nil && *p == i.ID {
			return nil, errParamValue("verified", "true for the primary identifier")
		}
		i.Verification = nil
	}
	if k == phoneKind {
		in.SecondFactor.applyValue(&i.SecondFactor)
	}
	return k.store(c.tx, u, i, in.Primary.Value)
}

func (k *identifierKind) delete(c *call) (any, error) {
	u, i, err := k.find(c)
	if err != nil {
		return nil, err
	}
	changeUser(c.tx, u.ID, func(u *user) {
		list := k.list(u)
		*list = withoutIdentifier(*list, i.ID)
		if p := k.primary(u); *p != nil && **p == i.ID {
			*p = firstVerified(*list)
		}
	})
	return deleted(k.param, i.ID), nil
}

// replace makes one new identifier the only one of its kind.
func (k *identifierKind) replace(c *call) (any, error) {
	var in identifierInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	u, err := c.user()
	if err != nil {
		return nil, err
	}
	plain, ok := k.parse(in.value(k))
	if !ok {
		return nil, errParamFormat(k.param, "valid")
	}
	if err := checkFree(c.tx, k.param, plain, u.ID); err != nil {
		return nil, err
	}
	i := identifier{ID: c.tx.newID("idn_"), Value: plain, Reserved: in.Status == "reserved", CreatedAt: c.tx.now, UpdatedAt: c.tx.now}
	if old := slices.IndexFunc(*k.list(u), func(o identifier) bool { return o.Value == plain }); old >= 0 {
		i = (*k.list(u))[old]
	}
	if in.Status == "" || in.Status == "verified" {
		i.Verification = adminVerification()
	}
	changeUser(c.tx, u.ID, func(u *user) {
		*k.list(u), *k.primary(u) = []identifier{i}, nil
		if i.verified() {
			*k.primary(u) = &i.ID
		}
	})
	return k.wire(&i), nil
}

// identifierVerificationWire is the answer of preparing and attempting a verification.
type identifierVerificationWire struct {
	Object   string `json:"object"`
	ID       string `json:"id"`
	Status   string `json:"status"`
	Strategy string `json:"strategy"`
	Attempts int64  `json:"attempts"`
	ExpireAt int64  `json:"expire_at"`
}

func (k *identifierKind) prepare(c *call) (any, error) {
	u, i, err := k.find(c)
	if err != nil {
		return nil, err
	}
	if i.verified() {
		return nil, errBadRequest("verification_already_verified", "this identifier is verified already")
	}
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return nil, err
	}
	code := fmt.Sprintf("%06d", n)
	attempts, expires := int64(0), c.tx.time.Add(codeLifetime).UnixMilli()
	i.Verification = &verification{
		Object: "verification_otp", Status: "unverified", Strategy: k.strategy, Attempts: &attempts, ExpireAt: &expires, Code: code,
	}
	if _, err := k.store(c.tx, u, i, false); err != nil {
		return nil, err
	}
	k.send(c.tx, u, i, code)
	return k.verificationWire(i), nil
}

// attempt checks a code. A wrong one is an answer with another status, not an error, as long as attempts are left.
func (k *identifierKind) attempt(c *call) (any, error) {
	var in struct {
		Code string `json:"code"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	u, i, err := k.find(c)
	if err != nil {
		return nil, err
	}
	v := i.Verification
	if v == nil || v.Code == "" || v.Status != "unverified" {
		return nil, errBadRequest("verification_missing", "prepare a verification first")
	}
	next := *v
	attempts := *v.Attempts + 1
	next.Attempts = &attempts
	switch {
	case *v.ExpireAt <= c.tx.now:
		next.Status = "expired"
	case in.Code == v.Code || in.Code == testCode:
		next.Status = "verified"
	case attempts >= codeAttempts:
		next.Status = "failed"
	}
	i.Verification = &next
	if _, err := k.store(c.tx, u, i, false); err != nil {
		return nil, err
	}
	return k.verificationWire(i), nil
}

// testCode is the code that Clerk's test mode accepts everywhere.
const testCode = "424242"

func (k *identifierKind) verificationWire(i *identifier) identifierVerificationWire {
	v := i.Verification
	return identifierVerificationWire{
		Object: v.Object, ID: i.ID, Status: v.Status, Strategy: v.Strategy, Attempts: *v.Attempts, ExpireAt: *v.ExpireAt,
	}
}
