package clerktest

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // RFC 6238
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/clerkgo/clerk-go/clerktest/internal/digest"
)

func credentialsFamily() family {
	return family{
		endpoints: map[string]endpoint{
			"VerifyPassword":               {write: verifyPassword},
			"RemoveUserPassword":           {write: removePassword},
			"SetUserPasswordCompromised":   {write: setCompromised},
			"UnsetUserPasswordCompromised": {write: unsetCompromised},
			"VerifyTOTP":                   {write: verifyTOTP},
			"DisableMFA":                   {write: disableMFA},
			"DeleteTOTP":                   {write: deleteTOTP},
			"DeleteBackupCode":             {write: deleteBackupCodes},
			"UserPasskeyDelete":            {write: deletePasskey},
			"UserWeb3WalletDelete":         {write: deleteWallet},
			"DeleteExternalAccount":        {write: deleteExternalAccount},
		},
	}
}

type verifiedWire struct {
	Verified bool    `json:"verified"`
	CodeType *string `json:"code_type,omitzero"`
}

// verifyPassword does not count wrong answers: a refused request changes nothing, here and for a caller who checks a
// password on behalf of a user.
func verifyPassword(c *call) (any, error) {
	u, err := c.user()
	if err != nil {
		return nil, err
	}
	var in struct {
		Password string `json:"password"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if u.PasswordDigest == "" {
		return nil, errBadRequest("no_password_set", "this user has no password")
	}
	right, err := c.tx.checkUserPassword(u, in.Password)
	switch {
	case err != nil:
		return nil, err
	case !right:
		return nil, paramError("incorrect_password", "password", "is incorrect", "this is not the user's password")
	}
	return verifiedWire{Verified: true}, nil
}

func removePassword(c *call) (any, error) {
	u, err := c.user()
	if err != nil {
		return nil, err
	}
	var in struct {
		SignOut field[bool] `json:"sign_out_of_other_sessions"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if u.PasswordDigest == "" {
		return c.tx.wireUser(u), nil
	}
	if in.SignOut.Value {
		c.tx.endSessions(u.ID, "revoked")
	}
	return c.tx.changeUser(u.ID, func(u *user) {
		u.PasswordDigest, u.PasswordHasher, u.PasswordUpdatedAt, u.PasswordCompromised = "", "", nil, false
	}), nil
}

func setCompromised(c *call) (any, error) {
	u, err := c.user()
	if err != nil {
		return nil, err
	}
	var in struct {
		RevokeAll field[bool] `json:"revoke_all_sessions"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if u.PasswordDigest == "" {
		return nil, errBadRequest("no_password_set", "this user has no password")
	}
	if in.RevokeAll.Value {
		c.tx.endSessions(u.ID, "revoked")
	}
	return c.tx.changeUser(u.ID, func(u *user) { u.PasswordCompromised = true }), nil
}

func unsetCompromised(c *call) (any, error) {
	u, err := c.user()
	if err != nil {
		return nil, err
	}
	return c.tx.changeUser(u.ID, func(u *user) { u.PasswordCompromised = false }), nil
}

// verifyTOTP takes a code of the authenticator app or one of the backup codes, which is used up by that.
func verifyTOTP(c *call) (any, error) {
	u, err := c.user()
	if err != nil {
		return nil, err
	}
	var in struct {
		Code string `json:"code"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if u.TOTPSecret == "" {
		return nil, errBadRequest("totp_disabled", "this user has no authenticator app")
	}
	switch kind := "backup_code"; {
	case matchesTOTP(u.TOTPSecret, in.Code, c.tx.time):
		kind = "totp"
		return verifiedWire{Verified: true, CodeType: &kind}, nil
	case c.tx.useBackupCode(u, in.Code):
		return verifiedWire{Verified: true, CodeType: &kind}, nil
	}
	if len(in.Code) != 6 {
		return nil, paramError("totp_invalid_length", "code", "has an invalid length", "a code has 6 characters")
	}
	return nil, paramError("totp_incorrect_code", "code", "is incorrect", "this code is wrong or too old")
}

// useBackupCode reports whether a code is one of the user's backup codes, which is used up by that.
func (x *tx) useBackupCode(u *user, code string) bool {
	at := slices.IndexFunc(u.BackupCodes, func(kept string) bool { return kept == code || digest.VerifyBcrypt(kept, code) })
	if at < 0 {
		return false
	}
	left := slices.Delete(slices.Clone(u.BackupCodes), at, at+1)
	tableUsers.update(x, u.ID, func(u *user) { u.BackupCodes = left })
	return true
}

// matchesTOTP checks a code against the step of now and its neighbours.
func matchesTOTP(secret, code string, now time.Time) bool {
	for step := int64(-1); step <= 1; step++ {
		if want, ok := totpCode(secret, now.Unix()/30+step); ok && want == code {
			return true
		}
	}
	return false
}

// totpCode is the six digits of RFC 6238 for one step of 30 seconds.
func totpCode(secret string, step int64) (string, bool) {
	key, ok := totpKey(secret)
	if !ok || step < 0 {
		return "", false
	}
	mac := hmac.New(sha1.New, key)
	_ = binary.Write(mac, binary.BigEndian, step)
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 0xf
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[at:])&0x7fffffff%1_000_000), true
}

