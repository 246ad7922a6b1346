package clerktest_test

import (
	"fmt"
	"testing"

	"github.com/clerkgo/clerk-go/clerktest"
)

func TestTokens_Organization(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	u := in.CreateUser(clerktest.User{})
	in.SetUserPlan(u.ID, "free", "chat")
	in.DefineRole("billing", "invoices:read", "invoices:write", "reports:read")
	org := in.CreateOrganization(clerktest.Organization{Name: "Acme", Plan: "pro", Features: []string{"export"}})
	in.AddMember(org.ID, u.ID, "billing")
	who := in.SignIn(u.ID, org.ID)
	v2 := claimsOf(t, who.Token, 1)
	want := map[string]string{
		"pla": "u:free,o:pro", "fea": "u:chat,o:export,o:invoices,o:reports",
		"o": "map[fpm:0,3,1 id:" + org.ID + " per:read,write rol:billing slg:acme]",
	}
	for name, w := range want {
		if got := fmt.Sprint(v2[name]); got != w {
			t.Errorf("claim %s: got %s, want %s", name, got, w)
		}
	}
	v1 := claimsOf(t, in.SessionToken(who.SessionID, clerktest.TokenV1()), 1)
	if v1["org_id"] != org.ID || v1["org_role"] != "org:billing" || v1["org_slug"] != "acme" || v1["v"] != nil || v1["o"] != nil {
		t.Errorf("got version 1 claims %v", v1)
	}
	if got := fmt.Sprint(v1["org_permissions"]); got != "[org:invoices:read org:invoices:write org:reports:read]" {
		t.Errorf("got permissions %s", got)
	}
	in.ActivateOrganization(who.SessionID, "")
	if _, ok := claimsOf(t, in.SessionToken(who.SessionID), 1)["o"]; ok {
		t.Error("a token of the personal account has an o claim")
	}
	in.RequireTasks(who.SessionID, "choose-organization")
	in.Impersonate(who.SessionID, "user_actor")
	in.VerifyFactors(who.SessionID, 0, 0)
	claims := claimsOf(t, in.SessionToken(who.SessionID), 1)
	if claims["sts"] != "pending" || claims["act"].(map[string]any)["sub"] != "user_actor" || fmt.Sprint(claims["fva"]) != "[0 0]" {
		t.Errorf("got %v", claims)
	}
}
