package clerktest_test

import (
	"strings"
	"testing"

	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
)

func newClient(t *testing.T, in *clerktest.Instance) *clerk.Client {
	t.Helper()
	client, err := clerk.NewClient(in.SecretKey(), clerk.WithBaseURL(in.URL()+"/v1"), clerk.WithRetries(0))
	if err != nil {
		t.Fatal(err)
	}
	return client
}

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
	client := newClient(t, srv.Instance)
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
	count, err := newClient(t, srv.Instance).Users.Count(t.Context(), nil)
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
	from, to := clerktest.NewServer(t), clerktest.NewServer(t)
	u := from.CreateUser(clerktest.User{Email: "ada@example.com", FirstName: "Ada", PublicMetadata: map[string]any{"tier": 1}})
	page, err := newClient(t, from.Instance).Users.List(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	n, err := to.ImportUsers(page.RawJSON())
	if err != nil || n != 1 {
		t.Fatalf("ImportUsers = %d, %v", n, err)
	}
	got, err := newClient(t, to.Instance).Users.Get(t.Context(), u.ID)
	if err != nil {
		t.Fatal(err)
	}
	if clerk.Value(got.FirstName) != "Ada" || len(got.EmailAddresses) != 1 || string(got.PublicMetadata) != `{"tier":1}` {
		t.Errorf("imported user = %s", got.RawJSON())
	}
	if _, err := to.ImportUsers(page.RawJSON()); err == nil {
		t.Error("the second import of the same user succeeded")
	}
}
