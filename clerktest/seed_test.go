package clerktest_test

import (
	"strings"
	"testing"

	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
)

func TestSeed(t *testing.T) {
	t.Parallel()
	srv := clerktest.NewServer(t)
	err := srv.Seed([]byte(`{
		"permissions": [{"key": "org:reports:read", "name": "Read reports"}],
		"roles": [{"key": "org:analyst", "name": "Analyst", "permissions": ["org:reports:read"]}],
		"users": [{"id": "user_ada", "email": "ada@example.com", "password": "pw-of-ada"}],
		"organizations": [{"id": "org_acme", "name": "Acme", "slug": "acme", "members": [{"email": "ada@example.com", "role": "org:analyst"}]}],
		"jwt_templates": [{"name": "backend", "claims": {"aud": "api"}}]
	}`))
	if err != nil {
		t.Fatal(err)
	}
	client := newClient(srv.Instance)
	list, err := client.OrganizationMemberships.List(t.Context(), "org_acme", nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(list.Data) != 1 || list.Data[0].Role != "org:analyst" {
		t.Errorf("memberships = %+v, want one analyst", list.Data)
	}
	if got := len(srv.Events()); got != 0 {
		t.Errorf("events = %d, want none", got)
	}
}

func TestSeed_AddsAllOrNothing(t *testing.T) {
	t.Parallel()
	srv := clerktest.NewServer(t)
	err := srv.Seed([]byte(`{"users": [{"email": "ada@example.com"}, {"email": "ada@example.com"}]}`))
	if err == nil || !strings.Contains(err.Error(), "users[1]") {
		t.Fatalf("Seed = %v, want an error at users[1]", err)
	}
	count, err := newClient(srv.Instance).Users.Count(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if count != 0 {
		t.Errorf("users = %v, want 0", count)
	}
	if err := srv.Seed([]byte(`{"userz": []}`)); err == nil {
		t.Error("Seed took an unknown field")
	}
}

func TestImportUsers(t *testing.T) {
	t.Parallel()
	original, to := clerktest.NewServer(t), clerktest.NewServer(t)
	source, client, ctx := newClient(original.Instance), newClient(to.Instance), t.Context()
	u := from(source.Users.Create(ctx, &clerk.UserCreateParams{
		EmailAddress: clerk.Set([]string{"ada@example.com", "held@example.com"}), EmailAddressIdentificationStatus: clerk.Set([]clerk.IdentificationStatus{"verified", "reserved"}),
		Web3Wallet: clerk.Set([]string{"0x00000000000000000000000000000000000000aa"}), FirstName: clerk.String("Ada"),
		PublicMetadata: clerk.JSON(map[string]any{"tier": 1}), CreateOrganizationsLimit: clerk.Int64(2),
	})).must(t)
	from(source.PhoneNumbers.Create(ctx, &clerk.PhoneNumberCreateParams{UserID: u.ID, PhoneNumber: "+15550000001", Verified: clerk.Bool(true), ReservedForSecondFactor: clerk.Bool(true)})).must(t)
	original.AddExternalAccount(u.ID, clerktest.ExternalAccount{Provider: "google", Email: "ada@example.com"})
	export := from(source.Users.List(ctx, nil)).must(t)
	n, err := to.ImportUsers(export.RawJSON())
	if err != nil || n != 1 {
		t.Fatalf("ImportUsers = %d, %v", n, err)
	}
	got, want := from(client.Users.Get(ctx, u.ID)).must(t), from(source.Users.Get(ctx, u.ID)).must(t)
	if string(got.RawJSON()) != string(want.RawJSON()) {
		t.Errorf("got %s, want %s", got.RawJSON(), want.RawJSON())
	}
	if _, err := to.ImportUsers(export.RawJSON()); err == nil {
		t.Error("the second import of the same user succeeded")
	}
}
