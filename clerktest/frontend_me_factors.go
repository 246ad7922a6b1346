package clerktest

import (
	"crypto/rand"
	"encoding/base32"
	"net/url"
	"slices"
)

// ownFactorsFamily is the part of the Frontend API about authenticator apps, backup codes and trusted devices of the
// user.
func ownFactorsFamily() family {
	return family{
		tables: []anyTable{tableNewTOTPs},
		frontend: map[string]frontendEndpoint{
			"postTOTP":            {write: sensitive(beginTOTP)},
			"verifyTOTP":          {write: finishTOTP},
			"deleteTOTP":          {write: sensitive(deleteOwnTOTP)},
			"createBackupCodes":   {write: sensitive(createBackupCodes)},
			"listTrustedDevices":  {read: listOwnTrustedDevices},
			"revokeTrustedDevice": {write: sensitive(byMe(revokeTrustedDevice))},
		},
		userGone: func(x *tx, userID string) { tableNewTOTPs.delete(x, userID) },
	}
}

// newTOTP is the secret of an authenticator app that the user has not proved yet.
type newTOTP struct {
	UserID    string `json:"user_id"`
	ID        string `json:"id"`
	Secret    string `json:"secret"`
	CreatedAt int64  `json:"created_at"`
}

var tableNewTOTPs = &table[*newTOTP]{name: "new_totps", id: func(t *newTOTP) string { return t.UserID }}

type totpWire struct {
	Object      string   `json:"object"`
	ID          string   `json:"id"`
	Secret      *string  `json:"secret"`
	URI         *string  `json:"uri"`
	Verified    bool     `json:"verified"`
	BackupCodes []string `json:"backup_codes,omitzero"`
	CreatedAt   int64    `json:"created_at"`
	UpdatedAt   int64    `json:"updated_at"`
}

// totpSecretBytes is the length of a new secret, that of the hash (RFC 4226, section 4).
const totpSecretBytes = 20

// beginTOTP makes a secret for an authenticator app.
func beginTOTP(c *frontendCall) (any, error) {
	settings := c.tx.userSettings()
	switch {
	case !settings.enabled("authenticator_app"):
		return nil, errForbidden("second_factor_not_enabled", "Authenticator apps are no second factor here.")
	case c.user.TOTPSecret != "":
		return nil, errBadRequest("totp_already_enabled", "This account has an authenticator app already. Remove it first.")
	}
	raw := make([]byte, totpSecretBytes)
	if _, err := rand.Read(raw); err != nil {
		return nil, err
	}
	t := &newTOTP{
		UserID: c.user.ID, ID: c.tx.newID("totp_"), Secret: base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw), CreatedAt: c.tx.now,
	}
	tableNewTOTPs.put(c.tx, t)
	s := c.tx.settings()
	issuer := s.applicationName()
	uri := "otpauth://totp/" + url.PathEscape(issuer+":"+c.user.identifier()) + "?" +
		url.Values{"secret": {t.Secret}, "issuer": {issuer}, "algorithm": {"SHA1"}, "digits": {"6"}, "period": {"30"}}.Encode()
	return totpWire{Object: "totp", ID: t.ID, Secret: &t.Secret, URI: &uri, CreatedAt: t.CreatedAt, UpdatedAt: c.tx.now}, nil
}

// finishTOTP takes the first code of a new authenticator app, from when on it is the second factor.
func finishTOTP(c *frontendCall) (any, error) {
	var in factorInput
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	t := tableNewTOTPs.get(c.tx, c.user.ID)
	switch {
	case t == nil:
		return nil, errNotPrepared()
	case !matchesTOTP(t.Secret, in.Code, c.tx.time):
		return nil, paramError("form_code_incorrect", "code", "is incorrect", "The code is incorrect. Try again.")
	}
	tableNewTOTPs.delete(c.tx, c.user.ID)
	c.tx.changeUser(c.user.ID, func(u *user) { u.TOTPSecret = t.Secret })
	c.user = tableUsers.get(c.tx, c.user.ID)
	codes, err := c.tx.secondFactorAdded(c.user)
	return totpWire{Object: "totp", ID: t.ID, Verified: true, BackupCodes: codes, CreatedAt: t.CreatedAt, UpdatedAt: c.tx.now}, err
}

// secondFactorAdded gives a user with a new second factor backup codes, where the instance has them and the user has
// none, and ends the task to set one up.
func (x *tx) secondFactorAdded(u *user) ([]string, error) {
	x.settleTask(u.ID, taskSetupMFA)
	settings := x.userSettings()
	if !settings.enabled("backup_code") || len(u.BackupCodes) > 0 {
		return nil, nil
	}
	return x.newBackupCodes(u.ID)
}

func deleteOwnTOTP(c *frontendCall) (any, error) {
	if _, err := byMe(deleteTOTP)(c); err != nil {
		return nil, err
	}
	c.tx.dropUselessCodes(c.user.ID)
	return deleted("totp", "totp_"+bareID(c.user.ID)), nil
}

// dropUselessCodes removes the backup codes of somebody who has no second factor that they stand in for.
func (x *tx) dropUselessCodes(userID string) {
	if u := tableUsers.get(x, userID); !u.mfaEnabled() && len(u.BackupCodes) > 0 {
		x.changeUser(userID, func(u *user) { u.BackupCodes = nil })
	}
}

type backupCodesWire struct {
	Object    string   `json:"object"`
	ID        string   `json:"id"`
	Codes     []string `json:"codes"`
	CreatedAt int64    `json:"created_at"`
	UpdatedAt int64    `json:"updated_at"`
}

// createBackupCodes takes the place of the codes before. They stand in for another second factor, so there has to be
// one.
func createBackupCodes(c *frontendCall) (any, error) {
	settings := c.tx.userSettings()
	switch {
	case !settings.enabled("backup_code"):
		return nil, errForbidden("second_factor_not_enabled", "There are no backup codes here.")
	case !c.user.mfaEnabled():
		return nil, errForbidden("backup_codes_not_available", "Set up another second factor first.")
	}
	codes, err := c.tx.newBackupCodes(c.user.ID)
	return backupCodesWire{Object: "backup_code", ID: "bck_" + bareID(c.user.ID), Codes: codes, CreatedAt: c.tx.now, UpdatedAt: c.tx.now}, err
}

// backupCodeCount is how many codes somebody gets.
const backupCodeCount = 10

func (x *tx) newBackupCodes(userID string) ([]string, error) {
	codes := make([]string, backupCodeCount)
	for i := range codes {
		codes[i] = randomHex(4)
	}
	x.changeUser(userID, func(u *user) { u.BackupCodes = slices.Clone(codes) })
	return codes, nil
}

func listOwnTrustedDevices(c *frontendCall) (any, error) {
	out := []trustedDeviceWire{}
	for _, d := range tableTrustedDevices.find(c.tx, "user", c.user.ID) {
		if d.RevokedAt == nil {
			out = append(out, wireTrustedDevice(d))
		}
	}
	return out, nil
}
