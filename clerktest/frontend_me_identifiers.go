package clerktest

import (
	"slices"

	"github.com/clerkgo/clerk-go/clerktest/internal/route"
)

// ownIdentifiersFamily is the part of the Frontend API about the e-mail addresses, phone numbers and wallets of the
// user.
func ownIdentifiersFamily() family {
	return family{frontend: map[string]frontendEndpoint{
		"getEmailAddresses":     {read: emailKind.listOwn},
		"createEmailAddresses":  {write: sensitive(emailKind.addOwn)},
		"getEmailAddress":       {read: emailKind.readOwn},
		"DeleteEmailAddress":    {write: sensitive(emailKind.deleteOwn)},
		"sendVerificationEmail": {write: emailKind.prepareOwn},
		"verifyEmailAddress":    {write: emailKind.attemptOwn},
		"getPhoneNumbers":       {read: phoneKind.listOwn},
		"postPhoneNumbers":      {write: sensitive(phoneKind.addOwn)},
		"ReadPhoneNumber":       {read: phoneKind.readOwn},
		"UpdatePhoneNumber":     {write: sensitive(updateOwnPhone)},
		"DeletePhoneNumber":     {write: sensitive(phoneKind.deleteOwn)},
		"sendVerificationSMS":   {write: phoneKind.prepareOwn},
		"verifyPhoneNumber":     {write: phoneKind.attemptOwn},
		"getWeb3Wallets":        {read: listOwnWallets},
		"readWeb3Wallet":        {read: readOwnWallet},
		"deleteWeb3Wallet":      {write: sensitive(deleteOwnWallet)},
	}}
}

// own is the identifier of the path, which belongs to the person who is signed in.
func (k *identifierKind) own(c *frontendCall) (*identifier, error) {
	id := c.param("email_id")
	if k == phoneKind {
		id = c.param("phone_number_id")
	}
	if i := identifierByID(*k.list(c.user), id); i != nil {
		return i, nil
	}
	return nil, errNotFound(k.param)
}

// wireOwn is an identifier as its owner sees it: one that is not verified tells how far its verification is.
func (k *identifierKind) wireOwn(x *tx, i *identifier) any {
	shown := x.withPending(k, *i)
	return k.wire(&shown)
}

// withPending adds the verification that an identifier waits for.
func (x *tx) withPending(k *identifierKind, i identifier) identifier {
	if v := x.pendingCode(i.ID); v != nil && i.Verification == nil {
		i.Verification = v.proof(k)
	}
	return i
}

// pendingCode is the code or link that was sent to an identifier last, nil when there was none.
func (x *tx) pendingCode(identifierID string) *codeVerification {
	sent := tableCodeVerifications.find(x, "identifier", identifierID)
	if len(sent) == 0 {
		return nil
	}
	return sent[len(sent)-1]
}

func (k *identifierKind) listOwn(c *frontendCall) (any, error) {
	out := []any{}
	for _, i := range *k.list(c.user) {
		out = append(out, k.wireOwn(c.tx, &i))
	}
	return out, nil
}

func (k *identifierKind) readOwn(c *frontendCall) (any, error) {
	i, err := k.own(c)
	if err != nil {
		return nil, err
	}
	return k.wireOwn(c.tx, i), nil
}

// checkChangeable refuses to change an attribute that the instance does not use, or that nobody may change.
func (k *identifierKind) checkChangeable(x *tx) error {
	settings := x.userSettings()
	switch a := settings.Attributes[k.param]; {
	case !a.Enabled:
		return paramError("form_param_unknown", k.param, "is unknown", "This instance does not use this kind of identifier.")
	case a.Immutable:
		return errForbidden("identifier_immutable", "This identifier cannot be changed.")
	}
	return nil
}

// maxOwnIdentifiers bounds the identifiers of one kind that a person adds.
const maxOwnIdentifiers = 50

