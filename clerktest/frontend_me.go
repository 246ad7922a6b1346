package clerktest

import (
	"slices"

	"github.com/clerkgo/clerk-go/clerktest/internal/digest"
)

// meFamily is the part of the Frontend API about the user who is signed in.
func meFamily() family {
	return family{frontend: map[string]frontendEndpoint{
		"getUser":            {read: readMe},
		"patchUser":          {write: patchMe},
		"deleteUser":         {write: sensitive(deleteMe)},
		"patchUserMetadata":  {write: asMyUser(mergeUserMetadata)},
		"changePassword":     {write: changePassword},
		"removePassword":     {write: sensitive(removeOwnPassword)},
		"updateProfileImage": {write: changeProfileImage},
		"deleteProfileImage": {write: dropProfileImage},
		"getUsersSessions":   {read: listOwnSessions},
	}}
}

func readMe(c *frontendCall) (any, error) { return c.tx.wireFrontendUser(c.user), nil }

// sensitiveFields are those of a user whose change may need reverification.
var sensitiveFields = []string{"username", "primary_email_address_id", "primary_phone_number_id", "primary_web3_wallet_id"}

// patchMe changes names and primary identifiers. Attributes that the instance has switched off cannot be set.
func patchMe(c *frontendCall) (any, error) {
	var in map[string]any
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	settings := c.tx.userSettings()
	for _, name := range []string{"first_name", "last_name", "username"} {
		value, given := in[name]
		a := settings.Attributes[name]
		switch {
		case given && value != nil && !a.Enabled:
			return nil, paramError("form_param_unknown", name, "is unknown", "This instance does not use "+name+".")
		case given && value == nil && a.Required:
			return nil, errParamNil(name)
		}
	}
	for _, name := range sensitiveFields {
		if _, given := in[name]; given {
			if err := c.checkFresh(); err != nil {
				return nil, err
			}
			break
		}
	}
	if err := c.replaceOwnMetadata(); err != nil {
		return nil, err
	}
	return asMyUser(updateUser)(c)
}

// metadataApart is the first API version in which metadata is changed by an operation of its own.
const metadataApart = "2026-05-12"

// replaceOwnMetadata sets the metadata that browsers of older API versions, such as ClerkJS 5, send along with the names.
func (c *frontendCall) replaceOwnMetadata() error {
	if version := c.query.Get("__clerk_api_version"); version == "" || version >= metadataApart {
		return nil
	}
	var in struct {
		Unsafe field[metadata] `json:"unsafe_metadata"`
	}
	if err := c.decode(&in); err != nil {
		return err
	}
	next, own := *c.user, metadataInput{Unsafe: in.Unsafe}
	if err := own.applyMetadata(replaceIn, &next.PublicMetadata, &next.PrivateMetadata, &next.UnsafeMetadata); err != nil {
		return err
	}
	tableUsers.update(c.tx, next.ID, func(u *user) { u.UnsafeMetadata = next.UnsafeMetadata })
	return nil
}

func deleteMe(c *frontendCall) (any, error) {
	if !c.user.DeleteSelf || !c.tx.userSettings().Actions.DeleteSelf {
		return nil, errForbidden("user_delete_self_not_enabled", "You cannot delete your own account here.")
	}
	c.tx.removeUser(c.user)
	c.tx.forgetActive(c.session)
	return deleted("user", c.user.ID), nil
}

// forgetActive makes a session that is over no longer the active one of its browser.
func (x *tx) forgetActive(s *session) {
	tableDevices.update(x, s.ClientID, func(d *device) {
		d.UpdatedAt = x.now
		if text(d.ActiveSessionID) == s.ID {
			d.ActiveSessionID = nil
		}
	})
}

