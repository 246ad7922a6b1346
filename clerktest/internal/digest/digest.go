// Package digest makes and verifies password digests in the forms that Clerk imports.
package digest

import (
	"crypto/md5" //nolint:gosec // imported digests use it
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // imported digests use it
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Own is the hasher of the digests that New makes.
const Own = "pbkdf2_sha256"

// rounds is low on purpose: the emulator guards nothing and tests make many users.
const rounds = 1000

// New returns a digest of the password in the pbkdf2_sha256 form.
func New(password string) (string, error) {
	salt := make([]byte, 16)
	_, _ = rand.Read(salt)
	key, err := pbkdf2.Key(sha256.New, password, salt, rounds, 32)
	if err != nil {
		return "", fmt.Errorf("clerktest: hash password: %w", err)
	}
	enc := base64.StdEncoding
	return fmt.Sprintf("pbkdf2_sha256$%d$%s$%s", rounds, enc.EncodeToString(salt), enc.EncodeToString(key)), nil
}

// Known reports whether hasher is a value of password_hasher that Clerk takes.
func Known(hasher string) bool {
	_, ok := hashers[hasher]
	return ok
}

// WellFormed reports whether a digest has the form that its hasher writes. Hashers without a form of their own take any.
func WellFormed(hasher, digest string) bool {
	form := forms[hasher]
	return form == nil || form.MatchString(digest)
}

// Verify reports whether the digest was made from the password. known is false if this package cannot tell, because it
// lacks the hasher.
func Verify(hasher, digest, password string) (right, known bool) {
	verify := hashers[hasher]
	if verify == nil {
		return false, false
	}
	return verify(digest, password), true
}

// hashers are the values of password_hasher that Clerk takes. Digests of those with a nil function are stored and
// cannot be verified: the standard library, which is all that this module imports, has neither argon2 nor scrypt;
// awscognito asks a Cognito user pool; the layout of hmac_sha256_utf16_b64 is not documented.
var hashers = map[string]func(digest, password string) bool{
	"argon2i": nil, "argon2id": nil, "awscognito": nil, "hmac_sha256_utf16_b64": nil, "scrypt_firebase": nil, "scrypt_werkzeug": nil,
	"bcrypt":               VerifyBcrypt,
	"bcrypt_peppered":      verifyPepperedBcrypt,
	"bcrypt_sha256_django": verifyDjangoBcrypt,
	"ldap_ssha":            verifySSHA,
	"md5":                  func(d, p string) bool { return sameHash(md5.New, d, p) },
	"md5_salted":           func(d, p string) bool { return saltedHash(md5.New, d, p) },
	"md5_phpass":           verifyPHPass,
	"phpass":               verifyPHPass,
	"pbkdf2_sha1":          func(d, p string) bool { return verifyPBKDF2(sha1.New, d, p) },
	"pbkdf2_sha256":        func(d, p string) bool { return verifyPBKDF2(sha256.New, d, p) },
	"pbkdf2_sha256_django": func(d, p string) bool { return verifyPBKDF2(sha256.New, d, p) },
	"pbkdf2_sha512":        func(d, p string) bool { return verifyPBKDF2(sha512.New, d, p) },
	"pbkdf2_sha512_hex":    func(d, p string) bool { return verifyPBKDF2(sha512.New, d, p) },
	"sha256":               func(d, p string) bool { return sameHash(sha256.New, d, p) },
	"sha256_salted":        func(d, p string) bool { return saltedHash(sha256.New, d, p) },
	"sha512_symfony":       verifySymfony,
}

const (
	bcryptForm = `\$2[abxy]?\$\d\d\$[./A-Za-z0-9]{53}`
	pbkdf2Form = `\$\d+\$[^$]+\$[^$]+(\$\d+)?$`
)

var phpassForm = regexp.MustCompile(`^\$[PH]\$[./0-9A-Za-z]{31}$`)

// forms are the forms of those digests that have one of their own.
var forms = map[string]*regexp.Regexp{
	"argon2i":              regexp.MustCompile(`^\$argon2i\$`),
	"argon2id":             regexp.MustCompile(`^\$argon2id\$`),
	"awscognito":           regexp.MustCompile(`^awscognito(#[^#]+){3}$`),
	"bcrypt":               regexp.MustCompile(`^` + bcryptForm + `$`),
	"bcrypt_peppered":      regexp.MustCompile(`^` + bcryptForm + `\$.`),
	"bcrypt_sha256_django": regexp.MustCompile(`^bcrypt_sha256\$` + bcryptForm + `$`),
	"md5":                  regexp.MustCompile(`^[0-9a-fA-F]{32}$`),
	"md5_phpass":           phpassForm,
	"phpass":               phpassForm,
	"pbkdf2_sha1":          regexp.MustCompile(`^pbkdf2_sha1` + pbkdf2Form),
	"pbkdf2_sha256":        regexp.MustCompile(`^pbkdf2_sha256` + pbkdf2Form),
	"pbkdf2_sha256_django": regexp.MustCompile(`^pbkdf2_sha256` + pbkdf2Form),
	"pbkdf2_sha512":        regexp.MustCompile(`^pbkdf2_sha512` + pbkdf2Form),
	"pbkdf2_sha512_hex":    regexp.MustCompile(`^pbkdf2_sha512_hex` + pbkdf2Form),
	"sha256":               regexp.MustCompile(`^[0-9a-fA-F]{64}$`),
}

func digestOf(h func() hash.Hash, parts ...string) []byte {
	sum := h()
	for _, p := range parts {
		_, _ = sum.Write([]byte(p))
	}
	return sum.Sum(nil)
}

func equal(a, b []byte) bool { return subtle.ConstantTimeCompare(a, b) == 1 }

// sameHash checks a bare hexadecimal digest.
func sameHash(h func() hash.Hash, digest, password string) bool {
	want, err := hex.DecodeString(digest)
	return err == nil && equal(want, digestOf(h, password))
}

// saltedHash checks hex$salt or salt$hex, with the salt on either side of the password.
func saltedHash(h func() hash.Hash, digest, password string) bool {
	a, b, _ := strings.Cut(digest, "$")
	for _, half := range [][2]string{{a, b}, {b, a}} {
		want, err := hex.DecodeString(half[0])
		if salt := half[1]; err == nil && (equal(want, digestOf(h, password, salt)) || equal(want, digestOf(h, salt, password))) {
			return true
		}
	}
	return false
}

// verifyPBKDF2 checks algorithm$rounds$salt$key. Systems differ in how they write salt and key, so each reading that
// the text allows is tried.
func verifyPBKDF2(h func() hash.Hash, digest, password string) bool {
	parts := strings.Split(digest, "$")
	if len(parts) < 4 {
		return false
	}
	count, err := strconv.Atoi(parts[1])
	if err != nil || count < 1 || count > 10_000_000 {
		return false
	}
	for _, salt := range readings(parts[2]) {
		for _, want := range readings(parts[3])[1:] {
			got, err := pbkdf2.Key(h, password, salt, count, max(len(want), 1))
			if err == nil && equal(got, want) {
				return true
			}
		}
	}
	return false
}

// readings returns text as it is, then every decoding that it allows.
func readings(text string) [][]byte {
	out := [][]byte{[]byte(text)}
	if raw, err := hex.DecodeString(text); err == nil {
		out = append(out, raw)
	}
	for _, enc := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.RawURLEncoding} {
		if raw, err := enc.DecodeString(text); err == nil {
			out = append(out, raw)
		}
	}
	return out
}

