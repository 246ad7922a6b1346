package clerktest_test

import (
	"strings"
	"testing"

	"github.com/clerkgo/clerk-go/clerktest"
)

func TestUsers_VerifyPassword(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	for name, c := range map[string]struct{ hasher, digest, password string }{
		"bcrypt 2a":       {"bcrypt", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "U*U"},
		"bcrypt long":     {"bcrypt", "$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui", "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789chars after 72 are ignored"},
		"bcrypt pepper":   {"bcrypt_peppered", "$2b$04$abcdefghijklmnopqrstuuplyOA/yggp3uDOFweBlaokYQ36s6xTW$pepper", "password"},
		"bcrypt django":   {"bcrypt_sha256_django", "bcrypt_sha256$$2b$04$abcdefghijklmnopqrstuuavYyybW8SwBYgHrVfEOHIljvgCGgHr2", "password"},
		"md5 hash first":  {"md5_salted", "fb985bc394cf7ec1f46feac5ff63ca9f$pepper", "password"},
		"md5 salt first":  {"md5_salted", "pepper$fb985bc394cf7ec1f46feac5ff63ca9f", "password"},
		"sha256 salted":   {"sha256_salted", "1c03943fd7783c66d7b5caef930448dd20bb6af87b61aa64ead5fb0183aebecf$pepper", "password"},
		"pbkdf2 sha1":     {"pbkdf2_sha1", "pbkdf2_sha1$2$salt$ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957", "password"},
		"pbkdf2 length":   {"pbkdf2_sha1", "pbkdf2_sha1$2$salt$ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957$20", "password"},
		"pbkdf2 django":   {"pbkdf2_sha256_django", "pbkdf2_sha256$2$salt$rk0Mla9rRtMtCt/5KPBt0CowP47zwlHf1uLYWpVHTEM=", "password"},
		"pbkdf2 sha512":   {"pbkdf2_sha512", "pbkdf2_sha512$2$salt$e1d9c16aa681708a45f5c7c4e215ceb66e011a2e9f0040713f18aefdb866d53cf76cab2868a39b9f7840edce4fef5a82be67335c77a6068e04112754f27ccf4e", "password"},
		"pbkdf2 hex":      {"pbkdf2_sha512_hex", "pbkdf2_sha512_hex$2$73616c74$e1d9c16aa681708a45f5c7c4e215ceb66e011a2e9f0040713f18aefdb866d53cf76cab2868a39b9f7840edce4fef5a82be67335c77a6068e04112754f27ccf4e", "password"},
		"symfony":         {"sha512_symfony", "5$salt$Fdjqd+ZET/rB3DrXi6zbDZO+ACZ/6BGKLWA3qeGOgkghdVULf3rHXCMNoc9Qk8hjdAHrgNSyXGGjJtplVaK5Yw==", "password"},
		"phpass of md5":   {"md5_phpass", "$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0", "test12345"},
		"md5":             {"md5", "5f4dcc3b5aa765d61d8327deb882cf99", "password"},
		"sha256":          {"sha256", "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8", "password"},
		"phpass":          {"phpass", "$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0", "test12345"},
		"ldap":            {"ldap_ssha", "{SSHA}uJDd0BIdJ9Z7yDCZNWdgYeb33+cBAgME", "secret"},
		"pbkdf2 of Clerk": {"pbkdf2_sha256", "pbkdf2_sha256$1$c2FsdA==$Eg+2z/z4syxD5yJSVsT4N6hlSMkszDVICAWYfLcL4Xs=", "password"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			id := createUser(t, in, `{"email_address":["`+strings.ReplaceAll(name, " ", "-")+`@example.com"],"password_hasher":"`+c.hasher+`","password_digest":"`+c.digest+`"}`)
			got := send(t, in, "POST", "/users/"+id+"/verify_password", `{"password":"`+c.password+`"}`)
			if got.status != 200 || got.object["verified"] != true {
				t.Errorf("the right password: got %d %s", got.status, got.raw)
			}
			refused(t, send(t, in, "POST", "/users/"+id+"/verify_password", `{"password":"wrong one"}`), 422, "incorrect_password")
		})
	}
}

func TestUsers_VerifyOwnPassword(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	id := in.CreateUser(clerktest.User{Password: "correct horse"}).ID
	if got := must(t, in, "POST", "/users/"+id+"/verify_password", `{"password":"correct horse"}`); got.object["verified"] != true {
		t.Errorf("got %s", got.raw)
	}
	none := in.CreateUser(clerktest.User{}).ID
	refused(t, send(t, in, "POST", "/users/"+none+"/verify_password", `{"password":"x"}`), 400, "no_password_set")
}

// TestUsers_StoreForeignDigests checks the hashers whose digests are kept without being understood.
func TestUsers_StoreForeignDigests(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	for hasher, digest := range map[string]string{
		"argon2i": "$argon2i$v=19$m=4096,t=3,p=1$c2FsdA$aGFzaA", "argon2id": "$argon2id$v=19$m=4096,t=3,p=1$c2FsdA$aGFzaA",
		"awscognito": "awscognito#pool#client#ada", "hmac_sha256_utf16_b64": "x", "scrypt_firebase": "h$s$k$p$8$14", "scrypt_werkzeug": "scrypt:32768:8:1$s$h",
	} {
		id := createUser(t, in, `{"username":"`+hasher+`","password_hasher":"`+hasher+`","password_digest":"`+digest+`"}`)
		got := send(t, in, "POST", "/users/"+id+"/verify_password", `{"password":"password"}`)
		refused(t, got, 501, "operation_not_emulated")
		if !strings.Contains(string(got.raw), hasher) {
			t.Errorf("%s: got %s, want the hasher named", hasher, got.raw)
		}
	}
	for name, c := range map[string]struct{ body, code string }{
		"an unknown hasher":  {`{"username":"rot13","password_hasher":"rot13","password_digest":"x"}`, "form_param_value_invalid"},
		"no hasher":          {`{"username":"hasherless","password_digest":"x"}`, "form_conditional_param_missing"},
		"a password as well": {`{"username":"twofold","password":"correct horse","password_hasher":"md5","password_digest":"5f4dcc3b5aa765d61d8327deb882cf99"}`, "form_conditional_param_disallowed"},
		"plain text":         {`{"username":"plaintext","password_hasher":"bcrypt","password_digest":"correct horse"}`, "form_password_digest_invalid_code"},
		"a cut digest":       {`{"username":"cut_short","password_hasher":"md5","password_digest":"5f4dcc3b5aa765d61d8327deb882cf9"}`, "form_password_digest_invalid_code"},
		"another hasher's":   {`{"username":"mixed_up","password_hasher":"argon2i","password_digest":"$argon2id$v=19$m=4096,t=3,p=1$c2FsdA$aGFzaA"}`, "form_password_digest_invalid_code"},
	} {
		t.Run(name, func(t *testing.T) {
			refused(t, send(t, in, "POST", "/users", c.body), 422, c.code)
		})
	}
}
