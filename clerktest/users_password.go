package clerktest

import (
	"net/http"

	"github.com/clerkgo/clerk-go/clerktest/internal/digest"
)

// applyCredentials stores password, TOTP secret and backup codes.
func (in *userInput) applyCredentials(x *tx, u *user) error {
	if in.Password.given() && in.PasswordDigest.given() {
		return paramError("form_conditional_param_disallowed", "password_digest", "is not allowed", "password_digest has to be absent when password is given")
	}
	if in.Password.given() {
		if err := x.checkPassword("password", in.Password.Value, in.SkipPasswordChecks.Value); err != nil {
			return err
		}
		hashed, err := digest.New(in.Password.Value)
		if err != nil {
			return err
		}
		u.setPassword(x.now, hashed, digest.Own)
	}
	if in.PasswordDigest.given() {
		if !in.PasswordHasher.given() {
			return paramError("form_conditional_param_missing", "password_hasher", "is missing", "password_digest needs password_hasher")
		}
		if err := checkDigest(in.PasswordHasher.Value, in.PasswordDigest.Value); err != nil {
			return err
		}
		u.setPassword(x.now, in.PasswordDigest.Value, in.PasswordHasher.Value)
	}
	if in.TOTPSecret.Set {
		if _, ok := totpKey(in.TOTPSecret.Value); !ok {
			return paramError("invalid_totp_secret_code", "totp_secret", "is invalid", "totp_secret has to be in base32")
		}
		u.TOTPSecret = in.TOTPSecret.Value
	}
	if in.BackupCodes.Set {
		u.BackupCodes = in.BackupCodes.Value
	}
	return nil
}

func (u *user) setPassword(now int64, hashed, hasher string) {
	u.PasswordDigest, u.PasswordHasher, u.PasswordUpdatedAt, u.PasswordCompromised = hashed, hasher, &now, false
}

// checkDigest refuses a digest whose hasher is unknown or writes it otherwise.
func checkDigest(hasher, text string) error {
	if !digest.Known(hasher) {
		return errParamValue("password_hasher", "a hasher that Clerk knows")
	}
	if !digest.WellFormed(hasher, text) {
		return paramError("form_password_digest_invalid_code", "password_digest", "is invalid", "password_digest does not have the form of "+hasher)
	}
	return nil
}

// verifyPassword reports whether the user has this password. known is false when the emulator cannot tell, because it
// lacks the hasher.
func (u *user) verifyPassword(password string) (right, known bool) {
	return digest.Verify(u.PasswordHasher, u.PasswordDigest, password)
}

// checkUserPassword reports whether a user has this password. A digest of another hasher gives way to one of the
// emulator's own.
func (x *tx) checkUserPassword(u *user, password string) (bool, error) {
	right, known := u.verifyPassword(password)
	if !known {
		return false, newError(http.StatusNotImplemented, "operation_not_emulated", "not emulated",
			"the emulator keeps digests of "+u.PasswordHasher+" and cannot verify them")
	}
	if right && u.PasswordHasher != digest.Own {
		hashed, err := digest.New(password)
		if err != nil {
			return false, err
		}
		tableUsers.update(x, u.ID, func(u *user) { u.PasswordDigest, u.PasswordHasher = hashed, digest.Own })
	}
	return right, nil
}
