package clerktest_test

import (
	"testing"

	"github.com/clerkgo/clerk-go/clerktest"
)

func TestUsers_VerifyPassword(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	for name, c := range map[string]struct{ hasher, digest, password string }{
		"bcrypt 2a":       {"bcrypt", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", "U*U"},
		"bcrypt long":     {"bcrypt", "$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui", "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789chars after 72 are ignored"},
		"md5":             {"md5", "5f4dcc3b5aa765d61d8327deb882cf99", "password"},
		"sha256":          {"sha256", "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8", "password"},
		"phpass":          {"phpass", "$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0", "test12345"},
		"ldap":            {"ldap_ssha", "{SSHA}uJDd0BIdJ9Z7yDCZNWdgYeb33+cBAgME", "secret"},
		"pbkdf2 of Clerk": {"pbkdf2_sha256", "pbkdf2_sha256$1$c2FsdA==$Eg+2z/z4syxD5yJSVsT4N6hlSMkszDVICAWYfLcL4Xs=", "password"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			id := createUser(t, in, `{"email_address":["`+name[:3]+c.hasher+name[len(name)-2:]+`@example.com"],"password_hasher":"`+c.hasher+`","password_digest":"`+c.digest+`"}`)
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
