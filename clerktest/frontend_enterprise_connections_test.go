package clerktest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/clerkgo/clerk-go/clerktest"
)

// ownedDomain is an organization of whose domain people sign in by a connection, with an admin in a browser.
func ownedDomain(t *testing.T, in *clerktest.Instance, domain string) (*webBrowser, string) {
	t.Helper()
	b, u := memberBrowser(t, in, "", "it@"+domain)
	org := in.CreateOrganization(clerktest.Organization{CreatedBy: u.ID}).ID
	d := must(t, in, http.MethodPost, "/organizations/"+org+"/domains", `{"name": "`+domain+`", "enrollment_mode": "enterprise_sso"}`).text("id")
	must(t, in, http.MethodPost, "/organizations/"+org+"/domains/"+d+"/verify_ownership", "")
	b.must(http.MethodPost, "/v1/client/sessions/"+b.session+"/touch", form("active_organization_id", org))
	return b, org
}

func TestFrontend_EnterpriseConnections(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	b, org := ownedDomain(t, in, "acme.example")
	path := "/v1/organizations/" + org + "/enterprise_connections"
	since := len(in.Events())
	made := b.must(http.MethodPost, path, form("provider", "saml_okta", "domains", "acme.example", "saml_idp_entity_id", "urn:idp",
		"saml_attribute_mapping", `{"user_id": "uid", "email_address": "mail", "first_name": "given", "last_name": "family"}`))
	e := made.response()
	if e.text("name") != "acme.example" || e.object["active"] != false || e.text("organization_id") != org || e.member("saml_connection").text("idp_entity_id") != "urn:idp" {
		t.Fatalf("made %s", made.raw)
	}
	if _, shown := e.member("saml_connection").object["idp_sso_url"]; shown {
		t.Error("what is not set is shown")
	}
	own := path + "/" + e.text("id")
	list := func(path string) int {
		rows, _ := b.must(http.MethodGet, path, nil).object["response"].([]any)
		return len(rows)
	}
	if got := list(path); got != 0 {
		t.Errorf("an inactive connection is listed: %d", got)
	}
	b.refuses([]refusal{{"active, but not complete", http.MethodPatch, own, []string{"active", "true"}, 422, "form_param_missing", "saml.idp_sso_url"}})
	b.must(http.MethodPatch, own, form("active", "true", "name", "Okta", "saml_idp_metadata_url", "https://idp.example/metadata"))
	if got := must(t, in, http.MethodGet, "/enterprise_connections/"+e.text("id"), ""); got.text("name") != "Okta" || got.object["active"] != true {
		t.Errorf("the Backend API says %s", got.raw)
	}
	same(t, "events", kinds(in, since))
	if list(path) != 1 || list("/v1/me/enterprise_connections") != 1 {
		t.Error("the active connection is not listed")
	}
	run := b.must(http.MethodPost, own+"/test_runs", nil).response().text("url")
	_, begin, _ := strings.Cut(run, in.URL())
	moved := b.send(http.MethodGet, begin, nil)
	_, result, _ := strings.Cut(moved.header.Get("Location"), in.URL())
	if moved.status != http.StatusMovedPermanently {
		t.Fatalf("the test run answers %d", moved.status)
	}
	b.page(result).shows(t, http.StatusOK, "The test run ended with success.")
	refused(t, b.send(http.MethodGet, strings.Replace(result, "token=", "token=0", 1), nil), 404, "resource_not_found")
	if runs := b.must(http.MethodGet, own+"/test_runs?status=success", nil).response(); runs.object["total_count"] != 1.0 {
		t.Errorf("got the runs %v", runs.object)
	}
	mine := "/v1/me/enterprise_connections/" + e.text("id")
	b.must(http.MethodPatch, mine, form("name", "Mine"))
	b.must(http.MethodPost, mine+"/test_runs", nil)
	if runs := b.must(http.MethodGet, mine+"/test_runs", nil).response(); runs.object["total_count"] != 2.0 {
		t.Errorf("got the runs %v", runs.object)
	}
	b.must(http.MethodDelete, mine, nil)
	again := b.must(http.MethodPost, "/v1/me/enterprise_connections", form("provider", "oidc_custom", "domains", "acme.example", "name", "OIDC", "oidc_client_id", "id")).response()
	if gone := b.must(http.MethodDelete, path+"/"+again.text("id"), nil).response(); gone.object["deleted"] != true {
		t.Errorf("after the deletion: %v", gone.object)
	}
	if left := must(t, in, http.MethodGet, "/enterprise_connections", ""); left.object["total_count"] != 0.0 {
		t.Errorf("left are %s", left.raw)
	}
}

func TestFrontend_EnterpriseConnections_Refusals(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	b, org := ownedDomain(t, in, "acme.example")
	other, foreign := ownedDomain(t, in, "corp.example")
	path := "/v1/organizations/" + org + "/enterprise_connections"
	made := b.must(http.MethodPost, path, form("provider", "oidc_custom", "domains", "acme.example")).response().text("id")
	loose := connect(t, in, "acme.example", "")
	member, _ := memberBrowser(t, in, org, "member@free.example")
	member.must(http.MethodPost, "/v1/client/sessions/"+member.session+"/touch", form("active_organization_id", org))
	create := func(more ...string) []string { return append([]string{"provider", "oidc_custom"}, more...) }
	b.refuses([]refusal{
		{"no domains", http.MethodPost, path, create(), 422, "form_param_missing", "domains"},
		{"a domain of others", http.MethodPost, path, create("domains", "corp.example"), 422, "form_param_value_invalid", "domains"},
		{"a provider that is none", http.MethodPost, path, []string{"provider", "fax", "domains", "acme.example"}, 422, "form_param_value_invalid", "provider"},
		{"a domain of others later", http.MethodPatch, path + "/" + made, []string{"domains", "corp.example"}, 422, "form_param_value_invalid", "domains"},
		{"a connection of the instance", http.MethodDelete, path + "/" + loose, nil, 404, "resource_not_found", ""},
		{"it by another path", http.MethodDelete, "/v1/me/enterprise_connections/" + loose, nil, 404, "organization_not_found_or_unauthorized", ""},
		{"another organization", http.MethodPost, "/v1/organizations/" + foreign + "/enterprise_connections", create("domains", "corp.example"), 404, "organization_not_found_or_unauthorized", ""},
		{"another organization by another path", http.MethodPost, "/v1/me/enterprise_connections", create("domains", "corp.example", "organization_id", foreign), 404, "organization_not_found_or_unauthorized", ""},
	})
	other.refuses([]refusal{
		{"a connection of others", http.MethodDelete, "/v1/organizations/" + foreign + "/enterprise_connections/" + made, nil, 404, "resource_not_found", ""},
		{"one that does not serve the person", http.MethodPatch, "/v1/me/enterprise_connections/" + made, []string{"name", "x"}, 403, "authorization_invalid", ""},
	})
	member.refuses([]refusal{
		{"no right", http.MethodPost, path, create("domains", "acme.example"), 403, "not_an_admin_in_organization", ""},
		{"no right to delete", http.MethodDelete, path + "/" + made, nil, 403, "not_an_admin_in_organization", ""},
	})
	b.must(http.MethodPost, "/v1/client/sessions/"+b.session+"/touch", form("active_organization_id", ""))
	b.refuses([]refusal{{"an organization that is not active", http.MethodGet, path, nil, 403, "authorization_invalid", ""}})
	if left := must(t, in, http.MethodGet, "/enterprise_connections", ""); left.object["total_count"] != 2.0 {
		t.Errorf("left are %s", left.raw)
	}
}
