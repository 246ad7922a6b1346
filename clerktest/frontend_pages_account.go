package clerktest

import "time"

// accountActs are what people change on the account page besides names and passkeys. Each does its work through the
// operation of the Frontend API for it.
func accountActs() map[string]func(*pageCall) (redirectAnswer, error) {
	return map[string]func(*pageCall) (redirectAnswer, error){
		"add_identifier":     signedIn(addIdentifier),
		"send_identifier":    signedIn(sendIdentifier),
		"verify_identifier":  signedIn(verifyIdentifier),
		"primary_identifier": signedIn(makePrimary),
		"drop_identifier":    signedIn(dropIdentifier),
		"password":           signedIn(savePassword),
		"drop_password":      signedIn(dropPassword),
		"totp":               signedIn(setUpTOTP),
		"drop_totp":          signedIn(func(c *pageCall) error { return c.operate("deleteTOTP", nil) }),
		"backup_codes":       signedIn(newCodes),
		"revoke_session":     signedIn(revokeFromPage),
		"delete_account":     deleteFromPage,
	}
}

// signedIn is an act of somebody who is signed in; everybody else is led to the sign-in page.
func signedIn(act func(*pageCall) error) func(*pageCall) (redirectAnswer, error) {
	return func(c *pageCall) (redirectAnswer, error) {
		if c.session == nil {
			return c.signInFirst(), nil
		}
		return c.again(), act(c)
	}
}

// operate is step for an operation of the Frontend API by its id.
func (c *pageCall) operate(id string, fields map[string]any, params ...string) error {
	op := frontendOperations()[id]
	ep, _, _, ok := c.emulator.frontend.Find(op.method, op.path)
	if !ok {
		return errInternal()
	}
	page := c.endpoint
	defer func() { c.endpoint = page }()
	c.endpoint = ep.call
	return c.step(ep.write, fields, params...)
}

// pageIdentifier is a kind of identifiers that the account page changes, with the operations for it.
type pageIdentifier struct {
	kind                       *identifierKind
	id, primary                string // names of the parameter and of the field
	add, send, verify, removal string
}

var pageIdentifiers = map[string]pageIdentifier{
	"email_address": {emailKind, "email_id", "primary_email_address_id", "createEmailAddresses", "sendVerificationEmail", "verifyEmailAddress", "DeleteEmailAddress"},
	"phone_number":  {phoneKind, "phone_number_id", "primary_phone_number_id", "postPhoneNumbers", "sendVerificationSMS", "verifyPhoneNumber", "DeletePhoneNumber"},
}

// identifierForm is the kind of identifier that a form is about.
func (c *pageCall) identifierForm() (pageIdentifier, error) {
	k, ok := pageIdentifiers[c.values.Get("kind")]
	if !ok {
		return k, errNotFound("kind of identifier")
	}
	return k, nil
}

// addIdentifier adds an address or number and sends the code that proves it.
func addIdentifier(c *pageCall) error {
	for name, k := range pageIdentifiers {
		if !c.values.Has(name) {
			continue
		}
		if err := c.operate(k.add, map[string]any{name: c.values.Get(name)}); err != nil {
			return err
		}
		c.user = tableUsers.get(c.tx, c.user.ID)
		list := *k.kind.list(c.user)
		return c.operate(k.send, map[string]any{"strategy": k.kind.strategy}, k.id, list[len(list)-1].ID)
	}
	return errParamMissing("email_address")
}

func sendIdentifier(c *pageCall) error {
	k, err := c.identifierForm()
	if err != nil {
		return err
	}
	return c.operate(k.send, map[string]any{"strategy": k.kind.strategy}, k.id, c.values.Get("identifier_id"))
}

func verifyIdentifier(c *pageCall) error {
	k, err := c.identifierForm()
	if err != nil {
		return err
	}
	return c.operate(k.verify, map[string]any{"code": c.values.Get("code")}, k.id, c.values.Get("identifier_id"))
}

func makePrimary(c *pageCall) error {
	k, err := c.identifierForm()
	if err != nil {
		return err
	}
	return c.operate("patchUser", map[string]any{k.primary: c.values.Get("identifier_id")})
}

func dropIdentifier(c *pageCall) error {
	k, err := c.identifierForm()
	if err != nil {
		return err
	}
	return c.operate(k.removal, nil, k.id, c.values.Get("identifier_id"))
}

func savePassword(c *pageCall) error {
	return c.operate("changePassword", map[string]any{
		"current_password": c.values.Get("current_password"), "new_password": c.values.Get("new_password"),
		"sign_out_of_other_sessions": c.values.Has("sign_out_of_other_sessions"),
	})
}