// verifyPepperedBcrypt checks a bcrypt digest of password and pepper, which follows it after a dollar sign.
func verifyPepperedBcrypt(digest, password string) bool {
	if len(digest) <= bcryptLength || digest[bcryptLength] != '$' {
		return false
	}
	return VerifyBcrypt(digest[:bcryptLength], password+digest[bcryptLength+1:])
}

// verifyDjangoBcrypt checks bcrypt_sha256$ and a bcrypt digest of the password's SHA-256 in hexadecimal.
func verifyDjangoBcrypt(digest, password string) bool {
	rest, ok := strings.CutPrefix(digest, "bcrypt_sha256$")
	return ok && VerifyBcrypt(rest, hex.EncodeToString(digestOf(sha256.New, password)))
}

// verifySSHA checks {SSHA} and base64 of key and salt.
func verifySSHA(digest, password string) bool {
	raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(digest, "{SSHA}"))
	if err != nil || len(raw) < sha1.Size {
		return false
	}
	return equal(raw[:sha1.Size], digestOf(sha1.New, password, string(raw[sha1.Size:])))
}

// verifySymfony checks rounds$salt$key of Symfony's message digest encoder.
func verifySymfony(digest, password string) bool {
	parts := strings.Split(strings.TrimPrefix(digest, "sha512_symfony$"), "$")
	if len(parts) != 3 {
		return false
	}
	count, err := strconv.Atoi(parts[0])
	if err != nil || count < 1 || count > 1_000_000 {
		return false
	}
	salted := password + "{" + parts[1] + "}"
	sum := digestOf(sha512.New, salted)
	for range count - 1 {
		sum = digestOf(sha512.New, string(sum), salted)
	}
	return slices.ContainsFunc(readings(parts[2]), func(want []byte) bool { return equal(want, sum) })
}

const phpassAlphabet = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// verifyPHPass checks $P$ digests of WordPress and its kin.
func verifyPHPass(digest, password string) bool {
	if len(digest) != 34 || (digest[:3] != "$P$" && digest[:3] != "$H$") {
		return false
	}
	log := strings.IndexByte(phpassAlphabet, digest[3])
	if log < 7 || log > 20 {
		return false
	}
	sum := digestOf(md5.New, digest[4:12], password)
	for range 1 << log {
		sum = digestOf(md5.New, string(sum), password)
	}
	return equal([]byte(digest[12:]), phpassEncode(sum))
}

// phpassEncode writes bytes in groups of three, lowest bits first.
func phpassEncode(raw []byte) []byte {
	var out []byte
	for i := 0; i < len(raw); i += 3 {
		var v, n uint
		for ; n < 3 && i+int(n) < len(raw); n++ {
			v |= uint(raw[i+int(n)]) << (8 * n)
		}
		for range n + 1 {
			out = append(out, phpassAlphabet[v&0x3f])
			v >>= 6
		}
	}
	return out
}
