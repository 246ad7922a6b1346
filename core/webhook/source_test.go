package clerkwebhook_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	clerk "github.com/clerkgo/clerk-go/core"
	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
)

const membershipJSON = `{"id":"orgmem_1","updated_at":3,"organization":{"id":"org_1"},"public_user_data":{"user_id":"user_1"}}`

// newAPI answers the calls of a ClientSource.
func newAPI(t *testing.T) *clerk.Client {
	t.Helper()
	answers := map[string]string{
		"/v1/users":                    `[{"id":"user_1","updated_at":1,"x_future":1}]`,
		"/v1/users/user_1":             `{"id":"user_1","updated_at":1}`,
		"/v1/organizations":            `{"data":[{"id":"org_1","updated_at":2}],"total_count":1}`,
		"/v1/organizations/org_1":      `{"id":"org_1","updated_at":2}`,
		"/v1/organization_memberships": `{"data":[` + membershipJSON + `],"total_count":1}`,
		"user_1 in org_1":              `{"data":[` + membershipJSON + `],"total_count":1}`,
		"user_2 in org_1":              `{"data":[],"total_count":0}`,
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key := r.URL.Path
		if key == "/v1/organizations/org_1/memberships" {
			key = r.URL.Query().Get("user_id") + " in org_1"
		}
		answer, ok := answers[key]
		if !ok {
			w.WriteHeader(http.StatusNotFound)
			answer = `{"errors":[{"code":"resource_not_found"}]}`
		}
		_, _ = w.Write([]byte(answer))
	}))
	t.Cleanup(server.Close)
	client, err := clerk.NewClient("sk_test_source", clerk.WithBaseURL(server.URL))
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func TestClientSource(t *testing.T) {
	t.Parallel()
	table := newMemoryTable()
	for _, gone := range []clerkwebhook.Key{
		{Kind: clerkwebhook.KindUser, ID: "user_gone"},
		{Kind: clerkwebhook.KindOrganization, ID: "org_gone"},
		{Kind: clerkwebhook.KindMembership, ID: "orgmem_gone", OrganizationID: "org_1", UserID: "user_2"},
		{Kind: clerkwebhook.KindMembership, ID: "orgmem_before", OrganizationID: "org_1", UserID: "user_1"},
		{Kind: clerkwebhook.KindMembership, ID: "orgmem_orphan", OrganizationID: "org_gone", UserID: "user_1"},
	} {
		table.rows[gone.ID] = clerkwebhook.Record{Key: gone}
	}
	result, err := newReconciler(t, table, clerkwebhook.Callbacks{}).Backfill(t.Context(), clerkwebhook.ClientSource(newAPI(t)))
	if err != nil {
		t.Fatal(err)
	}
	if want := (clerkwebhook.BackfillResult{Users: 1, Organizations: 1, Memberships: 1, Deleted: 5}); result != want {
		t.Errorf("got %+v, want %+v", result, want)
	}
	want := []string{
		`org_1 {"id":"org_1","updated_at":2}`, "orgmem_1 " + membershipJSON, `user_1 {"id":"user_1","updated_at":1,"x_future":1}`,
	}
	if got := table.live(); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q: the JSON of the API with its unknown fields", got, want)
	}
	if key := table.rows["orgmem_1"].Key; key.OrganizationID != "org_1" || key.UserID != "user_1" {
		t.Errorf("got %+v, want the key of the membership to name both sides", key)
	}
}

func TestClientSource_FindsOne(t *testing.T) {
	t.Parallel()
	source := clerkwebhook.ClientSource(newAPI(t))
	ctx := t.Context()
	if user, err := source.User(ctx, "user_1"); err != nil || user.ID != "user_1" {
		t.Errorf("got %v and %v, want user_1", user, err)
	}
	if org, err := source.Organization(ctx, "org_1"); err != nil || org.ID != "org_1" {
		t.Errorf("got %v and %v, want org_1", org, err)
	}
	if m, err := source.Membership(ctx, "org_1", "user_1"); err != nil || m.ID != "orgmem_1" {
		t.Errorf("got %v and %v, want orgmem_1", m, err)
	}
	for _, pair := range [][2]string{{"org_1", "user_2"}, {"org_2", "user_1"}} {
		if _, err := source.Membership(ctx, pair[0], pair[1]); !errors.Is(err, clerk.ErrNotFound) {
			t.Errorf("%v: got %v, want ErrNotFound", pair, err)
		}
	}
}
