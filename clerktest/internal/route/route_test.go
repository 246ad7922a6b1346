package route_test

import (
	"testing"

	"github.com/clerkgo/clerk-go/clerktest/internal/route"
)

func users() *route.Router[string] {
	r := &route.Router[string]{}
	r.Add("GET", "/users", "list")
	r.Add("GET", "/users/count", "count")
	r.Add("GET", "/users/{user_id}", "get")
	r.Add("POST", "/users/{user_id}/accounts/{account_id}", "link")
	return r
}

func TestRouter_Find(t *testing.T) {
	t.Parallel()
	r := users()
	for path, want := range map[string]string{"/users": "list", "/users/count": "count", "/users/u%2F1": "get"} {
		if got, _, _, ok := r.Find("GET", path); !ok || got != want {
			t.Errorf("GET %s = %q, %v, want %q", path, got, ok, want)
		}
	}
	_, params, _, _ := r.Find("POST", "/users/u%2F1/accounts/a")
	if params.Get("user_id") != "u/1" || params.Get("account_id") != "a" || params.Get("other") != "" {
		t.Errorf("params = %v, want the unescaped values", params)
	}
	if _, _, known, ok := r.Find("DELETE", "/users/count"); ok || !known {
		t.Errorf("another method: known %v, ok %v, want true, false", known, ok)
	}
	if _, _, known, ok := r.Find("POST", "/users//accounts/a"); ok || known {
		t.Error("an empty segment is no parameter")
	}
}

// FuzzFind looks foreign paths up: a parameter is never empty.
func FuzzFind(f *testing.F) {
	for _, path := range []string{"/users/count", "/users/%2e%2e", "//", "/users/%zz", "/users/a/accounts/b"} {
		f.Add(path)
	}
	r := users()
	f.Fuzz(func(t *testing.T, path string) {
		_, params, _, ok := r.Find("GET", path)
		for _, p := range params {
			if !ok || p.Value == "" {
				t.Errorf("path %q gives %v", path, params)
			}
		}
	})
}
