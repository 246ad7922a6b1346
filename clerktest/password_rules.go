package clerktest

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxPasswordBytes is what the digest of a password takes in.
const maxPasswordBytes = 72

// specialCharacters are those that count where the settings name none.
const specialCharacters = "!\"#$%&'()*+,-./:;<=>?@[]^_`{|}~"

// checkPassword refuses a new password that breaks a rule of the instance, both APIs the same ones, under the field of the name.
// A password that breaks several rules of what it consists of is told all of them. With skip only what no digest can hold is
// refused.
func (x *tx) checkPassword(field, password string, skip bool) error {
	rules := x.userSettings().Password
	most := maxPasswordBytes
	if rules.MaxLength > 0 {
		most = min(rules.MaxLength, maxPasswordBytes)
	}
	refuse := func(code, message, long string, values ...any) error {
		return paramError("form_password_"+code, field, message, fmt.Sprintf(long, values...))
	}
	length := utf8.RuneCountInString(password)
	switch {
	case password == "":
		return errParamNil(field)
	case length > most:
		return refuse("length_too_long", "is too long", "A password has at most %d characters.", most)
	case len(password) > maxPasswordBytes:
		return refuse("size_in_bytes_exceeded", "is too long", "A password has at most %d bytes.", maxPasswordBytes)
	case skip:
		return nil
	case length < rules.MinLength:
		return refuse("length_too_short", "is too short", "A password has at least %d characters.", rules.MinLength)
	}
	if missing := rules.missing(field, password); missing != nil {
		return missing
	}
	if !rules.DisableHIBP && knownToOthers(password) {
		return refuse("pwned", "is known to others", "This password was found in a data breach. Choose another one.")
	}
	return nil
}

// missing refuses a password without the kinds of characters that it has to have.
func (p *PasswordSettings) missing(field, password string) error {
	special := p.AllowedSpecialCharacters
	if special == "" {
		special = specialCharacters
	}
	refusal := &apiError{}
	for _, rule := range []struct {
		required   bool
		has        func(rune) bool
		code, kind string
	}{
		{p.RequireUppercase, unicode.IsUpper, "no_uppercase", "an uppercase letter"},
		{p.RequireLowercase, unicode.IsLower, "no_lowercase", "a lowercase letter"},
		{p.RequireNumbers, unicode.IsDigit, "no_number", "a number"},
		{p.RequireSpecialChar, func(r rune) bool { return strings.ContainsRune(special, r) }, "no_special_char", "a special character"},
	} {
		if rule.required && !strings.ContainsFunc(password, rule.has) {
			one := paramError("form_password_"+rule.code, field, "lacks "+rule.kind, "A password has at least "+rule.kind+".")
			refusal.status, refusal.items = one.status, append(refusal.items, one.items...)
		}
	}
	if refusal.items == nil {
		return nil
	}
	return refusal
}

// breachedPasswords stand for the lists of passwords that breaches made known, which no emulator can ask without a network.
const breachedPasswords = "\n00000000\n11111111\n12345678\n123123123\n123456789\n1234567890\n1q2w3e4r\n1q2w3e4r5t\n87654321\nabcd1234\nadmin123\n" +
	"baseball\nfootball\niloveyou\nletmein1\npassw0rd\npassword\npassword1\npassword12\npassword123\nprincess\nqwerty12\nqwerty123\nqwertyuiop\n" +
	"sunshine\nsuperman\ntrustno1\nwelcome1\nzaq12wsx\n"

// knownToOthers reports whether a password is one of those that everybody tries first, in whatever case.
func knownToOthers(password string) bool {
	return !strings.Contains(password, "\n") && strings.Contains(breachedPasswords, "\n"+strings.ToLower(password)+"\n")
}
