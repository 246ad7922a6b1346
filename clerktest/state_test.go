package clerktest_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

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

func TestInstances_ShareNothing(t *testing.T) {
	t.Parallel()
	srv := clerktest.NewServer(t)
	var wg sync.WaitGroup
	for i := range 100 {
		in := srv.NewInstance(t)
		wg.Go(func() {
			in.Clock().Freeze()
			in.Clock().Advance(time.Duration(i) * time.Hour)
			for n := range 5 {
				createUser(t, in, fmt.Sprintf(`{"email_address":["u%d@example.com"]}`, n))
			}
			if got := must(t, in, "GET", "/users/count", "").object["total_count"]; got != 5.0 {
				t.Errorf("got %v users, want 5", got)
			}
			who := in.SignedInUser()
			if ex := in.Explain(who.Token); !ex.Accepted {
				t.Errorf("own token: %s", ex.Reason)
			}
			if ex := srv.Explain(who.Token); ex.Accepted {
				t.Error("another instance accepts the token")
			}
			if !strings.Contains(in.FrontendAPI(), in.Name()+".clerk.accounts.dev") {
				t.Errorf("got frontend %s, want one with the name %s", in.FrontendAPI(), in.Name())
			}
		})
	}
	wg.Wait()
	if got := must(t, srv.Instance, "GET", "/users/count", "").object["total_count"]; got != 0.0 {
		t.Errorf("got %v users in the first instance, want 0", got)
	}
}

func TestNew_Refuses(t *testing.T) {
	t.Parallel()
	for name, opt := range map[string]clerktest.Option{
		"a live key":              clerktest.WithSecretKey("sk_live_abcdef"),
		"an old live key":         clerktest.WithSecretKey("live_abcdef"),
		"something else as key":   clerktest.WithSecretKey("pk_test_abc"),
		"an empty key":            clerktest.WithSecretKey("sk_test_"),
		"a remote address":        clerktest.WithURL("http://192.0.2.7:4000"),
		"an address with a path":  clerktest.WithURL("http://127.0.0.1:4000/x"),
		"an address of no scheme": clerktest.WithURL("127.0.0.1:4000"),
		"a frontend with scheme":  clerktest.WithFrontendAPI("https://clerk.example.com"),
	} {
		if _, err := clerktest.New(opt); err == nil {
			t.Errorf("%s: made", name)
		}
	}
	if _, err := clerktest.New(clerktest.WithURL("http://192.0.2.7:4000"), clerktest.WithRemoteAddress()); err != nil {
		t.Errorf("a remote address with WithRemoteAddress: %v", err)
	}
}

func TestClock(t *testing.T) {
	t.Parallel()
	var c clerktest.Clock
	moved := 0
	c.OnChange(func() { moved++ })
	c.Freeze()
	at := c.Now()
	c.Advance(time.Hour)
	if got := c.Now().Sub(at); got != time.Hour || !c.Frozen() {
		t.Errorf("got %v later, want exactly an hour on a frozen clock", got)
	}
	c.Set(time.Unix(1_700_000_000, 0))
	if got := c.Now().Unix(); got != 1_700_000_000 {
		t.Errorf("got %d, want the time that was set", got)
	}
	c.Unfreeze()
	if off := time.Until(c.Now()) - c.Offset(); off.Abs() > time.Second || c.Frozen() {
		t.Errorf("got a clock %v off its own offset", off)
	}
	c.Reset()
	if c.Offset() != 0 || time.Since(c.Now()).Abs() > time.Second {
		t.Error("a reset clock is not the machine's")
	}
	if moved != 5 {
		t.Errorf("got %d notices, want 5", moved)
	}
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