// totpKey decodes a secret as authenticator apps show it.
func totpKey(secret string) (key []byte, ok bool) {
	plain := strings.TrimRight(strings.ToUpper(strings.ReplaceAll(secret, " ", "")), "=")
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(plain)
	return key, err == nil
}

type userIDWire struct {
	UserID string `json:"user_id"`
}

// editFactors changes a user's second factors and answers the user's id.
func editFactors(c *call, edit func(*user)) (any, error) {
	u, err := c.user()
	if err != nil {
		return nil, err
	}
	c.tx.changeUser(u.ID, edit)
	return userIDWire{UserID: u.ID}, nil
}

func disableMFA(c *call) (any, error) {
	return editFactors(c, func(u *user) {
		u.TOTPSecret, u.BackupCodes, u.Phones = "", nil, slices.Clone(u.Phones)
		for i := range u.Phones {
			u.Phones[i].SecondFactor = false
		}
	})
}

func deleteTOTP(c *call) (any, error) {
	if u, err := c.user(); err == nil && u.TOTPSecret == "" {
		return nil, errNotFound("authenticator app")
	}
	return editFactors(c, func(u *user) { u.TOTPSecret = "" })
}

func deleteBackupCodes(c *call) (any, error) {
	if u, err := c.user(); err == nil && len(u.BackupCodes) == 0 {
		return nil, errNotFound("backup code")
	}
	return editFactors(c, func(u *user) { u.BackupCodes = nil })
}

func deletePasskey(c *call) (any, error) {
	u, err := c.user()
	if err != nil {
		return nil, err
	}
	id := c.param("passkey_identification_id")
	left := slices.DeleteFunc(slices.Clone(u.Passkeys), func(p passkey) bool { return p.ID == id })
	if len(left) == len(u.Passkeys) {
		return nil, errNotFound("passkey")
	}
	c.tx.changeUser(u.ID, func(u *user) { u.Passkeys = left })
	return deleted("passkey", id), nil
}

func deleteWallet(c *call) (any, error) {
	u, err := c.user()
	if err != nil {
		return nil, err
	}
	id := c.param("web3_wallet_identification_id")
	if identifierByID(u.Wallets, id) == nil {
		return nil, errNotFound("web3 wallet")
	}
	c.tx.changeUser(u.ID, func(u *user) {
		u.Wallets = withoutIdentifier(u.Wallets, id)
		if text(u.PrimaryWalletID) == id {
			u.PrimaryWalletID = firstUsable(u.Wallets)
		}
	})
	return deleted("web3_wallet", id), nil
}

func deleteExternalAccount(c *call) (any, error) {
	u, err := c.user()
	if err != nil {
		return nil, err
	}
	id, accounts := c.param("external_account_id"), accountsOf(u)
	at := slices.IndexFunc(accounts, func(a accountFacts) bool { return a.ID == id || a.ExternalAccountID == id })
	if at < 0 {
		return nil, errNotFound("external account")
	}
	tableProviderTokens.delete(c.tx, accounts[at].ID)
	c.tx.changeUser(u.ID, func(u *user) {
		u.ExternalAccounts = slices.Delete(slices.Clone(u.ExternalAccounts), at, at+1)
		u.Emails = slices.Clone(u.Emails)
		for i := range u.Emails {
			u.Emails[i].LinkedTo = slices.DeleteFunc(slices.Clone(u.Emails[i].LinkedTo), func(l identifierLink) bool { return l.ID == accounts[at].IdentificationID })
		}
	})
	return deleted("external_account", id), nil
}