// changePassword sets a password. Who has one proves to know it, unless a fresh factor or the task to choose a new
// password stands for that.
func changePassword(c *frontendCall) (any, error) {
	var in struct {
		Current string `json:"current_password"`
		New     string `json:"new_password"`
		SignOut bool   `json:"sign_out_of_other_sessions"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	settings := c.tx.userSettings()
	if !settings.enabled("password") {
		return nil, errForbidden("password_not_enabled", "This instance does not use passwords.")
	}
	resetting := slices.Contains(c.session.Tasks, taskResetPassword)
	switch {
	case resetting:
	case c.tx.settings().Reverification && in.Current == "":
		if err := c.checkFresh(); err != nil {
			return nil, err
		}
	case c.user.PasswordDigest != "":
		if err := c.tx.proveCurrentPassword(c.user, in.Current); err != nil {
			return nil, err
		}
	}
	if err := c.tx.checkNewPassword(c.user, in.New); err != nil {
		return nil, err
	}
	hashed, err := digest.New(in.New)
	if err != nil {
		return nil, err
	}
	c.tx.changeUser(c.user.ID, func(u *user) { u.setPassword(c.tx.now, hashed, digest.Own) })
	if in.SignOut {
		c.tx.endOtherSessions(c.session, "revoked")
	}
	c.tx.settleTask(c.user.ID, taskResetPassword)
	c.tx.notifyOwner(c.user, "password_changed", "Your password has changed", "The password of your account was changed.")
	return c.me(), nil
}

// proveCurrentPassword checks the password that somebody has before it changes.
func (x *tx) proveCurrentPassword(u *user, password string) error {
	if password == "" {
		return errParamMissing("current_password")
	}
	right, err := x.checkUserPassword(u, password)
	switch {
	case err != nil:
		return err
	case !right:
		x.countFailure(u)
		return counted(paramError("form_password_incorrect", "current_password", "is incorrect", "The password is incorrect. Try again."))
	}
	return nil
}

// checkNewPassword refuses a password that breaks a rule of the instance, or that the user has already.
func (x *tx) checkNewPassword(u *user, password string) error {
	if err := x.checkPassword("new_password", password, false); err != nil {
		return err
	}
	if u.PasswordDigest == "" {
		return nil
	}
	if same, known := u.verifyPassword(password); same && known {
		return paramError("form_new_password_matches_current", "new_password", "is the current one", "The new password has to differ from the current one.")
	}
	return nil
}

// endOtherSessions ends the sessions of a user but one.
func (x *tx) endOtherSessions(keep *session, status string) {
	for _, s := range tableSessions.find(x, "user", keep.UserID) {
		if s.ID != keep.ID {
			x.endSession(s, status)
		}
	}
}

// notifyOwner tells somebody by e-mail that their account has changed.
func (x *tx) notifyOwner(u *user, slug, subject, body string) {
	if to := primaryValue(u.Emails, u.PrimaryEmailID); to != "" {
		x.sendEmail(outboxEmail{To: to, UserID: u.ID, Slug: slug, Subject: subject, Body: body})
	}
}

func removeOwnPassword(c *frontendCall) (any, error) {
	var in struct {
		Current string `json:"current_password"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	settings := c.tx.userSettings()
	switch {
	case c.user.PasswordDigest == "":
		return nil, errBadRequest("no_password_set", "This account has no password.")
	case settings.Attributes["password"].Required:
		return nil, errForbidden("password_required", "Everybody needs a password here.")
	}
	if err := c.tx.proveCurrentPassword(c.user, in.Current); err != nil {
		return nil, err
	}
	if _, err := byMe(removePassword)(c); err != nil {
		return nil, err
	}
	c.tx.notifyOwner(c.user, "password_removed", "Your password was removed", "The password of your account was removed.")
	return c.me(), nil
}

// imageWire is an uploaded picture.
type imageWire struct {
	Object    string `json:"object"`
	ID        string `json:"id"`
	Name      string `json:"name"`
	PublicURL string `json:"public_url"`
}

func changeProfileImage(c *frontendCall) (any, error) {
	if _, err := byMe(setProfileImage)(c); err != nil {
		return nil, err
	}
	address := c.me().ImageURL
	return imageWire{Object: "image", ID: imageID(address), Name: c.upload.name, PublicURL: address}, nil
}

func dropProfileImage(c *frontendCall) (any, error) {
	id := imageID(c.user.ImageURL)
	if _, err := byMe(deleteProfileImage)(c); err != nil {
		return nil, err
	}
	return deleted("image", id), nil
}

// listOwnSessions answers every session of the user, also those that are over.
func listOwnSessions(c *frontendCall) (any, error) {
	out := []*frontendSessionWire{}
	for _, s := range tableSessions.find(c.tx, "user", c.user.ID) {
		out = append(out, c.tx.wireSessionOfUser(s, c.user))
	}
	return out, nil
}

// wireSessionOfUser is a session without a token: those belong to the browser of the session alone.
func (x *tx) wireSessionOfUser(s *session, u *user) *frontendSessionWire {
	return &frontendSessionWire{
		sessionWire: x.wireSession(s), FactorAge: x.factorAges(s, &tokenSpec{}), User: x.wireFrontendUser(u), PublicUserData: wirePublicUser(u),
	}
}
