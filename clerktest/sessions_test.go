package clerktest_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/clerkgo/clerk-go/clerktest"
)

func TestSessions_Lifecycle(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	in.Clock().Freeze()
	id := in.CreateUser(clerktest.User{}).ID
	first := must(t, in, "POST", "/sessions", `{"user_id":"`+id+`"}`)
	second := must(t, in, "POST", "/sessions", `{"user_id":"`+id+`"}`)
	path := "/sessions/" + first.text("id")
	if first.text("status") != "active" || first.object["actor"] != nil || !strings.HasPrefix(first.text("client_id"), "client_") {
		t.Errorf("got %s", first.raw)
	}
	refused(t, send(t, in, "GET", "/sessions", ""), 422, "form_param_missing")
	refused(t, send(t, in, "POST", "/sessions", `{"user_id":"user_none"}`), 404, "resource_not_found")
	must(t, in, "POST", path+"/revoke", "")
	refused(t, send(t, in, "POST", path+"/revoke", ""), 400, "session_not_active")
	refused(t, send(t, in, "POST", path+"/tokens", ""), 404, "resource_not_found")
	for query, want := range map[string]int{"": 2, "&status=active": 1, "&status=revoked": 1, "&status=expired": 0, "&client_id=" + second.text("client_id"): 1} {
		if got := must(t, in, "GET", "/sessions?user_id="+id+query, ""); len(got.list) != want {
			t.Errorf("%s: got %d sessions, want %d", query, len(got.list), want)
		}
	}
	if got := must(t, in, "GET", "/sessions?paginated=true&limit=1&user_id="+id, ""); got.object["total_count"] != 2.0 {
		t.Errorf("got %s, want an envelope that counts both", got.raw)
	}
	client := must(t, in, "GET", "/clients/"+second.text("client_id"), "")
	if client.text("last_active_session_id") != second.text("id") {
		t.Errorf("got %s, want the live session", client.raw)
	}
	verified := must(t, in, "POST", "/clients/verify", `{"token":"`+in.SessionToken(second.text("id"))+`"}`)
	if verified.text("id") != second.text("client_id") {
		t.Errorf("got client %s, want the one of the session", verified.text("id"))
	}
	in.Clock().Advance(8 * 24 * time.Hour)
	if got := must(t, in, "GET", "/sessions/"+second.text("id"), "").text("status"); got != "expired" {
		t.Errorf("got %s after 8 days, want expired", got)
	}
}

func TestSessions_TokenLife(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	who := in.SignedInUser()
	path := "/sessions/" + who.SessionID + "/tokens"
	for body, want := range map[string]float64{"": 60, `{}`: 60, `{"expires_in_seconds":null}`: 60, `{"expires_in_seconds":600}`: 600} {
		claims := claimsOf(t, must(t, in, "POST", path, body).text("jwt"), 1)
		if got := claims["exp"].(float64) - claims["iat"].(float64); got != want {
			t.Errorf("%q: got a life of %v seconds, want %v", body, got, want)
		}
	}
	refused(t, send(t, in, "POST", path, `{"expires_in_seconds":1}`), 422, "form_param_value_invalid")
}

func TestWrites_AreUndoneWhenRefused(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	a, b := in.SignedInUser(), in.SignedInUser()
	before, err := in.MarshalState()
	if err != nil {
		t.Fatal(err)
	}
	events := len(in.Events())
	refused(t, send(t, in, "POST", "/users/ban", `{"user_ids":["`+a.UserID+`","`+b.UserID+`","user_none"]}`), 404, "resource_not_found")
	refused(t, send(t, in, "POST", "/organizations", `{"name":"Half made","created_by":"user_none"}`), 400, "organization_creator_not_found")
	after, err := in.MarshalState()
	if err != nil {
		t.Fatal(err)
	}
	if string(before) != string(after) || len(in.Events()) != events {
		t.Error("a refused request left something behind")
	}
}

func TestServer_ReadsAndWritesTogether(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for n := range 10 {
				id := createUser(t, in, fmt.Sprintf(`{"email_address":["u%d-%d@example.com"]}`, i, n))
				must(t, in, "PATCH", "/users/"+id+"/metadata", `{"public_metadata":{"n":1}}`)
				must(t, in, "GET", "/users?limit=5&query=u", "")
				if n%2 == 0 {
					must(t, in, "DELETE", "/users/"+id, "")
				}
			}
		})
	}
	wg.Wait()
	if got := must(t, in, "GET", "/users/count", "").object["total_count"]; got != 40.0 {
		t.Errorf("got %v users, want 40", got)
	}
}

func TestServer_FrontendPath(t *testing.T) {
	t.Parallel()
	srv := clerktest.NewServer(t)
	other := srv.NewInstance(t)
	for _, in := range []*clerktest.Instance{srv.Instance, other} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+in.FrontendAPI()+"/.well-known/jwks.json", nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := in.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusOK || in.JWKSFetches() != 1 {
			t.Errorf("%s: got %d and %d fetches, want 200 and 1", in.Name(), resp.StatusCode, in.JWKSFetches())
		}
	}
}

func TestConfig(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	c := in.Config()
	if c.SecretKey != in.SecretKey() || c.APIURL != in.URL() || !strings.Contains(c.JWTKey, "PUBLIC KEY") || c.AuthorizedParties[0] != "http://localhost:3000" {
		t.Errorf("got %+v", c)
	}
	in.Clock().Freeze()
	if !c.Now().Equal(in.Clock().Now()) {
		t.Error("Now is not the instance's time")
	}
	who := in.SignedInUser()
	req, err := who.Request(t.Context(), http.MethodGet, "/me", nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := in.AddCookies(req, who); got.Header.Get("Authorization") != "Bearer "+who.Token || len(got.Cookies()) != 6 {
		t.Errorf("got %d cookies, want 6 and the header", len(got.Cookies()))
	}
}
