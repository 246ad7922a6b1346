package clerktest_test

import (
	"testing"
	"time"

	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
)

func TestUsers_TrustedDevices(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	ada, bob := in.CreateUser(clerktest.User{}).ID, in.CreateUser(clerktest.User{}).ID
	phone := in.AddTrustedDevice(ada, clerktest.TrustedDevice{Platform: "android", Name: "Phone"})
	tablet := in.AddTrustedDevice(ada, clerktest.TrustedDevice{})
	devices := func(user string) []string {
		t.Helper()
		return page(t, from(client.Users.ListTrustedDevices(ctx, user)), func(d clerk.TrustedDevice) string { return d.ID })
	}
	same(t, "devices", devices(ada), phone, tablet)
	same(t, "devices of somebody else", devices(bob))
	from(client.Users.RevokeTrustedDevice(ctx, bob, phone)).refused(t, 404, "resource_not_found")
	if got := from(client.Users.RevokeTrustedDevice(ctx, ada, phone)).must(t); got.Status != "revoked" || got.RevokedAt == nil {
		t.Errorf("got %+v", got)
	}
	same(t, "active devices", devices(ada), tablet)
	from(client.Users.ListTrustedDevices(ctx, "user_none")).refused(t, 404, "resource_not_found")
}

func TestUsers_ExternalAccounts(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	in.Clock().Freeze()
	client, ctx := newClient(in), t.Context()
	u := in.CreateUser(clerktest.User{Email: "ada@gmail.com"}).ID
	account := in.AddExternalAccount(u, clerktest.ExternalAccount{Provider: "google", ProviderUserID: "g-1", Email: "ada@gmail.com", AccessToken: "t1", Scopes: []string{"openid"}})
	in.Clock().Advance(time.Second)
	in.AddExternalAccount(u, clerktest.ExternalAccount{Provider: "oauth_google", ProviderUserID: "g-2", AccessToken: "t2"})
	in.AddExternalAccount(u, clerktest.ExternalAccount{Provider: "github", ProviderUserID: "h-1"})
	tokens := func(provider string) []string {
		t.Helper()
		return page(t, from(client.Users.ListOAuthAccessTokens(ctx, u, provider, nil)), func(o clerk.OAuthAccessToken) string { return o.Token })
	}
	same(t, "tokens, newest first", tokens("oauth_google"), "t2", "t1")
	same(t, "tokens without the prefix", tokens("google"), "t2", "t1")
	same(t, "tokens of a provider without any", tokens("oauth_github"))
	if got := from(client.Users.Get(ctx, u)).must(t).ExternalAccounts; len(got) != 3 || got[0].ID != account || got[0].Provider != "oauth_google" {
		t.Errorf("got accounts %+v", got)
	}
	if gone := from(client.Users.DeleteExternalAccount(ctx, u, account)).must(t); !gone.Deleted || gone.Object != "external_account" {
		t.Errorf("got %+v", gone)
	}
	same(t, "tokens after an account went", tokens("oauth_google"), "t2")
	from(client.Users.DeleteExternalAccount(ctx, u, account)).refused(t, 404, "resource_not_found")
	from(client.Users.ListOAuthAccessTokens(ctx, "user_none", "oauth_google", nil)).refused(t, 404, "resource_not_found")
}
