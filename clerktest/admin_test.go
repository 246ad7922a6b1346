package clerktest_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
)

// admin sends a request to the admin API and returns status and body.
func admin(t *testing.T, srv *clerktest.Server, method, path string, body any, header ...string) (int, map[string]any) {
	t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	if body == nil {
		raw = nil
	}
	req, err := http.NewRequestWithContext(t.Context(), method, srv.URL()+"/_clerktest"+path, bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := srv.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]any
	if len(text) > 0 && text[0] == '{' {
		if err := json.Unmarshal(text, &out); err != nil {
			t.Fatal(err)
		}
	}
	return resp.StatusCode, out
}

func TestAdmin_MovesTheClockAndExplainsTokens(t *testing.T) {
	t.Parallel()
	srv := clerktest.NewServer(t)
	u := srv.CreateUser(clerktest.User{})
	status, minted := admin(t, srv, "POST", "/tokens", map[string]any{"user_id": u.ID})
	if status != http.StatusOK {
		t.Fatalf("tokens = %d %v", status, minted)
	}
	explain := func() map[string]any {
		_, ex := admin(t, srv, "POST", "/explain", map[string]any{"token": minted["token"]})
		return ex
	}
	if ex := explain(); ex["accepted"] != true {
		t.Errorf("fresh token = %v, want it accepted", ex)
	}
	if status, _ := admin(t, srv, "POST", "/clock", map[string]any{"freeze": true, "advance": "70s"}); status != http.StatusOK {
		t.Fatalf("clock = %d", status)
	}
	if ex := explain(); ex["accepted"] != false || ex["reason"] != "token-expired" {
		t.Errorf("after 70 s = %v, want token-expired", ex["reason"])
	}
	_, bad := admin(t, srv, "POST", "/tokens", map[string]any{"user_id": u.ID, "bad": "algorithm-none"})
	_, ex := admin(t, srv, "POST", "/explain", map[string]any{"token": bad["token"]})
	if ex["accepted"] != false {
		t.Errorf("a token without algorithm = %v, want it refused", ex)
	}
}

