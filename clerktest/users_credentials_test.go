package clerktest_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
)

func TestUsers_PasswordLifecycle(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	in.Clock().Freeze()
	client, ctx := newClient(in), t.Context()
	users := client.Users
	id := in.CreateUser(clerktest.User{}).ID
	verify := func(password string) reply[*clerk.PasswordVerification] {
		return from(users.VerifyPassword(ctx, id, &clerk.UserVerifyPasswordParams{Password: password}))
	}
	verify("anything").refused(t, 400, "no_password_set")
	from(users.SetPasswordCompromised(ctx, id, nil)).refused(t, 400, "no_password_set")
	since := len(in.Events())
	if got := from(users.RemovePassword(ctx, id, nil)).must(t); got.PasswordEnabled || len(in.Events()) != since {
		t.Errorf("got %d events for a password that is not there, want none", len(in.Events())-since)
	}

	in.Clock().Advance(time.Second)
	first, second := in.CreateSession(id, ""), in.CreateSession(id, "")
	u := from(users.Update(ctx, id, &clerk.UserUpdateParams{Password: clerk.String("correct horse"), SignOutOfOtherSessions: clerk.Bool(true)})).must(t)
	if !u.PasswordEnabled || clerk.Value(u.PasswordLastUpdatedAt) != clerk.NewTimestamp(in.Clock().Now()) {
		t.Errorf("got password %v of %v", u.PasswordEnabled, clerk.Value(u.PasswordLastUpdatedAt))
	}
	for _, session := range []string{first, second} {
		if got := from(client.Sessions.Get(ctx, session)).must(t).Status; got != "revoked" {
			t.Errorf("got session %s after signing out of the others, want revoked", got)
		}
	}
	if !verify("correct horse").must(t).Verified {
		t.Error("the right password is not verified")
	}
	verify("battery staple").refused(t, 422, "incorrect_password")

	session := in.CreateSession(id, "")
	from(users.SetPasswordCompromised(ctx, id, nil)).must(t)
	if got := from(client.Sessions.Get(ctx, session)).must(t).Status; got != "active" {
		t.Errorf("got session %s, want it to stay unless asked", got)
	}
	from(users.SetPasswordCompromised(ctx, id, &clerk.UserSetPasswordCompromisedParams{RevokeAllSessions: clerk.Bool(true)})).must(t)
	if got := from(client.Sessions.Get(ctx, session)).must(t).Status; got != "revoked" {
		t.Errorf("got session %s, want it revoked", got)
	}
	from(users.UnsetPasswordCompromised(ctx, id)).must(t)

	session = in.CreateSession(id, "")
	u = from(users.RemovePassword(ctx, id, &clerk.UserRemovePasswordParams{SignOutOfOtherSessions: clerk.Bool(true)})).must(t)
	if got := from(client.Sessions.Get(ctx, session)).must(t).Status; u.PasswordEnabled || u.PasswordLastUpdatedAt != nil || got != "revoked" {
		t.Errorf("got password %v and session %s", u.PasswordEnabled, got)
	}
	verify("correct horse").refused(t, 400, "no_password_set")
	from(users.RemovePassword(ctx, "user_none", nil)).refused(t, 404, "resource_not_found")
}

// totp is the code of the secret JBSWY3DPEHPK3PXP at a time.
func totp(at time.Time) string {
	mac := hmac.New(sha1.New, []byte("Hello!\xde\xad\xbe\xef"))
	_ = binary.Write(mac, binary.BigEndian, at.Unix()/30)
	sum := mac.Sum(nil)
	offset := sum[len(sum)-1] & 0xf
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[offset:])&0x7fffffff%1_000_000)
}

