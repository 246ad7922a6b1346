package clerktest

import (
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
)

// passwordRounds is low on purpose: the emulator guards nothing and tests make
// many users.
const passwordRounds = 1000

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
		u.setPassword(x.now, digest, "pbkdf2_sha256")
	}
	if in.PasswordDigest.given() {
		if !in.PasswordHasher.given() {
			return errParamMissing("password_hasher")
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

// verifyPBKDF2 checks algorithm$rounds$salt$key.
func verifyPBKDF2(digest, password string) bool {
	parts := strings.Split(digest, "$")
	if len(parts) != 4 {
		return false
	}
	rounds, err := strconv.Atoi(parts[1])
	if err != nil || rounds < 1 || rounds > 10_000_000 {
		return false
	}
	salt, err1 := base64.StdEncoding.DecodeString(parts[2])
	want, err2 := base64.StdEncoding.DecodeString(parts[3])
	if err1 != nil || err2 != nil || len(want) == 0 {
		return false
	}
	got, err := pbkdf2.Key(sha256.New, password, salt, rounds, len(want))
	return err == nil && subtle.ConstantTimeCompare(got, want) == 1
}
