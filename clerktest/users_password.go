package clerktest

import (
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"unicode/utf8"
)

// passwordRounds is low on purpose: the emulator guards nothing and tests make
// many users.
const passwordRounds = 1000

// ownHasher names the digests that the emulator makes.
const ownHasher = "pbkdf2_sha256"

// applyCredentials stores password, TOTP secret and backup codes.
func (in *userInput) applyCredentials(x *tx, u *user) error {
	if in.Password.given() && in.PasswordDigest.given() {
		return paramError("form_conditional_param_disallowed", "password_digest", "is not allowed", "password_digest has to be absent when password is given")
	}
	if in.Password.given() {
		if err := checkPassword(in.Password.Value, in.SkipPasswordChecks.Value); err != nil {
			return err
		}
		digest, err := hashPassword(in.Password.Value)
		if err != nil {
			return err
		}
		u.setPassword(x.now, digest, ownHasher)
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

func (u *user) setPassword(now int64, digest, hasher string) {
	u.PasswordDigest, u.PasswordHasher, u.PasswordUpdatedAt, u.PasswordCompromised = digest, hasher, &now, false
}

func checkPassword(password string, skip bool) error {
	switch {
	case password == "":
		return errParamNil("password")
	case utf8.RuneCountInString(password) > 72:
		return paramError("form_password_length_too_long", "password", "is too long", "a password has at most 72 characters")
	case len(password) > 72:
		return paramError("form_password_size_in_bytes_exceeded", "password", "is too long", "a password has at most 72 bytes")
	case utf8.RuneCountInString(password) < 8 && !skip:
		return paramError("form_password_length_too_short", "password", "is too short", "a password has at least 8 characters")
	}
	return nil
}

// hashPassword returns a digest in the pbkdf2_sha256 form that Clerk imports.
func hashPassword(password string) (string, error) {
	salt := make([]byte, 16)
	_, _ = rand.Read(salt)
	key, err := pbkdf2.Key(sha256.New, password, salt, passwordRounds, 32)
	if err != nil {
		return "", fmt.Errorf("clerktest: hash password: %w", err)
	}
	enc := base64.StdEncoding
	return fmt.Sprintf("pbkdf2_sha256$%d$%s$%s", passwordRounds, enc.EncodeToString(salt), enc.EncodeToString(key)), nil
}

// checkDigest refuses a digest whose hasher is unknown or writes it otherwise.
func checkDigest(hasher, digest string) error {
	if _, ok := knownHashers[hasher]; !ok {
		return errParamValue("password_hasher", "a hasher that Clerk knows")
	}
	if form := digestForms[hasher]; form != nil && !form.MatchString(digest) {
		return paramError("form_password_digest_invalid_code", "password_digest", "is invalid", "password_digest does not have the form of "+hasher)
	}
	return nil
}

// verifyPassword reports whether the user has this password. known is false when
// the emulator cannot tell, because it lacks the hasher.
func (u *user) verifyPassword(password string) (right, known bool) {
	verify := knownHashers[u.PasswordHasher]
	if verify == nil {
		return false, false
	}
	return verify(u.PasswordDigest, password), true
}
