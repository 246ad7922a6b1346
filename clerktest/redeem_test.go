package clerktest_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
)

func TestRedeem_InvitationSignsUp(t *testing.T) {
	t.Parallel()
	srv := clerktest.NewServer(t)
	client, ctx := newClient(srv.Instance), t.Context()

	i, err := client.Invitations.Create(ctx, &clerk.InvitationCreateParams{EmailAddress: "new@example.com", PublicMetadata: clerk.JSON(map[string]any{"cohort": 3})})
	if err != nil {
		t.Fatal(err)
	}
	got, err := srv.Redeem(i.URL)
	if err != nil {
		t.Fatal(err)
	}
	u, err := client.Users.Get(ctx, got.UserID)
	if err != nil {
		t.Fatal(err)
	}
	if string(u.PublicMetadata) != `{"cohort":3}` || !srv.Explain(got.Token).Accepted {
		t.Errorf("user %s, token accepted %v", u.PublicMetadata, srv.Explain(got.Token).Accepted)
	}
	if _, err := srv.Redeem(i.URL); err == nil {
		t.Error("the second use succeeded")
	}
}

func TestRedeem_OrganizationInvitationJoins(t *testing.T) {
	t.Parallel()
	srv := clerktest.NewServer(t)
	client, ctx := newClient(srv.Instance), t.Context()

	o, err := client.Organizations.Create(ctx, &clerk.OrganizationCreateParams{Name: "Acme"})
	if err != nil {
		t.Fatal(err)
	}
	i, err := client.OrganizationInvitations.Create(ctx, o.ID, &clerk.OrganizationInvitationCreateParams{EmailAddress: "member@example.com", Role: "org:member"})
	if err != nil {
		t.Fatal(err)
	}
	got, err := srv.Redeem(clerk.Value(i.URL))
	if err != nil {
		t.Fatal(err)
	}
	if got.OrganizationID != o.ID || !strings.Contains(string(srv.Explain(got.Token).Claims), o.ID) {
		t.Errorf("signed in to %q, want the organization in the token", got.OrganizationID)
	}
	if !slices.ContainsFunc(srv.Events(), func(e clerktest.Event) bool { return e.Type == "organizationInvitation.accepted" }) {
		t.Error("no organizationInvitation.accepted event")
	}
}

func TestRedeem_ActorTokenImpersonatesUntilItExpires(t *testing.T) {
	t.Parallel()
	srv := clerktest.NewServer(t)
	client, ctx := newClient(srv.Instance), t.Context()

	u := srv.CreateUser(clerktest.User{})
	create := func() *clerk.ActorToken {
		a, err := client.ActorTokens.Create(ctx, &clerk.ActorTokenCreateParams{UserID: u.ID, Actor: clerk.JSON(map[string]any{"sub": "user_support"}), ExpiresInSeconds: clerk.Int64(60)})
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	got, err := srv.Redeem(create().Token)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(srv.Explain(got.Token).Claims), `"act":{"sub":"user_support"}`) {
		t.Errorf("claims = %s, want the actor", srv.Explain(got.Token).Claims)
	}
	late := create()
	srv.Clock().Advance(61 * time.Second)
	if _, err := srv.Redeem(late.Token); err == nil {
		t.Error("an expired token was redeemed")
	}
}