func (k *identifierKind) addOwn(c *frontendCall) (any, error) {
	var in identifierInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if err := k.checkChangeable(c.tx); err != nil {
		return nil, err
	}
	if len(*k.list(c.user)) >= maxOwnIdentifiers {
		return nil, errQuota("identification_quota_exceeded", "This account has as many identifiers of this kind as it may have.")
	}
	i, err := k.newIdentifier(c.tx, c.user, in.value(k))
	if err != nil {
		return nil, err
	}
	if k == phoneKind && in.SecondFactor.Value {
		return nil, errBadRequest("identification_create_second_factor_unverified", "Verify the phone number first, then make it a second factor.")
	}
	if err := c.tx.checkIdentifiers(slices.Concat([]string{i.Value}, identifierValues(c.user.Emails), identifierValues(c.user.Phones))...); err != nil {
		return nil, err
	}
	if _, err := k.store(c.tx, c.user, i, &identifierInput{}); err != nil {
		return nil, err
	}
	return k.wireOwn(c.tx, i), nil
}

// deleteOwn removes an identifier, unless the account would lose its last one, or one that everybody needs here.
func (k *identifierKind) deleteOwn(c *frontendCall) (any, error) {
	i, err := k.own(c)
	if err != nil {
		return nil, err
	}
	if err := k.checkChangeable(c.tx); err != nil {
		return nil, err
	}
	settings := c.tx.userSettings()
	left := withoutIdentifier(*k.list(c.user), i.ID)
	switch {
	case len(i.LinkedTo) > 0:
		return nil, errLinked()
	case i.usable() && settings.Attributes[k.param].Required && firstUsable(left) == nil:
		return nil, errBadRequest("identification_deletion_failed", "Everybody needs an identifier of this kind here, and this is your last one.")
	case i.usable() && c.user.signInIdentifiers() == 1:
		return nil, errBadRequest("identification_deletion_failed", "You cannot delete your last identifier.")
	}
	k.remove(c.tx, c.user, i)
	c.tx.dropUselessCodes(c.user.ID)
	return deleted(k.param, i.ID), nil
}

// signInIdentifiers counts what the user can be told by and has proved.
func (u *user) signInIdentifiers() int {
	n := len(u.Wallets) + len(optionalKey(u.Username))
	for _, list := range [][]identifier{u.Emails, u.Phones} {
		for i := range list {
			if list[i].usable() {
				n++
			}
		}
	}
	return n
}

// prepareOwn sends a code, or to an e-mail address also a link.
func (k *identifierKind) prepareOwn(c *frontendCall) (any, error) {
	var in factorInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	i, err := k.own(c)
	switch {
	case err != nil:
		return nil, err
	case i.verified():
		return nil, errBadRequest("verification_already_verified", "This identifier is verified already.")
	case in.Strategy != k.strategy && (k != emailKind || in.Strategy != "email_link"):
		return nil, paramError("strategy_for_user_invalid", "strategy", "is not possible", "This identifier cannot be verified this way.")
	}
	sent := &factorVerification{Strategy: in.Strategy, IdentifierID: i.ID, Value: i.Value}
	if err := c.send(sent, c.user.ID, &in); err != nil {
		return nil, err
	}
	tableCodeVerifications.put(c.tx, &codeVerification{
		ID: c.tx.newID("ver_"), IdentifierID: i.ID, UserID: c.user.ID, Token: sent.Token, RedirectURL: sent.RedirectURL, oneTimeCode: sent.oneTimeCode,
	})
	return k.wireOwn(c.tx, i), nil
}

// attemptOwn checks the code that somebody typed, by the rules of every code.
func (k *identifierKind) attemptOwn(c *frontendCall) (any, error) {
	var in factorInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	i, err := k.own(c)
	if err != nil {
		return nil, err
	}
	if i.verified() {
		return nil, errBadRequest("verification_already_verified", "This identifier is verified already.")
	}
	v := c.tx.pendingCode(i.ID)
	if v == nil || v.Code == "" {
		return nil, errNotPrepared()
	}
	guess := &factorVerification{Value: i.Value, oneTimeCode: v.oneTimeCode}
	refusal := c.tx.guessCode(guess, in.Code)
	v = tableCodeVerifications.update(c.tx, v.ID, func(v *codeVerification) { v.oneTimeCode = guess.oneTimeCode })
	if refusal != nil {
		return nil, refusal
	}
	return k.verifyOwn(c.tx, c.user, i, v)
}