func dropPassword(c *pageCall) error {
	return c.operate("removePassword", map[string]any{"current_password": c.values.Get("current_password")})
}

// setUpTOTP takes the first code of an authenticator app, or makes the secret that the app needs.
func setUpTOTP(c *pageCall) error {
	if !c.values.Has("code") {
		return c.operate("postTOTP", nil)
	}
	if err := c.operate("verifyTOTP", map[string]any{"code": c.values.Get("code")}); err != nil {
		return err
	}
	if made, ok := c.answer.(totpWire); ok && len(made.BackupCodes) > 0 {
		c.codes = made.BackupCodes
	}
	return nil
}

func newCodes(c *pageCall) error {
	if err := c.operate("createBackupCodes", nil); err != nil {
		return err
	}
	if made, ok := c.answer.(backupCodesWire); ok {
		c.codes = made.Codes
	}
	return nil
}

func revokeFromPage(c *pageCall) error {
	return c.operate("revokeSession", nil, "session_id", c.values.Get("session_id"))
}

// deleteFromPage deletes the account of the person, who has said to be sure.
func deleteFromPage(c *pageCall) (redirectAnswer, error) {
	switch {
	case c.session == nil:
		return c.signInFirst(), nil
	case !c.values.Has("sure"):
		return redirectAnswer{}, paramError("form_param_missing", "sure", "is missing", "Say that you are sure.")
	}
	return redirectAnswer{location: c.elsewhere("sign-in")}, c.operate("deleteUser", nil)
}

// accountView is what the account page shows of how somebody signs in.
type accountView struct {
	Identifiers                      []identifiersView
	Password, HasPassword            bool // may have one, has one
	PasswordRequired, Deletable      bool
	TOTP, HasTOTP, Backup, HasBackup bool
	Secret                           string   // of an authenticator app that is being set up
	Codes                            []string // new backup codes
	Sessions                         []accountSessionView
}

// identifiersView are the identifiers of one kind.
type identifiersView struct {
	Kind, Title, Label, Type, Complete string
	List                               []identifierView
	Changeable                         bool
}

type identifierView struct {
	Kind, ID, Value         string
	Verified, Primary, Sent bool
}

// accountSessionView is a session of the person, in whatever browser.
type accountSessionView struct {
	ID, Began string
	Here      bool
}

func (c *pageCall) account() accountView {
	settings := c.tx.userSettings()
	v := accountView{
		Password: settings.enabled("password"), HasPassword: c.user.PasswordDigest != "", PasswordRequired: settings.Attributes["password"].Required,
		TOTP: settings.enabled("authenticator_app"), HasTOTP: c.user.TOTPSecret != "",
		Deletable: c.user.DeleteSelf && settings.Actions.DeleteSelf,
		Backup:    settings.enabled("backup_code") && c.user.mfaEnabled(), HasBackup: len(c.user.BackupCodes) > 0, Codes: c.codes,
	}
	if t := tableNewTOTPs.get(c.tx, c.user.ID); t != nil && !v.HasTOTP {
		v.Secret = t.Secret
	}
	for _, kind := range []identifiersView{
		{Kind: "email_address", Title: "E-mail addresses", Label: "Another e-mail address", Type: "email", Complete: "email"},
		{Kind: "phone_number", Title: "Phone numbers", Label: "Another phone number", Type: "tel", Complete: "tel"},
	} {
		k := pageIdentifiers[kind.Kind]
		if !settings.enabled(kind.Kind) {
			continue
		}
		kind.Changeable = k.kind.checkChangeable(c.tx) == nil
		for _, i := range *k.kind.list(c.user) {
			sent := c.tx.pendingCode(i.ID)
			kind.List = append(kind.List, identifierView{
				Kind: kind.Kind, ID: i.ID, Value: i.Value, Verified: i.verified(), Sent: sent != nil && sent.Code != "",
				Primary: i.ID == text(c.user.PrimaryEmailID) || i.ID == text(c.user.PrimaryPhoneID),
			})
		}
		v.Identifiers = append(v.Identifiers, kind)
	}
	for _, s := range tableSessions.find(c.tx, "user", c.user.ID) {
		if s.liveAt(c.tx.now) {
			began := time.UnixMilli(s.CreatedAt).UTC().Format("2 Jan 2006, 15:04 MST")
			v.Sessions = append(v.Sessions, accountSessionView{ID: s.ID, Began: began, Here: s.ID == c.session.ID})
		}
	}
	return v
}
