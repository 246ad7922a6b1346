package clerktest_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/clerkgo/clerk-go/clerktest"
)

// The drills of an endpoint are reachable from outside of the process, too.
func TestAdmin_DrillsWebhooks(t *testing.T) {
	t.Parallel()
	srv, r := clerktest.NewServer(t), newReceiver(t)
	path := "/webhooks/" + addWebhook(t, srv.Instance, r, "user.created", "organization.created").ID() + "/drill"
	drill := func(body map[string]any, want int) {
		t.Helper()
		if got, answer := admin(t, srv, http.MethodPost, path, body); got != want {
			t.Errorf("drill %v: got %d %v, want %d", body, got, answer, want)
		}
	}
	received := func(want ...string) {
		t.Helper()
		flush(t, srv.Instance)
		if got := r.types(); !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	}
	both := func() {
		srv.CreateUser(clerktest.User{})
		srv.CreateOrganization(clerktest.Organization{Name: "Acme"})
	}
	const user, organization = "user.created", "organization.created"
	drill(map[string]any{"drop": 1}, http.StatusNoContent)
	both()
	received(organization)
	drill(map[string]any{"duplicate": 1}, http.StatusNoContent)
	both()
	received(organization, user, user, organization)
	drill(map[string]any{"hold": true}, http.StatusNoContent)
	both()
	received(organization, user, user, organization)
	drill(map[string]any{"release": "reversed"}, http.StatusNoContent)
	received(organization, user, user, organization, organization, user)
	drill(map[string]any{"hold": true}, http.StatusNoContent)
	both()
	drill(map[string]any{"release": "in_order"}, http.StatusNoContent)
	received(organization, user, user, organization, organization, user, user, organization)

	drill(map[string]any{"release": "sideways"}, http.StatusUnprocessableEntity)
	drill(map[string]any{"drop": "one"}, http.StatusBadRequest)
	path = "/webhooks/ep_nobody/drill"
	drill(map[string]any{"drop": 1}, http.StatusNotFound)
}
