package clerktest_test

import (
	"testing"
	"time"

	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
)

func TestSignUps_UpdateAndComplete(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	made := in.CreateSignUp(clerktest.SignUp{
		Email: "New@Example.com", Phone: "+15555550123", FirstName: "Ada", UnsafeMetadata: map[string]any{"from": "ad"},
	})
	s := from(client.SignUps.Get(ctx, made.ID)).must(t)
	if s.Status != "missing_requirements" || clerk.Value(s.EmailAddress) != "new@example.com" || s.CreatedUserID != nil || s.CustomAction {
		t.Errorf("got %s, want a sign-up that waits", s.RawJSON())
	}
	same(t, "unverified", s.UnverifiedFields, "email_address", "phone_number")
	same(t, "missing", s.MissingFields)
	if v := s.Verifications; v.EmailAddress.NextAction != "needs_prepare" || v.PhoneNumber == nil || v.Web3Wallet != nil {
		t.Errorf("got verifications %+v", v)
	}

	s = from(client.SignUps.Update(ctx, made.ID, &clerk.SignUpUpdateParams{ExternalID: clerk.String("ext-1"), CustomAction: clerk.Bool(true)})).must(t)
	if clerk.Value(s.ExternalID) != "ext-1" || !s.CustomAction {
		t.Errorf("got %s", s.RawJSON())
	}
	s = from(client.SignUps.Update(ctx, made.ID, &clerk.SignUpUpdateParams{ExternalID: clerk.Null[string]()})).must(t)
	if s.ExternalID != nil || !s.CustomAction {
		t.Errorf("got %s, want null to clear and absence to leave alone", s.RawJSON())
	}
	from(client.SignUps.Update(ctx, made.ID, &clerk.SignUpUpdateParams{ExternalID: clerk.String("ext-2")})).must(t)

	since := len(in.Events())
	who := in.CompleteSignUp(made.ID)
	same(t, "events", kinds(in, since), "user.created", "session.created")
	s = from(client.SignUps.Get(ctx, made.ID)).must(t)
	if s.Status != "complete" || clerk.Value(s.CreatedUserID) != who.UserID || clerk.Value(s.CreatedSessionID) != who.SessionID || len(s.UnverifiedFields) != 0 {
		t.Errorf("got %s, want a complete sign-up", s.RawJSON())
	}
	u := from(client.Users.Get(ctx, who.UserID)).must(t)
	if clerk.Value(u.ExternalID) != "ext-2" || clerk.Value(u.FirstName) != "Ada" || string(u.UnsafeMetadata) != `{"from":"ad"}` || len(u.PhoneNumbers) != 1 {
		t.Errorf("got %s, want what the sign-up had", u.RawJSON())
	}
	if ex := in.Explain(who.Token); !ex.Accepted {
		t.Errorf("the token of the new user is refused: %s", ex.Reason)
	}
	from(client.SignUps.Update(ctx, made.ID, &clerk.SignUpUpdateParams{CustomAction: clerk.Bool(false)})).refused(t, 403, "sign_up_cannot_be_updated")
	from(client.SignUps.Get(ctx, "sua_none")).refused(t, 404, "resource_not_found")
	from(client.SignUps.Update(ctx, "sua_none", &clerk.SignUpUpdateParams{})).refused(t, 404, "resource_not_found")
}

func TestSignUps_AreAbandoned(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	in.Clock().Freeze()
	made := in.CreateSignUp(clerktest.SignUp{Username: "no_mail"})
	s := from(client.SignUps.Get(ctx, made.ID)).must(t)
	same(t, "missing", s.MissingFields, "email_address")
	in.Clock().Set(s.AbandonAt.Time().Add(-time.Millisecond))
	from(client.SignUps.Update(ctx, made.ID, &clerk.SignUpUpdateParams{ExternalID: clerk.String("late")})).must(t)
	in.Clock().Advance(time.Millisecond)
	if got := from(client.SignUps.Get(ctx, made.ID)).must(t).Status; got != "abandoned" {
		t.Errorf("got status %s after a day, want abandoned", got)
	}
	from(client.SignUps.Update(ctx, made.ID, &clerk.SignUpUpdateParams{ExternalID: clerk.String("later")})).refused(t, 403, "sign_up_cannot_be_updated")
}

func TestSignUps_SeedAndAdminAPI(t *testing.T) {
	t.Parallel()
	srv := clerktest.NewServer(t)
	if err := srv.Seed([]byte(`{"sign_ups": [{"id": "sua_seeded", "email": "seeded@example.com", "external_id": "s-1"}]}`)); err != nil {
		t.Fatal(err)
	}
	status, done := admin(t, srv, "POST", "/sign_ups/sua_seeded/complete", nil)
	if status != 200 || must(t, srv.Instance, "GET", "/users/"+done["user_id"].(string), "").text("external_id") != "s-1" {
		t.Errorf("got %d %v, want the new user", status, done)
	}
	status, made := admin(t, srv, "POST", "/sign_ups", map[string]any{"email": "admin@example.com"})
	if status != 200 || must(t, srv.Instance, "GET", "/sign_ups/"+made["id"].(string), "").text("email_address") != "admin@example.com" {
		t.Errorf("got %d %v, want the id of a sign-up", status, made)
	}
	for path, c := range map[string]struct {
		body any
		want int
	}{
		"/sign_ups/sua_seeded/complete": {nil, 403},
		"/sign_ups/sua_none/complete":   {nil, 404},
		"/sign_ups":                     {map[string]any{"email": "seeded@example.com"}, 422},
	} {
		if status, got := admin(t, srv, "POST", path, c.body); status != c.want {
			t.Errorf("%s: got %d %v, want %d", path, status, got, c.want)
		}
	}
	for name, bad := range map[string]string{
		"a taken id": `{"id": "sua_seeded"}`, "no address": `{"email": "nobody"}`, "an unknown field": `{"mail": "x@example.com"}`,
	} {
		if err := srv.Seed([]byte(`{"sign_ups": [` + bad + `]}`)); err == nil {
			t.Errorf("%s: seeded", name)
		}
	}
}