func TestUsers_SecondFactors(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	in.Clock().Freeze()
	client, ctx := newClient(in), t.Context()
	users := client.Users
	const bcryptOfSecret = "$2b$04$abcdefghijklmnopqrstuuplyOA/yggp3uDOFweBlaokYQ36s6xTW" // passwordpepper
	u := from(users.Create(ctx, &clerk.UserCreateParams{
		Username: clerk.String("two_factors"), TOTPSecret: clerk.String("JBSW Y3DP EHPK 3PXP"), BackupCodes: clerk.Set([]string{"backup-1", bcryptOfSecret}),
	})).must(t)
	if !u.TOTPEnabled || !u.BackupCodeEnabled || !u.TwoFactorEnabled || clerk.Value(u.MFAEnabledAt) != clerk.NewTimestamp(in.Clock().Now()) || u.MFADisabledAt != nil {
		t.Errorf("got %+v", u)
	}
	attempt := func(code string) reply[*clerk.TOTPVerification] {
		return from(users.VerifyTOTP(ctx, u.ID, &clerk.UserVerifyTOTPParams{Code: code}))
	}
	now := in.Clock().Now()
	for name, at := range map[string]time.Time{"now": now, "half a minute ago": now.Add(-30 * time.Second), "in half a minute": now.Add(30 * time.Second)} {
		if got := attempt(totp(at)).must(t); !got.Verified || got.CodeType != "totp" {
			t.Errorf("the code of %s: got %+v", name, got)
		}
	}
	attempt(totp(now.Add(-2*time.Minute))).refused(t, 422, "totp_incorrect_code")
	attempt("12345").refused(t, 422, "totp_invalid_length")
	for _, code := range []string{"backup-1", "passwordpepper"} {
		if got := attempt(code).must(t); got.CodeType != "backup_code" {
			t.Errorf("got %+v for a backup code", got)
		}
		attempt(code).refused(t, 422, "totp_invalid_length")
	}
	if got := from(users.Get(ctx, u.ID)).must(t); got.BackupCodeEnabled {
		t.Error("the backup codes are not used up")
	}
	from(users.DeleteBackupCodes(ctx, u.ID)).refused(t, 404, "resource_not_found")

	in.Clock().Advance(time.Minute)
	since := len(in.Events())
	if got := from(users.DeleteTOTP(ctx, u.ID)).must(t); got.UserID != u.ID {
		t.Errorf("got %+v", got)
	}
	from(users.DeleteTOTP(ctx, u.ID)).refused(t, 404, "resource_not_found")
	attempt(totp(now)).refused(t, 400, "totp_disabled")
	got := from(users.Get(ctx, u.ID)).must(t)
	if got.TwoFactorEnabled || clerk.Value(got.MFAEnabledAt) != clerk.Value(u.MFAEnabledAt) || clerk.Value(got.MFADisabledAt) != clerk.NewTimestamp(in.Clock().Now()) {
		t.Errorf("got enabled at %v and disabled at %v", clerk.Value(got.MFAEnabledAt), clerk.Value(got.MFADisabledAt))
	}
	in.Clock().Advance(time.Minute)
	from(users.Update(ctx, u.ID, &clerk.UserUpdateParams{TOTPSecret: clerk.String("JBSWY3DPEHPK3PXP"), BackupCodes: clerk.Set([]string{"b"})})).must(t)
	from(client.PhoneNumbers.Create(ctx, &clerk.PhoneNumberCreateParams{UserID: u.ID, PhoneNumber: "+15550000001", Verified: clerk.Bool(true), ReservedForSecondFactor: clerk.Bool(true)})).must(t)
	from(users.DeleteTOTP(ctx, u.ID)).must(t)
	if got := from(users.Get(ctx, u.ID)).must(t); !got.TwoFactorEnabled || clerk.Value(got.MFAEnabledAt) != clerk.NewTimestamp(in.Clock().Now()) {
		t.Error("the second factor went although a phone is left")
	}
	from(users.DisableMFA(ctx, u.ID)).must(t)
	got = from(users.Get(ctx, u.ID)).must(t)
	if got.TwoFactorEnabled || got.BackupCodeEnabled || got.PhoneNumbers[0].ReservedForSecondFactor || got.PhoneNumbers[0].DefaultSecondFactor {
		t.Errorf("got %+v after every second factor went", got)
	}
	same(t, "events", kinds(in, since), "user.updated", "user.updated", "user.updated", "user.updated", "user.updated")
}

func TestUsers_SecondFactorsOfNobody(t *testing.T) {
	t.Parallel()
	client, ctx := newClient(clerktest.NewServer(t).Instance), t.Context()
	users := client.Users
	for name, r := range map[string]reply[*clerk.UserReference]{
		"TOTP": from(users.DeleteTOTP(ctx, "user_none")), "MFA": from(users.DisableMFA(ctx, "user_none")), "codes": from(users.DeleteBackupCodes(ctx, "user_none")),
	} {
		t.Run(name, func(t *testing.T) {
			r.refused(t, 404, "resource_not_found")
		})
	}
}

func TestUsers_PasskeysAndWallets(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	if _, err := in.ImportUsers([]byte(`[{"id":"user_keys","object":"user","username":"keys","passkeys":[{"id":"pass_1","name":"Laptop"},{"id":"pass_2","name":"Phone"}]}]`)); err != nil {
		t.Fatal(err)
	}
	if got := from(client.Users.DeletePasskey(ctx, "user_keys", "pass_1")).must(t); !got.Deleted || got.Object != "passkey" {
		t.Errorf("got %+v", got)
	}
	from(client.Users.DeletePasskey(ctx, "user_keys", "pass_1")).refused(t, 404, "resource_not_found")
	if left := from(client.Users.Get(ctx, "user_keys")).must(t).Passkeys; len(left) != 1 || left[0].ID != "pass_2" {
		t.Errorf("got passkeys %+v, want the other one", left)
	}

	u := from(client.Users.Create(ctx, &clerk.UserCreateParams{Web3Wallet: clerk.Set([]string{"0x00000000000000000000000000000000000000aa", "0x00000000000000000000000000000000000000bb"})})).must(t)
	first, second := u.Web3Wallets[0].ID, u.Web3Wallets[1].ID
	if clerk.Value(u.PrimaryWeb3WalletID) != first {
		t.Errorf("got primary wallet %v, want the first", clerk.Value(u.PrimaryWeb3WalletID))
	}
	from(client.Users.DeleteWeb3Wallet(ctx, u.ID, first)).must(t)
	if got := from(client.Users.Get(ctx, u.ID)).must(t); clerk.Value(got.PrimaryWeb3WalletID) != second || len(got.Web3Wallets) != 1 {
		t.Errorf("got primary wallet %v, want the remaining one", clerk.Value(got.PrimaryWeb3WalletID))
	}
	from(client.Users.DeleteWeb3Wallet(ctx, u.ID, first)).refused(t, 404, "resource_not_found")
	from(client.Users.DeleteWeb3Wallet(ctx, "user_none", second)).refused(t, 404, "resource_not_found")
}
