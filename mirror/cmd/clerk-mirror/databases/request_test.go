//go:build unix

package databases_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
	clerkmirror "github.com/clerkgo/clerk-go/mirror"
)

// with returns a Mirror of this world that has the kinds on request that are given, and no others.
func (w *world) with(t *testing.T, d *database, also ...clerkwebhook.Kind) *clerkmirror.Mirror {
	t.Helper()
	config := w.config()
	config.DB, config.Dialect, config.Also = d.open(t), d.Dialect, also
	m, err := clerkmirror.New(config)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return m
}

// populateOnRequest makes objects of the kinds that are mirrored on request, and returns the id of a role.
func (w *world) populateOnRequest(t *testing.T) string {
	t.Helper()
	role, err := w.client.OrganizationRoles.Create(t.Context(), &clerk.OrganizationRoleCreateParams{
		Name: "Editor", Key: "org:editor", Permissions: clerk.Set([]string{"org:sys_profile:manage"}),
	})
	if err != nil {
		t.Fatal(err)
	}
	org := w.CreateOrganization(clerktest.Organization{Name: "Engines", CreatedBy: w.CreateUser(clerktest.User{}).ID})
	for _, address := range []string{"a@example.com", "b@example.com", "c@example.com"} {
		if _, err := w.client.Invitations.Create(t.Context(), &clerk.InvitationCreateParams{
			EmailAddress: address, PublicMetadata: clerk.JSON(map[string]any{"plan": "big"}),
		}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.client.OrganizationInvitations.Create(t.Context(), org.ID, &clerk.OrganizationInvitationCreateParams{
			EmailAddress: address, Role: "org:editor", PrivateMetadata: clerk.JSON(map[string]any{"seat": 7}),
		}); err != nil {
			t.Fatal(err)
		}
	}
	return role.ID
}

// TestAlso_OnRequest has a Mirror that keeps nothing but the usual tables, until it is asked for more.
func TestAlso_OnRequest(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d *database) {
		w := newWorld(t)
		w.also = true
		db := d.open(t)
		w.populateOnRequest(t)
		usual := w.with(t, d)
		role := `{"id":"role_1","key":"org:x","updated_at":1700000000000}`
		if got := w.send(t, w.handler(t, usual), "msg_1", "role.created", role); got != http.StatusNoContent {
			t.Errorf("got %d for an event about nothing that is mirrored, want 204", got)
		}
		if _, err := usual.RoleByKey(t.Context(), "org:x"); !errors.Is(err, clerkmirror.ErrConfig) {
			t.Errorf("got %v, want ErrConfig for a kind that was not asked for", err)
		}
		if _, err := db.ExecContext(t.Context(), "SELECT 1 FROM clerk_roles"); err == nil {
			t.Error("there is a table that nobody asked for")
		}
		if result, err := usual.Backfill(t.Context()); err != nil || len(result.Listed) != 3 {
			t.Errorf("got %+v, %v; want three kinds", result, err)
		}
		more := w.with(t, d, everyKind()...)
		healed, err := more.Reconcile(t.Context())
		if err != nil || healed.Backfill == nil || healed.Drift[clerkmirror.KindInvitation].Missing != 3 {
			t.Errorf("got %+v, %v; want what is asked for later to be drift, and to be healed", healed, err)
		}
		w.compare(t, d, db)
		w.checkReads(t, more)
		if found, err := w.with(t, d).Reconcile(t.Context()); err != nil || !found.Drift.None() {
			t.Errorf("got %+v, %v; want no drift where it is not asked for any more", found, err)
		}
	})
	if _, err := clerkmirror.New(clerkmirror.Config{
		DB: newDatabase(t, servers[0]).open(t), Dialect: clerkmirror.SQLite, Also: []clerkwebhook.Kind{"planet"},
	}); !errors.Is(err, clerkmirror.ErrConfig) {
		t.Errorf("got %v, want ErrConfig for an unknown kind", err)
	}
}

// checkReads reads what populateOnRequest made.
func (w *world) checkReads(t *testing.T, m *clerkmirror.Mirror) {
	t.Helper()
	editor, err := m.RoleByKey(t.Context(), "org:editor")
	if err != nil || editor.Name != "Editor" || len(editor.Permissions) != 1 {
		t.Errorf("got %+v, %v; want the role with its permission", editor, err)
	}
	roles, err := collect(m.Roles(t.Context()))
	if err != nil || len(roles) != 3 {
		t.Errorf("got %d roles, %v; want 3", len(roles), err)
	}
	invitations, err := collect(m.Invitations(t.Context()))
	if err != nil || len(invitations) != 3 || invitations[0].URL != "" {
		t.Errorf("got %d invitations, %v; want 3 without their links", len(invitations), err)
	}
	for org, err := range m.Organizations(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		invited, err := collect(m.OrganizationInvitations(t.Context(), org.ID))
		if err != nil || len(invited) != 3 || invited[0].URL != nil || invited[0].Role != "org:editor" {
			t.Errorf("got %d invitations, %v; want 3 without their links", len(invited), err)
		}
	}
	if invited, err := collect(m.OrganizationInvitations(t.Context(), "org_other")); err != nil || len(invited) != 0 {
		t.Errorf("got %d invitations into another organization, %v; want none", len(invited), err)
	}
}

