package clerkmcp_test

import (
	"context"
	"net/http"
	"testing"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	clerkmcp "github.com/clerkgo/clerk-go/mcp"
)

const tenantHeader = "X-Tenant"

// tenants are instances whose Clerk knows the same opaque token of the same user.
func tenants(tb testing.TB, names ...string) *clerkauth.Instances {
	tb.Helper()
	apis := map[string]string{}
	for _, name := range names {
		apis[name] = newClerkAPI(tb).URL
	}
	instances, err := clerkauth.NewInstances(clerkauth.InstancesConfig{
		Name: func(req clerkauth.Request) string {
			if values := req.Header(tenantHeader); len(values) == 1 {
				return values[0]
			}
			return ""
		},
		Open: func(_ context.Context, name string) (clerkauth.Config, error) {
			if apis[name] == "" {
				return clerkauth.Config{}, clerkauth.ErrUnknownInstance
			}
			return clerkauth.Config{HeaderOnly: true, SecretKey: "sk_test_" + name, APIURL: apis[name]}, nil
		},
	})
	if err != nil {
		tb.Fatal(err)
	}
	return instances
}

func TestGuard_InstancesAreChosenByRequest(t *testing.T) {
	t.Parallel()
	s := newServer(t, func(c *clerkmcp.Config) { c.Authenticator, c.PublicDiscovery = tenants(t, "a", "b"), true })
	for _, name := range []string{"a", "b"} {
		if w := s.post(opaque, call("1", "read"), tenantHeader, name); w.Code != http.StatusOK || s.state.Instance() != name {
			t.Errorf("got %d %s at the instance %q, want 200 at %q", w.Code, w.Body, s.state.Instance(), name)
		}
	}
	reached := s.reached
	wantRefusal(t, s.post(opaque, call("1", "read"), tenantHeader, "c"), http.StatusNotFound, -32600, "1", "")
	wantRefusal(t, s.post(opaque, call("1", "read")), http.StatusNotFound, -32600, "1", "")
	wantRefusal(t, s.post("", list), http.StatusNotFound, -32600, `"l"`, "")
	if s.reached != reached {
		t.Error("a request for no instance reached the handler")
	}
	if w := s.post("", list, tenantHeader, "a"); w.Code != http.StatusOK || s.state.SignedIn() {
		t.Errorf("got %d %s, want what is public without a token", w.Code, w.Body)
	}
}

// What two instances know as one user is two people.
func TestGuard_SessionsBelongToAnInstance(t *testing.T) {
	t.Parallel()
	s := newServer(t, func(c *clerkmcp.Config) { c.Authenticator = tenants(t, "a", "b") })
	s.answer = func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Mcp-Session-Id", "session-of-a")
		w.WriteHeader(http.StatusOK)
	}
	owners := map[string]bool{}
	for _, name := range []string{"b", "a"} {
		s.post(opaque, call("1", "read"), tenantHeader, name)
		owners[clerkmcp.Owner(s.state)] = true
	}
	s.answer = nil
	if w := s.post(opaque, call("2", "read"), tenantHeader, "a", "Mcp-Session-Id", "session-of-a"); w.Code != http.StatusOK {
		t.Errorf("the instance that began the session: got %d %s", w.Code, w.Body)
	}
	wantRefusal(t, s.post(opaque, call("3", "read"), tenantHeader, "b", "Mcp-Session-Id", "session-of-a"), http.StatusNotFound, -32013, "3", "")
	if len(owners) != 2 {
		t.Error("two instances have one owner")
	}
}
