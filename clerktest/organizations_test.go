package clerktest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/clerkgo/clerk-go/clerktest"
)

func TestOrganizations_Lifecycle(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	admin, other := in.CreateUser(clerktest.User{}), in.CreateUser(clerktest.User{})
	org := must(t, in, "POST", "/organizations", `{"name":"Acme & Sons","created_by":"`+admin.ID+`","max_allowed_memberships":2,"private_metadata":{"a":1}}`)
	id := org.text("id")
	if org.text("slug") != "acme-sons" || !strings.HasPrefix(id, "org_") {
		t.Errorf("got %s", org.raw)
	}
	refused(t, send(t, in, "POST", "/organizations", `{"name":"X","slug":"acme-sons"}`), 422, "form_identifier_exists")
	refused(t, send(t, in, "POST", "/organizations", `{"name":" "}`), 422, "form_param_value_invalid")
	if got := must(t, in, "GET", "/organizations/acme-sons?include_members_count=true", "").object["members_count"]; got != 1.0 {
		t.Errorf("got %v members, want the creator", got)
	}
	members := "/organizations/" + id + "/memberships"
	m := must(t, in, "POST", members, `{"user_id":"`+other.ID+`","role":"org:member","public_metadata":{"x":{"y":1}}}`)
	if m.text("role_name") != "Member" || m.object["organization"].(map[string]any)["id"] != id {
		t.Errorf("got %s", m.raw)
	}
	refused(t, send(t, in, "POST", members, `{"user_id":"`+other.ID+`","role":"org:member"}`), 400, "already_a_member_in_organization")
	third := in.CreateUser(clerktest.User{})
	refused(t, send(t, in, "POST", members, `{"user_id":"`+third.ID+`","role":"org:member"}`), 403, "organization_membership_quota_exceeded")
	refused(t, send(t, in, "PATCH", members+"/"+admin.ID, `{"role":"org:member"}`), 400, "organization_minimum_permissions_needed")
	refused(t, send(t, in, "PATCH", members+"/"+other.ID, `{"role":"org:emperor"}`), 404, "resource_not_found")
	if got := must(t, in, "PATCH", members+"/"+other.ID+"/metadata", `{"public_metadata":{"x":{"y":null}}}`).object["public_metadata"]; fmt.Sprint(got) != "map[x:map[]]" {
		t.Errorf("got metadata %v", got)
	}
	for query, want := range map[string]float64{"": 2, "?role=org:admin": 1, "?user_id=" + other.ID: 1, "?user_id=-" + other.ID: 1, "?email_address_query=nobody": 0} {
		if got := must(t, in, "GET", members+query, "").object["total_count"]; got != want {
			t.Errorf("%s: got %v memberships, want %v", query, got, want)
		}
	}
	if got := must(t, in, "GET", "/users?organization_id="+id, ""); len(got.list) != 2 {
		t.Errorf("got %d users of the organization, want 2", len(got.list))
	}
	session := in.CreateSession(other.ID, id)
	must(t, in, "DELETE", members+"/"+other.ID, "")
	if got := must(t, in, "GET", "/sessions/"+session, "").object["last_active_organization_id"]; got != nil {
		t.Errorf("the session of a former member still has organization %v", got)
	}
	gone := must(t, in, "DELETE", "/organizations/"+id, "")
	if gone.text("object") != "organization" || gone.object["deleted"] != true {
		t.Errorf("got %s", gone.raw)
	}
	if got := must(t, in, "GET", "/users/"+admin.ID+"/organization_memberships", "").object["total_count"]; got != 0.0 {
		t.Errorf("got %v memberships after the organization went, want 0", got)
	}
}

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
