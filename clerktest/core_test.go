package clerktest_test

import (
	"errors"
	"fmt"
	"testing"

	clerk "github.com/clerkgo/clerk-go/core"

	"github.com/clerkgo/clerk-go/clerktest"
)

func TestCore_Users(t *testing.T) {
	t.Parallel()
	client := newClient(clerktest.NewServer(t).Instance)
	ctx := t.Context()
	made := map[string]bool{}
	for i := range 45 {
		u, err := client.Users.Create(ctx, &clerk.UserCreateParams{
			EmailAddress: clerk.Set([]string{fmt.Sprintf("u%d@example.com", i)}), FirstName: clerk.String("Ada"),
		})
		if err != nil {
			t.Fatal(err)
		}
		made[u.ID] = true
	}
	var last string
	for u, err := range client.Users.ListAll(ctx, nil) {
		if err != nil {
			t.Fatal(err)
		}
		if !made[u.ID] {
			t.Fatal("a user came twice or from nowhere")
		}
		delete(made, u.ID)
		last = u.ID
	}
	if len(made) != 0 {
		t.Errorf("got %d users left out of the iteration, want 0", len(made))
	}
	changed, err := client.Users.Update(ctx, last, &clerk.UserUpdateParams{FirstName: clerk.Null[string](), LastName: clerk.String("Lovelace")})
	if err != nil {
		t.Fatal(err)
	}
	if changed.FirstName != nil || clerk.Value(changed.LastName) != "Lovelace" {
		t.Errorf("got %v %v, want no first name and Lovelace", changed.FirstName, changed.LastName)
	}
	if n, err := client.Users.Count(ctx, nil); err != nil || n != 45 {
		t.Errorf("got %d, %v, want 45", n, err)
	}
	if _, err := client.Users.Delete(ctx, last); err != nil {
		t.Fatal(err)
	}
	_, err = client.Users.Get(ctx, last)
	var refused *clerk.APIError
	if !errors.Is(err, clerk.ErrNotFound) || !errors.As(err, &refused) || refused.TraceID == "" {
		t.Errorf("got %v, want ErrNotFound with a trace id", err)
	}
	_, err = client.Users.Create(ctx, &clerk.UserCreateParams{EmailAddress: clerk.Set([]string{"u1@example.com"})})
	if !errors.Is(err, clerk.ErrInvalid) || !errors.As(err, &refused) || refused.Errors[0].Code != "form_identifier_exists" {
		t.Errorf("got %v, want form_identifier_exists", err)
	}
}

func TestCore_OrganizationsAndSessions(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client := newClient(in)
	ctx := t.Context()
	u := in.CreateUser(clerktest.User{})
	org, err := client.Organizations.Create(ctx, &clerk.OrganizationCreateParams{Name: "Acme", CreatedBy: clerk.String(u.ID)})
	if err != nil {
		t.Fatal(err)
	}
	members, err := client.OrganizationMemberships.List(ctx, org.ID, nil)
	if err != nil {
		t.Fatal(err)
	}
	if members.TotalCount != 1 || members.Data[0].Role != "org:admin" {
		t.Errorf("got %+v, want the creator as admin", members.Data)
	}
	session, err := client.Sessions.Create(ctx, &clerk.SessionCreateParams{UserID: u.ID, ActiveOrganizationID: clerk.String(org.ID)})
	if err != nil {
		t.Fatal(err)
	}
	token, err := client.Sessions.CreateToken(ctx, session.ID, nil)
	if err != nil {
		t.Fatal(err)
	}
	if ex := in.Explain(token.JWT); !ex.Accepted {
		t.Errorf("the token is refused: %s", ex.Reason)
	}
	if got := claimsOf(t, token.JWT, 1)["o"].(map[string]any)["rol"]; got != "admin" {
		t.Errorf("got role %v, want admin", got)
	}
	if _, err := client.Sessions.Revoke(ctx, session.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Sessions.CreateToken(ctx, session.ID, nil); !errors.Is(err, clerk.ErrNotFound) {
		t.Errorf("got %v for a revoked session, want ErrNotFound", err)
	}
	keys, err := client.JWKS.Get(ctx)
	if err != nil || len(keys.Keys) != 1 {
		t.Errorf("got %v, %v, want one key", keys, err)
	}
}
