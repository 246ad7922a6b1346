package clerktest_test

import (
	"encoding/json"
	"testing"

	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
)

func TestJWKS_FollowsTheKeys(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).NewInstance(t)
	client, ctx := newClient(in), t.Context()
	ids := func() []string {
		var out []string
		for _, k := range from(client.JWKS.Get(ctx)).must(t).Keys {
			out = append(out, k.KeyID)
		}
		return out
	}
	first := ids()
	if len(first) != 1 {
		t.Fatalf("got %d keys, want 1", len(first))
	}
	if got := claimsOf(t, in.SignedInUser().Token, 0)["kid"]; got != first[0] {
		t.Errorf("got a token of key %v, want %s", got, first[0])
	}
	added := in.AddKey()
	same(t, "with a second key", ids(), first[0], added)
	in.UseKey(added)
	if got := claimsOf(t, in.SignedInUser().Token, 0)["kid"]; got != added {
		t.Errorf("got a token of key %v, want %s", got, added)
	}
	in.RetireKey(first[0])
	same(t, "after the first retired", ids(), added)
	fetched := in.JWKSFetches()
	status, public := visit(t, in, "http://"+in.FrontendAPI()+"/.well-known/jwks.json")
	var set clerk.JWKS
	err := json.Unmarshal([]byte(public), &set)
	if err != nil || status != 200 || len(set.Keys) != 1 || set.Keys[0].KeyID != added {
		t.Errorf("got %d %s at the frontend, want the same key", status, public)
	}
	if got := in.JWKSFetches() - fetched; got != 1 {
		t.Errorf("got %d fetches, want 1", got)
	}
	in.DisturbJWKS(clerktest.JWKSFault{Empty: true})
	same(t, "emptied", ids())
	in.DisturbJWKS(clerktest.JWKSFault{Status: 503})
	if _, err := client.JWKS.Get(ctx); err == nil {
		t.Error("got keys in spite of the fault")
	}
	in.DisturbJWKS(clerktest.JWKSFault{})
	same(t, "healed", ids(), added)
}