func TestAdmin_SnapshotsInstancesAndSeeds(t *testing.T) {
	t.Parallel()
	srv := clerktest.NewServer(t)
	client := newClient(srv.Instance)
	count := func() int64 {
		n, err := client.Users.Count(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	_, snap := admin(t, srv, "POST", "/snapshots", nil)
	if status, _ := admin(t, srv, "POST", "/seed", map[string]any{"users": []any{map[string]any{"email": "ada@example.com"}}}); status != http.StatusNoContent {
		t.Fatalf("seed = %d", status)
	}
	if got := count(); got != 1 {
		t.Errorf("users after the seed = %d, want 1", got)
	}
	if status, _ := admin(t, srv, "POST", "/snapshots/"+snap["id"].(string)+"/restore", nil); status != http.StatusNoContent {
		t.Fatalf("restore = %d", status)
	}
	if got := count(); got != 0 {
		t.Errorf("users after the restore = %d, want 0", got)
	}
	status, made := admin(t, srv, "POST", "/instances", map[string]any{"name": "second"})
	if status != http.StatusOK {
		t.Fatalf("instances = %d %v", status, made)
	}
	other, err := clerk.NewClient(made["secret_key"].(string), clerk.WithBaseURL(srv.URL()))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.Users.Create(t.Context(), &clerk.UserCreateParams{EmailAddress: clerk.Set([]string{"b@example.com"}), SkipPasswordRequirement: clerk.Bool(true)}); err != nil {
		t.Fatal(err)
	}
	if got := count(); got != 0 {
		t.Errorf("users of the first instance = %d, want 0: instances share nothing", got)
	}
	if status, _ := admin(t, srv, "DELETE", "/instances/emulator", nil); status != http.StatusForbidden {
		t.Errorf("deleting the first instance = %d, want 403", status)
	}
}

func TestAdmin_KeepsOtherSitesOut(t *testing.T) {
	t.Parallel()
	srv := clerktest.NewServer(t)
	for name, header := range map[string][]string{
		"a foreign origin": {"Origin", "https://evil.example"},
		"a foreign site":   {"Sec-Fetch-Site", "cross-site"},
	} {
		if status, _ := admin(t, srv, "GET", "/instance", nil, header...); status != http.StatusForbidden {
			t.Errorf("%s = %d, want 403", name, status)
		}
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL()+"/_clerktest/instance", strings.NewReader(""))
	if err != nil {
		t.Fatal(err)
	}
	req.Host = "rebound.example"
	resp, err := srv.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusForbidden {
		t.Errorf("a foreign host name = %d, want 403", resp.StatusCode)
	}
	if status, body := admin(t, srv, "POST", "/clock", map[string]any{"advanse": "1s"}); status != http.StatusBadRequest {
		t.Errorf("an unknown field = %d %v, want 400", status, body)
	}
}

func TestAdmin_RefusesKeysAndUnknownPaths(t *testing.T) {
	t.Parallel()
	srv := clerktest.NewServer(t)
	for name, c := range map[string]struct {
		method, path, key string
		status            int
		code              string
	}{
		"the secret key":          {"GET", "/instance", "Bearer " + srv.SecretKey(), 400, "admin_key_unexpected"},
		"a key of another scheme": {"GET", "/instance", "Basic YTpi", 400, "admin_key_unexpected"},
		"a live key":              {"GET", "/instance", "Bearer sk_live_x", 401, "clerk_key_invalid"},
		"an unknown path":         {"GET", "/nothing", "", 404, "resource_not_found"},
		"a key on it":             {"GET", "/nothing", "Bearer " + srv.SecretKey(), 404, "resource_not_found"},
		"the bare prefix":         {"GET", "", "", 404, "resource_not_found"},
		"another method":          {"DELETE", "/clock", "", 405, "method_not_allowed"},
	} {
		header := []string{"Authorization", c.key}
		if c.key == "" {
			header = nil
		}
		status, body := admin(t, srv, c.method, c.path, nil, header...)
		item := body["errors"].([]any)[0].(map[string]any)
		if status != c.status || item["code"] != c.code {
			t.Errorf("%s: got %d %v, want %d %s", name, status, item["code"], c.status, c.code)
		}
		if c.status/100 == 4 && c.status != 401 && !strings.Contains(item["long_message"].(string), "admin API") {
			t.Errorf("%s: got %q, want the admin API named", name, item["long_message"])
		}
	}
}

func TestAdmin_FaultsAndSnapshotsKeepTheirForm(t *testing.T) {
	t.Parallel()
	srv := clerktest.NewServer(t)
	fault := map[string]any{"operation": "GetUser", "status": 503, "retry_after_ms": 2000, "latency_ms": 5, "times": 2}
	if status, body := admin(t, srv, "POST", "/faults", fault); status != http.StatusOK {
		t.Fatalf("faults = %d %v", status, body)
	}
	want := clerktest.Fault{Operation: "GetUser", Status: 503, RetryAfter: 2e9, Latency: 5e6, Times: 2}
	if got := srv.Faults(); len(got) != 1 || got[0] != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if status, _ := admin(t, srv, "POST", "/faults", map[string]any{"status": 503, "latency": 5}); status != http.StatusBadRequest {
		t.Errorf("an unknown field = %d, want 400", status)
	}
	var ids []string
	for range 101 {
		_, snap := admin(t, srv, "POST", "/snapshots", nil)
		ids = append(ids, snap["id"].(string))
	}
	if status, _ := admin(t, srv, "POST", "/snapshots/"+ids[0]+"/restore", nil); status != http.StatusNotFound {
		t.Errorf("the oldest of 101 snapshots = %d, want 404", status)
	}
	if status, _ := admin(t, srv, "POST", "/snapshots/"+ids[1]+"/restore", nil); status != http.StatusNoContent {
		t.Errorf("the second snapshot = %d, want 204", status)
	}
}

func TestEmulator_OnRequestSeesEveryInstance(t *testing.T) {
	t.Parallel()
	srv := clerktest.NewServer(t)
	var got []string
	srv.Emulator().OnRequest(func(r clerktest.RequestRecord) {
		got = append(got, r.Instance+" "+r.Operation+" "+r.ErrorCode)
	})
	must(t, srv.Instance, "GET", "/users", "")
	must(t, srv.NewInstance(t), "GET", "/users/count", "")
	sendWith(t, srv.Instance, "GET", "/users", "", http.Header{"Authorization": {"Bearer sk_test_nobody"}})
	want := []string{"emulator GetUserList ", "test-1 GetUsersCount ", "  clerk_key_invalid"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if n := len(srv.Requests()); n != 1 {
		t.Errorf("got %d requests of the first instance, want its own", n)
	}
}