// verifyOwn marks an identifier as proved.
func (k *identifierKind) verifyOwn(x *tx, u *user, i *identifier, v *codeVerification) (any, error) {
	i.Verification = v.proof(k)
	return k.store(x, u, i, &identifierInput{})
}

// openIdentifierLink verifies an e-mail address by the link that was sent there.
func (c *frontendCall) openIdentifierLink(sent *codeVerification) (any, error) {
	u := tableUsers.get(c.tx, sent.UserID)
	if u == nil {
		return nil, errUserGone()
	}
	i := identifierByID(u.Emails, sent.IdentifierID)
	if i == nil {
		return nil, errNotFound(emailKind.param)
	}
	opened := &factorVerification{RedirectURL: sent.RedirectURL, oneTimeCode: sent.oneTimeCode}
	clientID := ""
	if c.browser != nil {
		clientID = c.browser.ClientID
	}
	c.openLink(opened, clientID)
	v := tableCodeVerifications.update(c.tx, sent.ID, func(v *codeVerification) { v.oneTimeCode, v.Token = opened.oneTimeCode, "" })
	if v.Status == "verified" && !i.verified() {
		if _, err := emailKind.verifyOwn(c.tx, u, i, v); err != nil {
			return nil, err
		}
	}
	return linkTarget(opened, nil), nil
}

// updateOwnPhone reserves a phone number for the second factor, or makes it the one that is asked for first.
func updateOwnPhone(c *frontendCall) (any, error) {
	var in struct {
		SecondFactor field[bool] `json:"reserved_for_second_factor"`
		Default      field[bool] `json:"default_second_factor"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	i, err := phoneKind.own(c)
	if err != nil {
		return nil, err
	}
	had := c.user.mfaEnabled()
	if in.SecondFactor.given() {
		settings := c.tx.userSettings()
		if in.SecondFactor.Value && !settings.Attributes["phone_number"].UsedForSecondFactor {
			return nil, errForbidden("second_factor_not_enabled", "Phone numbers are no second factor here.")
		}
		if err := i.reserve(c.user, in.SecondFactor.Value); err != nil {
			return nil, err
		}
	}
	if in.Default.Value && !i.SecondFactor {
		return nil, errParamValue("default_second_factor", "true only for a phone number that is reserved for the second factor")
	}
	i.UpdatedAt = c.tx.now
	c.tx.changeUser(c.user.ID, func(u *user) {
		u.Phones = slices.Clone(u.Phones)
		for at := range u.Phones {
			if in.Default.Value {
				u.Phones[at].DefaultSecondFactor = false
			}
		}
		i.DefaultSecondFactor = i.DefaultSecondFactor || in.Default.Value
		u.Phones = withIdentifier(u.Phones, *i)
	})
	c.user = tableUsers.get(c.tx, c.user.ID)
	c.tx.dropUselessCodes(c.user.ID)
	wire := wirePhone(identifierByID(c.user.Phones, i.ID))
	if !had && c.user.mfaEnabled() {
		wire.BackupCodes, err = c.tx.secondFactorAdded(c.user)
	}
	return wire, err
}

func listOwnWallets(c *frontendCall) (any, error) {
	out := []walletWire{}
	for i := range c.user.Wallets {
		out = append(out, wireWallet(&c.user.Wallets[i]))
	}
	return out, nil
}

func deleteOwnWallet(c *frontendCall) (any, error) {
	if identifierByID(c.user.Wallets, c.param("web3_wallet_id")) != nil && c.user.signInIdentifiers() == 1 {
		return nil, errBadRequest("identification_deletion_failed", "You cannot delete your last identifier.")
	}
	return c.borrow(deleteWallet, route.Param{Name: "user_id", Value: c.user.ID},
		route.Param{Name: "web3_wallet_identification_id", Value: c.param("web3_wallet_id")})
}

func readOwnWallet(c *frontendCall) (any, error) {
	i := identifierByID(c.user.Wallets, c.param("web3_wallet_id"))
	if i == nil {
		return nil, errNotFound("web3 wallet")
	}
	return wireWallet(i), nil
}