// collect collects what an iterator yields.
func collect[T any](seq func(yield func(*T, error) bool)) (all []*T, err error) {
	for object, failed := range seq {
		if failed != nil {
			return all, failed
		}
		all = append(all, object)
	}
	return all, nil
}

// TestAlso_Webhooks delivers every message of a small history, newest first and twice. The clock stands still between the
// changes, as states of the same millisecond have no order.
func TestAlso_Webhooks(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d *database) {
		w := newWorld(t)
		w.Clock().Freeze()
		w.also = true
		db := d.open(t)
		m := d.mirror(t, w.config())
		if _, err := m.Backfill(t.Context()); err != nil { // the roles that every instance has
			t.Fatal(err)
		}
		role := w.populateOnRequest(t)
		w.Clock().Advance(time.Second)
		if _, err := w.client.OrganizationRoles.Update(t.Context(), role, &clerk.OrganizationRoleUpdateParams{
			Name: clerk.String("Writer"), Description: clerk.String("writes"),
		}); err != nil {
			t.Fatal(err)
		}
		gone, err := w.client.OrganizationRoles.Create(t.Context(), &clerk.OrganizationRoleCreateParams{Name: "Gone", Key: "org:gone"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.client.OrganizationRoles.Delete(t.Context(), gone.ID); err != nil {
			t.Fatal(err)
		}
		invited, err := collect(w.client.OrganizationInvitations.ListAllForInstance(t.Context(), nil))
		if err != nil {
			t.Fatal(err)
		}
		w.Clock().Advance(time.Second)
		if _, err := w.client.OrganizationInvitations.Revoke(t.Context(), invited[0].OrganizationID, invited[0].ID, nil); err != nil {
			t.Fatal(err)
		}
		h := w.handler(t, m)
		for n, event := range slices.Backward(w.Events()) {
			for range 2 {
				if got := w.send(t, h, event.ID, event.Type, string(event.Data)); got != http.StatusNoContent {
					t.Fatalf("%d %s: got %d, want 204", n, event.Type, got)
				}
			}
		}
		if n := number(t, db, "SELECT COUNT(*) FROM clerk_roles WHERE id = '"+gone.ID+"' AND deleted_at IS NOT NULL"); n != 1 {
			t.Error("the role that was deleted first and made later is not one row that is deleted")
		}
		invitations, err := collect(w.client.Invitations.ListAll(t.Context(), nil))
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range invitations { // no event tells of them
			if _, err := w.client.Invitations.Revoke(t.Context(), i.ID); err != nil {
				t.Fatal(err)
			}
		}
		w.compare(t, d, db)
	})
}

// TestAlso_Gone takes objects away that no event tells of.
func TestAlso_Gone(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d *database) {
		w := newWorld(t)
		w.also = true
		db := d.open(t)
		m := d.mirror(t, w.config())
		role := w.populateOnRequest(t)
		if _, err := m.Backfill(t.Context()); err != nil {
			t.Fatal(err)
		}
		invitations, err := collect(w.client.Invitations.ListAll(t.Context(), nil))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.client.Invitations.Revoke(t.Context(), invitations[0].ID); err != nil {
			t.Fatal(err)
		}
		orgs, err := collect(w.client.Organizations.ListAll(t.Context(), nil))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.client.Organizations.Delete(t.Context(), orgs[0].ID); err != nil { // its invitations go with it
			t.Fatal(err)
		}
		if _, err := w.client.OrganizationRoles.Delete(t.Context(), role); err != nil {
			t.Fatal(err)
		}
		audit, err := m.Audit(t.Context())
		if err != nil || audit[clerkmirror.KindInvitation].Extra != 1 || audit[clerkmirror.KindOrganizationInvitation].Extra != 3 ||
			audit[clerkmirror.KindRole].Extra != 1 {
			t.Errorf("got %+v, %v; want what is gone to be seen", audit, err)
		}
		if _, err := m.Reconcile(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.compare(t, d, db)
		if n := number(t, db, "SELECT COUNT(*) FROM clerk_organization_invitations WHERE deleted_at IS NOT NULL"); n != 3 {
			t.Errorf("got %d deleted invitations, want the rows of 3 to stay", n)
		}
	})
}

// TestAlso_CheckpointOfAnother stops a backfill in a kind that is not asked for any more afterwards.
func TestAlso_CheckpointOfAnother(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d *database) {
		w := newWorld(t)
		w.also = true
		w.populateOnRequest(t)
		ctx, stop := context.WithCancel(t.Context())
		config := w.config()
		config.Progress = func(p clerkmirror.Progress) {
			if p.Kind == clerkmirror.KindRole {
				stop()
			}
		}
		if _, err := d.mirror(t, config).Backfill(ctx); !errors.Is(err, context.Canceled) {
			t.Fatalf("got %v, want the backfill to stop", err)
		}
		m := w.with(t, d)
		if result, err := m.Backfill(t.Context()); err != nil || result.Listed[clerkwebhook.KindUser] != 1 {
			t.Errorf("got %+v, %v; want a backfill from the beginning", result, err)
		}
		if last, err := m.LastBackfill(t.Context()); err != nil || last.IsZero() {
			t.Errorf("got %v, %v; want the backfill to have ended", last, err)
		}
	})
}
