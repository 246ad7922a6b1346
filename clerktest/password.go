package clerktest

import (
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
)

// passwordRounds is low on purpose: the emulator guards nothing and tests make
// many users.
const passwordRounds = 1000

// ownHasher names the digests that the emulator makes.
const ownHasher = "pbkdf2_sha256"

// applyCredentials stores password, TOTP secret and backup codes.
func (in *userInput) applyCredentials(x *tx, u *user) error {
	if in.Password.given() && in.PasswordDigest.given() {
		return errParamValue("password", "given without password_digest")
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
			return errParamMissing("password_hasher")
		}
		if err := checkDigest(in.PasswordHasher.Value); err != nil {
			return err
		}
		u.setPassword(x.now, in.PasswordDigest.Value, in.PasswordHasher.Value)
	}
	in.TOTPSecret.applyValue(&u.TOTPSecret)
	if in.BackupCodes.Set {
		u.BackupCodes = in.BackupCodes.Value
	}
	if u.mfaEnabled() && u.MFAEnabledAt == nil {
		u.MFAEnabledAt = &x.now
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
	case len(password) > 72:
		return paramError("form_password_length_too_long", "password", "is too long", "a password has at most 72 bytes")
	case len([]rune(password)) < 8 && !skip:
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

// checkDigest refuses a digest whose hasher is unknown.
func checkDigest(hasher string) error {
	if _, ok := knownHashers[hasher]; !ok {
		return errParamValue("password_hasher", "a hasher that Clerk knows")
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
