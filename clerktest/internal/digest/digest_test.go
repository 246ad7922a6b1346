package digest_test

import (
	"testing"

	"github.com/clerkgo/clerk-go/clerktest/internal/digest"
)

func TestNew_MakesADigestThatOnlyThePasswordFits(t *testing.T) {
	t.Parallel()
	made, err := digest.New("correct horse")
	if err != nil {
		t.Fatal(err)
	}
	if !digest.WellFormed(digest.Own, made) {
		t.Errorf("New wrote %q, which is not in its own form", made)
	}
	if right, known := digest.Verify(digest.Own, made, "correct horse"); !right || !known {
		t.Errorf("the right password = %v, %v, want true, true", right, known)
	}
	if right, _ := digest.Verify(digest.Own, made, "wrong horse"); right {
		t.Error("a wrong password fits")
	}
}

func TestVerify_TellsWhatItCannotVerify(t *testing.T) {
	t.Parallel()
	if _, known := digest.Verify("argon2id", "$argon2id$v=19", "x"); known || !digest.Known("argon2id") {
		t.Error("want argon2id to be a hasher that Clerk takes and this package cannot verify")
	}
	if digest.Known("rot13") {
		t.Error("rot13 is no hasher of Clerk's")
	}
}

// FuzzVerify feeds foreign digests to every hasher: none may panic or accept the empty digest.
func FuzzVerify(f *testing.F) {
	f.Add("bcrypt", "$2a$04$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "U*U")
	f.Add("bcrypt_peppered", "$2b$04$abcdefghijklmnopqrstuuplyOA/yggp3uDOFweBlaokYQ36s6xTW$pepper", "password")
	f.Add("md5_salted", "pepper$fb985bc394cf7ec1f46feac5ff63ca9f", "password")
	f.Add("pbkdf2_sha1", "pbkdf2_sha1$2$salt$ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957$20", "password")
	f.Add("phpass", "$P$7IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0", "test12345")
	f.Add("sha512_symfony", "5$salt$Fdjqd+ZET/rB3DrXi6zbDZO+ACZ/6BGKLWA3qeGOgkghdVULf3rHXCMNoc9Qk8hjdAHrgNSyXGGjJtplVaK5Yw==", "password")
	f.Add("ldap_ssha", "{SSHA}uJDd0BIdJ9Z7yDCZNWdgYeb33+cBAgME", "secret")
	f.Fuzz(func(t *testing.T, hasher, text, password string) {
		if len(text) > 80 { // long ones only ask for more rounds
			return
		}
		if right, _ := digest.Verify(hasher, "", password); right {
			t.Errorf("the empty digest fits %q", password)
		}
		digest.WellFormed(hasher, text)
		if right, known := digest.Verify(hasher, text, password); right && !known {
			t.Error("a digest that is unknown fits")
		}
	})
}
