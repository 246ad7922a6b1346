package clerktest

import "slices"

// identifierKind is what e-mail addresses and phone numbers differ in.
type identifierKind struct {
	param    string // name of the field and of the object
	pathID   string
	strategy string // of one-time codes
	channel  string // they go over, empty for e-mail
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
	param: "phone_number", pathID: "phone_number_id", strategy: "phone_code", channel: "sms", parse: parsePhone,
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

func identifiersFamily() family {
	return family{endpoints: map[string]endpoint{
		"CreateEmailAddress":      {write: emailKind.create},
		"GetEmailAddress":         {read: emailKind.get},
		"UpdateEmailAddress":      {write: emailKind.update},
		"DeleteEmailAddress":      {write: emailKind.delete},
		"ReplaceUserEmailAddress": {write: emailKind.replace},
		"CreatePhoneNumber":       {write: phoneKind.create},
		"GetPhoneNumber":          {read: phoneKind.get},
		"UpdatePhoneNumber":       {write: phoneKind.update},
		"DeletePhoneNumber":       {write: phoneKind.delete},
		"ReplaceUserPhoneNumber":  {write: phoneKind.replace},
	}}
}

// identifierInput holds the fields of creating and updating either kind.
type identifierInput struct {
	UserID       string      `json:"user_id"`
	EmailAddress string      `json:"email_address"`
	PhoneNumber  string      `json:"phone_number"`
	Verified     field[bool] `json:"verified"`
	Primary      field[bool] `json:"primary"`
	Notify       field[bool] `json:"notify_primary_email_address_changed"`
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
	u, err := c.tx.findUser(in.UserID)
	if err != nil {
		return nil, err
	}
	i, err := k.newIdentifier(c.tx, u, in.value(k))
	if err != nil {
		return nil, err
	}
	if in.Verified.Value {
		i.Verification = adminVerification()
	}
	if i.SecondFactor = k == phoneKind && in.SecondFactor.Value; i.SecondFactor && !i.verified() {
		return nil, errBadRequest("identification_create_second_factor_unverified", "only a verified phone number can be a second factor")
	}
	return k.store(c.tx, u, i, &in)
}

// newIdentifier makes an identifier for a user that nobody has yet, also not the user.
func (k *identifierKind) newIdentifier(x *tx, u *user, value string) (*identifier, error) {
	plain, err := k.parseFree(x, value, "")
	if err != nil {
		return nil, err
	}
	if slices.Contains(identifierValues(*k.list(u)), plain) {
		return nil, errTaken(k.param)
	}
	return &identifier{ID: x.newID("idn_"), Value: plain, CreatedAt: x.now}, nil
}

// reserve makes a phone number a second factor, or no longer one.
func (i *identifier) reserve(u *user, on bool) error {
	switch {
	case !i.verified():
		return errBadRequest("identification_update_second_factor_unverified", "only a verified phone number can be a second factor")
	case on && u.identifications() == 1:
		return errBadRequest("identification_update_failed", "the only identifier of a user cannot be the second factor")
	}
	i.SecondFactor = on
	return nil
}

// parseFree returns a value as it is stored, unless somebody else than owner has it.
func (k *identifierKind) parseFree(x *tx, value, owner string) (string, error) {
	plain, ok := k.parse(value)
	if !ok {
		return "", errParamFormat(k.param, "valid")
	}
	return plain, x.checkFree(k.param, plain, owner)
}

// store writes the identifier into its user, as the primary one if it is verified and that is wanted or it is the
// first.
func (k *identifierKind) store(x *tx, u *user, i *identifier, in *identifierInput) (any, error) {
	primary := in.Primary.Value
	switch {
	case primary && !i.verified():
		return nil, errVerificationNeeded("primary")
	case i.verified():
		if err := x.checkFree(k.param, i.Value, u.ID); err != nil {
			return nil, err
		}
	}
	i.UpdatedAt = x.now
	x.changeUser(u.ID, func(u *user) {
		list := k.list(u)
		*list = withIdentifier(*list, *i)
		if p := k.primary(u); primary || (*p == nil && i.verified()) {
			*p = &i.ID
		}
	})
	x.notifyPrimary(u, in.Notify.Value)
	stored := tableUsers.get(x, u.ID)
	x.inviteByDomain(stored)
	return k.wire(identifierByID(*k.list(stored), i.ID)), nil
}

// notifyPrimary mails the previous primary address if it was replaced and a notice was requested.
func (x *tx) notifyPrimary(before *user, wanted bool) {
	after := tableUsers.get(x, before.ID)
	old := primaryValue(before.Emails, before.PrimaryEmailID)
	if !wanted || old == "" || old == primaryValue(after.Emails, after.PrimaryEmailID) {
		return
	}
	x.sendEmail(outboxEmail{
		To: old, UserID: before.ID, Slug: "primary_email_address_changed",
		Subject: "Your primary e-mail address has changed", Body: "Another e-mail address is the primary one of your account now",
	})
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
		i.Verification, i.SecondFactor = nil, false
	}
	if k == phoneKind && in.SecondFactor.given() {
		if err := i.reserve(u, in.SecondFactor.Value); err != nil {
			return nil, err
		}
	}
	return k.store(c.tx, u, i, &in)
}

func (k *identifierKind) delete(c *call) (any, error) {
	u, i, err := k.find(c)
	if err != nil {
		return nil, err
	}
	if len(i.LinkedTo) > 0 {
		return nil, errLinked()
	}
	k.remove(c.tx, u, i)
	return deleted(k.param, i.ID), nil
}

// remove takes an identifier from its user; another usable one becomes the primary one.
func (k *identifierKind) remove(x *tx, u *user, i *identifier) {
	x.changeUser(u.ID, func(u *user) {
		list := k.list(u)
		*list = withoutIdentifier(*list, i.ID)
		if p := k.primary(u); *p != nil && **p == i.ID {
			*p = firstUsable(*list)
		}
	})
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
	plain, err := k.parseFree(c.tx, in.value(k), u.ID)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(*k.list(u), func(i identifier) bool { return len(i.LinkedTo) > 0 }) {
		return nil, errLinked()
	}
	i := identifier{ID: c.tx.newID("idn_"), Value: plain, Reserved: in.Status == "reserved", CreatedAt: c.tx.now, UpdatedAt: c.tx.now}
	if in.Status == "" || in.Status == "verified" {
		i.Verification = adminVerification()
	}
	c.tx.changeUser(u.ID, func(u *user) {
		*k.list(u) = []identifier{i}
		*k.primary(u) = firstUsable(*k.list(u))
	})
	c.tx.notifyPrimary(u, in.Notify.Value)
	return k.wire(&i), nil
}

// errLinked refuses to remove an identifier that a connected account vouches for.
func errLinked() *apiError {
	return errBadRequest("delete_linked_identification_disallowed", "remove the connected account first")
}

// errVerificationNeeded refuses a use that only verified identifiers have.
func errVerificationNeeded(param string) *apiError {
	return paramError("form_verification_needed", param, "is unverified", "the identifier has to be verified first")
}
