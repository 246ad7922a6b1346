package clerktest_test

import (
	"testing"

	"github.com/clerkgo/clerk-go/clerktest"
)

func TestState_SnapshotRestore(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	a := createUser(t, in, `{"email_address":["a@example.com"]}`)
	must(t, in, "GET", "/jwks", "")
	key := in.SigningKeys()[0].ID
	snapshot := in.Snapshot()
	must(t, in, "PATCH", "/users/"+a, `{"first_name":"changed"}`)
	b := createUser(t, in, `{"email_address":["b@example.com"]}`)
	in.RotateKey()
	for range 2 {
		in.Restore(snapshot)
		if got := must(t, in, "GET", "/users/"+a, ""); got.object["first_name"] != nil {
			t.Errorf("got first_name %v after the restore, want null", got.object["first_name"])
		}
		refused(t, send(t, in, "GET", "/users/"+b, ""), 404, "resource_not_found")
		if keys := in.SigningKeys(); len(keys) != 1 || keys[0].ID != key {
			t.Errorf("got keys %v, want the one of the snapshot", keys)
		}
		createUser(t, in, `{"email_address":["b@example.com"]}`)
	}
	in.Reset()
	if n := must(t, in, "GET", "/users/count", "").object["total_count"]; n != 0.0 {
		t.Errorf("got %v users after the reset, want 0", n)
	}
	roles := must(t, in, "GET", "/organization_roles", "").object["total_count"]
	if roles != 2.0 {
		t.Errorf("got %v roles after the reset, want the standard 2", roles)
	}
}

func TestState_MarshalLoad(t *testing.T) {
	t.Parallel()
	srv := clerktest.NewServer(t)
	who := srv.SignedInUser()
	org := srv.CreateOrganization(clerktest.Organization{Name: "Acme", CreatedBy: who.UserID})
	raw, err := srv.MarshalState()
	if err != nil {
		t.Fatal(err)
	}
	other := srv.NewInstance(t)
	if err := other.LoadState(raw); err != nil {
		t.Fatal(err)
	}
	want, got := must(t, srv.Instance, "GET", "/users/"+who.UserID, ""), must(t, other, "GET", "/users/"+who.UserID, "")
	if string(got.raw) != string(want.raw) {
		t.Errorf("got %s, want %s", got.raw, want.raw)
	}
	if got := must(t, other, "GET", "/organizations/"+org.Slug, "").text("id"); got != org.ID {
		t.Errorf("got organization %s, want %s", got, org.ID)
	}
	if other.ID() != srv.ID() || other.SigningKeys()[0] != srv.SigningKeys()[0] {
		t.Error("id and key did not come along")
	}
	for name, bad := range map[string]string{
		"not JSON": "nope", "other version": `{"version":9}`, "unknown table": `{"version":1,"tables":{"shoes":[{}]}}`,
		"row of a wrong type": `{"version":1,"tables":{"users":[{"id":7}]}}`,
	} {
		if err := other.LoadState([]byte(bad)); err == nil {
			t.Errorf("%s: loaded", name)
		}
	}
	must(t, other, "GET", "/users/"+who.UserID, "")
}

func TestState_RestoreBringsBackTheKeyMaterial(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	want := in.JWTKey()
	snapshot := in.Snapshot()
	in.ReplaceKey()
	if in.JWTKey() == want {
		t.Fatal("got the old key after ReplaceKey, want another one")
	}
	in.Restore(snapshot)
	if got := in.JWTKey(); got != want {
		t.Errorf("got %s after the restore, want %s", got, want)
	}
}
