//go:build unix

package databases_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
	clerkmirror "github.com/clerkgo/clerk-go/mirror"
)

func TestRead(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d *database) {
		w := newWorld(t)
		ada := w.CreateUser(clerktest.User{FirstName: "Ada", Email: "ada@example.com"})
		ben := w.CreateUser(clerktest.User{FirstName: "Ben"})
		engines := w.CreateOrganization(clerktest.Organization{Name: "Engines", CreatedBy: ada.ID})
		w.AddMember(engines.ID, ben.ID, "org:member")
		looms := w.CreateOrganization(clerktest.Organization{Name: "Looms", CreatedBy: ben.ID})
		m := d.mirror(t, w.config())
		if _, err := m.Backfill(t.Context()); err != nil {
			t.Fatal(err)
		}
		if u, err := m.User(t.Context(), ada.ID); err != nil || clerk.Value(u.FirstName) != "Ada" {
			t.Errorf("got %v, %v; want Ada", u, err)
		}
		if u, err := m.UserByEmail(t.Context(), "ada@example.com"); err != nil || u.ID != ada.ID {
			t.Errorf("got %v, %v; want Ada by her address", u, err)
		}
		if o, err := m.Organization(t.Context(), looms.ID); err != nil || o.Name != "Looms" {
			t.Errorf("got %v, %v; want the organization", o, err)
		}
		members := map[string]string{}
		for member, err := range m.Members(t.Context(), engines.ID) {
			if err != nil {
				t.Fatal(err)
			}
			members[member.PublicUserData.UserID] = member.Role
		}
		if len(members) != 2 || members[ben.ID] != "org:member" {
			t.Errorf("got members %v, want Ada and Ben", members)
		}
		for user, want := range map[string]int{ada.ID: 1, ben.ID: 2, "": 2, "user_nobody": 0} {
			n := 0
			for _, err := range m.Organizations(t.Context(), user) {
				if err != nil {
					t.Fatal(err)
				}
				n++
			}
			if n != want {
				t.Errorf("got %d organizations of %q, want %d", n, user, want)
			}
		}
		if _, err := m.UserByEmail(t.Context(), "nobody@example.com"); !errors.Is(err, clerk.ErrNotFound) {
			t.Errorf("got %v, want ErrNotFound", err)
		}
	})
}

// TestChanges_OnlyWhatChanged repeats a backfill that changes nothing.
func TestChanges_OnlyWhatChanged(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d *database) {
		w := newWorld(t)
		w.populate(t, 10)
		config := w.config()
		config.RecordChanges = true
		m := d.mirror(t, config)
		position := int64(0)
		read := func() (changes []clerkmirror.Change) {
			for change, err := range m.Changes(t.Context(), position) {
				if err != nil {
					t.Fatal(err)
				}
				changes = append(changes, change)
				position = change.Position
			}
			return changes
		}
		for range 2 {
			if _, err := m.Backfill(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if got := read(); len(got) != 13 {
			t.Errorf("got %d changes, want one for each of 13 objects", len(got))
		}
		user := w.CreateUser(clerktest.User{})
		if err := m.Ensure(t.Context(), w.signedIn(t, w.SignIn(user.ID, ""))); err != nil {
			t.Fatal(err)
		}
		got := read()
		if len(got) != 1 || got[0].ID != user.ID || got[0].Kind != clerkwebhook.KindUser || got[0].Deleted || got[0].At.IsZero() {
			t.Errorf("got %+v, want the new user", got)
		}
		if err := m.Apply(t.Context(), userGone(user.ID, 1_800_000_000_000)); err != nil {
			t.Fatal(err)
		}
		if got := read(); len(got) != 1 || !got[0].Deleted {
			t.Errorf("got %+v, want the deletion", got)
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		wake := make(chan struct{}, 1)
		var applied sync.WaitGroup
		applied.Go(func() { // not with ctx, which ends once Follow has seen the change
			if err := m.Apply(t.Context(), userState(t, "user_late", "Late", 1, 1)); err != nil {
				t.Error(err)
			}
			wake <- struct{}{}
		})
		seen := ""
		for change, err := range m.Follow(ctx, position, wake) {
			if seen == "" && err == nil {
				seen = change.ID
				cancel()
				continue
			}
			if !errors.Is(err, context.Canceled) {
				t.Errorf("got %+v, %v, want the end of the context", change, err)
			}
		}
		applied.Wait()
		if seen != "user_late" {
			t.Errorf("got %q, want the change that was made while Follow waited", seen)
		}
	})
}

// TestDeduplicator_Claims lets a handler of the application share what it has handled.
func TestDeduplicator_Claims(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d *database) {
		one, two := d.mirror(t, clerkmirror.Config{}).Deduplicator("mail"), d.mirror(t, clerkmirror.Config{}).Deduplicator("mail")
		other := d.mirror(t, clerkmirror.Config{}).Deduplicator("search")
		begin := func(dedup clerkwebhook.Deduplicator, want clerkwebhook.Claim) {
			t.Helper()
			if got, err := dedup.Begin(t.Context(), "msg_1"); err != nil || got != want {
				t.Errorf("got %v, %v, want %v", got, err, want)
			}
		}
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Error(err)
			}
		}
		begin(one, clerkwebhook.ClaimFirst)
		begin(two, clerkwebhook.ClaimInProgress)
		begin(other, clerkwebhook.ClaimFirst)
		must(one.Abandon(t.Context(), "msg_1"))
		begin(two, clerkwebhook.ClaimFirst)
		execute(t, d.open(t), "UPDATE clerk_messages SET at = at - 120000") // its process died two minutes ago
		begin(one, clerkwebhook.ClaimFirst)
		must(one.Finish(t.Context(), "msg_1"))
		must(one.Abandon(t.Context(), "msg_1"))
		begin(two, clerkwebhook.ClaimFinished)
	})
}

func TestEraseDeleted(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d *database) {
		db := d.open(t)
		m := d.mirror(t, clerkmirror.Config{DB: db, EraseDeleted: true})
		for _, record := range []*clerkwebhook.Record{userState(t, "user_1", "Ada", 5, 5), userGone("user_1", 6)} {
			if err := m.Apply(t.Context(), record); err != nil {
				t.Fatal(err)
			}
		}
		query := "SELECT COUNT(*) FROM clerk_users WHERE id = 'user_1' AND first_name IS NULL AND data IS NULL AND deleted_at IS NOT NULL"
		if n := number(t, db, query); n != 1 {
			t.Error("the row of the deleted user still has personal data, or is gone")
		}
	})
}
