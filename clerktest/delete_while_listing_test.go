package clerktest_test

import (
	"fmt"
	"testing"

	clerk "github.com/clerkgo/clerk-go/core"

	"github.com/clerkgo/clerk-go/clerktest"
)

func TestListAll_DeletesEverybodyWhileListing(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string][]clerk.RequestOption{
		"page by page": {clerk.WithPrefetch(false)}, "ahead": nil, "four pages ahead": {clerk.WithReadAhead(4)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := clerktest.NewServer(t)
			client, err := clerk.NewClient(srv.SecretKey(), clerk.WithBaseURL(srv.URL()))
			if err != nil {
				t.Fatal(err)
			}
			const n = 350
			for i := range n {
				srv.CreateUser(clerktest.User{Email: fmt.Sprintf("u%d@example.com", i)})
				srv.CreateOrganization(clerktest.Organization{Name: fmt.Sprintf("Org %d", i)})
			}
			users, organizations := 0, 0
			for org, err := range client.Organizations.ListAll(t.Context(), nil, opts...) {
				if err != nil {
					t.Fatal(err)
				}
				if _, err := client.Organizations.Delete(t.Context(), org.ID); err != nil {
					t.Fatal(err)
				}
				organizations++
			}
			for user, err := range client.Users.ListAll(t.Context(), nil, opts...) {
				if err != nil {
					t.Fatal(err)
				}
				if _, err := client.Users.Delete(t.Context(), user.ID); err != nil {
					t.Fatal(err)
				}
				users++
			}
			left, err := client.Users.Count(t.Context(), nil)
			if users != n || organizations != n || left != 0 || err != nil {
				t.Errorf("deleted %d users and %d organizations of %d, %d users are left, %v", users, organizations, n, left, err)
			}
		})
	}
}
