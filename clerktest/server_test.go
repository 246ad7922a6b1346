package clerktest_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/clerkgo/clerk-go/clerktest"
)

func TestServer_Keys(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	call := func(authorization string) answer {
		h := http.Header{}
		if authorization != "" {
			h.Set("Authorization", authorization)
		}
		return sendWith(t, in, "GET", "/users", "", h)
	}
	refused(t, call(""), 401, "authorization_header_format_invalid")
	refused(t, call("Basic abc"), 401, "authorization_header_format_invalid")
	refused(t, call("Bearer sk_test_unknown"), 401, "clerk_key_invalid")
	refused(t, call("Bearer sk_live_anything"), 401, "clerk_key_invalid")
	refused(t, send(t, in, "GET", "/nowhere", ""), 404, "resource_not_found")
	refused(t, send(t, in, "DELETE", "/users", ""), 405, "method_not_allowed")
	refused(t, send(t, in, "GET", "/users?__clerk_api_version=1999-01-01", ""), 400, "api_version_invalid")
}

func TestWithFrontendAPI_NamesThePrimaryDomain(t *testing.T) {
	t.Parallel()
	const host = "clerk.shop.example.com"
	in := clerktest.NewServer(t, clerktest.WithFrontendAPI(host)).Instance
	for range 2 {
		domains := must(t, in, "GET", "/domains", "").object["data"].([]any)
		if got := domains[0].(map[string]any)["name"]; got != host {
			t.Errorf("got domain %v, want %s", got, host)
		}
		in.Reset()
	}
}

func TestRemoveInstance_LeavesALaterOneOfTheSameName(t *testing.T) {
	t.Parallel()
	e := clerktest.NewServer(t).Emulator()
	first := from(e.AddInstance("two", "sk_test_two")).must(t)
	e.RemoveInstance(first)
	second := from(e.AddInstance("two", "sk_test_two")).must(t)
	e.RemoveInstance(first)
	if e.InstanceByName("two") != second {
		t.Error("the second instance is gone")
	}
}

func TestServer_SignedInUser(t *testing.T) {
	t.Parallel()
	srv := clerktest.NewServer(t)
	who := srv.SignedInUser()
	if got := strings.Count(who.Token, "."); got != 2 {
		t.Fatalf("the token has %d dots, want 2", got)
	}
	got := must(t, srv.Instance, "GET", "/users/"+who.UserID, "")
	if got.text("object") != "user" || got.text("id") != who.UserID {
		t.Errorf("got %s, want the user", got.raw)
	}
	if keys := must(t, srv.Instance, "GET", "/jwks", "").object["keys"]; len(keys.([]any)) != 1 {
		t.Errorf("got %v, want one key", keys)
	}
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
		_, err := clerktest.New(opt)
		if err == nil {
			t.Errorf("%s: made", name)
		}
		if refused := new(clerktest.OptionError); name != "a remote address" && (!errors.As(err, &refused) || !strings.HasPrefix(refused.Option, "With")) {
			t.Errorf("%s: got %v, want the error of an option", name, err)
		}
	}
	if _, err := clerktest.New(clerktest.WithURL("http://192.0.2.7:4000"), clerktest.WithRemoteAddress()); err != nil {
		t.Errorf("a remote address with WithRemoteAddress: %v", err)
	}
}
