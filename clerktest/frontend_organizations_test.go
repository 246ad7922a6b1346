package clerktest_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/clerkgo/clerk-go/clerktest"
)

// linkIn is the path of the link to the emulator in a message.
func linkIn(in *clerktest.Instance, body string) string {
	return body[strings.Index(body, in.URL())+len(in.URL()):]
}

// memberBrowser is a browser where a new member of an organization is signed in.
func memberBrowser(t *testing.T, in *clerktest.Instance, organizationID, email string) (*webBrowser, clerktest.User) {
	t.Helper()
	u := in.CreateUser(clerktest.User{Email: email, Password: goodPassword})
	if organizationID != "" {
		in.AddMember(organizationID, u.ID, "member")
	}
	b := newWebBrowser(t, in)
	b.signIn(u.Email, goodPassword)
	return b, u
}

func TestFrontend_Organizations(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	b, u := signedInBrowser(t, in)
	made := b.must(http.MethodPost, "/v1/organizations", form("name", "Engines", "max_allowed_memberships", "1000"))
	id := made.response().text("id")
	if made.response().object["max_allowed_memberships"] != 5.0 || made.response().text("slug") != "engines" {
		t.Errorf("got %s", made.raw)
	}
	if o := send(t, in, http.MethodGet, "/organizations/"+id, ""); o.text("created_by") != u.ID {
		t.Errorf("got %s", o.raw)
	}
	touched := b.must(http.MethodPost, "/v1/client/sessions/"+b.session+"/touch", form("active_organization_id", id, "intent", "select_org"))
	if touched.response().text("last_active_organization_id") != id {
		t.Errorf("got %s", touched.raw)
	}
	path := "/v1/organizations/" + id
	if got := b.must(http.MethodPatch, path, form("name", "Engines Ltd", "private_metadata", `{"a":1}`)).response(); got.text("name") != "Engines Ltd" {
		t.Errorf("got %s", got.raw)
	}
	if o := send(t, in, http.MethodGet, "/organizations/"+id, ""); len(o.member("private_metadata").object) != 0 {
		t.Errorf("a form sets private metadata: %s", o.raw)
	}
	member, mary := memberBrowser(t, in, id, "mary@example.com")
	stranger, _ := memberBrowser(t, in, "", "eve@example.com")
	for name, r := range map[string]struct {
		method, path string
		form         url.Values
	}{
		"change it":       {http.MethodPatch, path, form("name", "Mine")},
		"delete it":       {http.MethodDelete, path, nil},
		"invite":          {http.MethodPost, path + "/invitations", form("email_address", "x@example.com", "role", "org:admin")},
		"become an admin": {http.MethodPatch, path + "/memberships/" + mary.ID, form("role", "org:admin")},
		"remove others":   {http.MethodDelete, path + "/memberships/" + u.ID, nil},
		"see invitations": {http.MethodGet, path + "/invitations", nil},
		"see requests":    {http.MethodGet, path + "/membership_requests", nil},
	} {
		t.Run("a member may not "+name, func(t *testing.T) {
			refused(t, member.send(r.method, r.path, r.form), 403, "not_an_admin_in_organization")
			refused(t, stranger.send(r.method, r.path, r.form), 404, "organization_not_found_or_unauthorized")
		})
	}
	if list := member.must(http.MethodGet, path+"/memberships?paginated=true", nil).response(); list.object["total_count"] != 2.0 {
		t.Errorf("got %s", list.raw)
	}
	if strings.Contains(string(member.must(http.MethodGet, "/v1/me/organization_memberships?paginated=true", nil).raw), "private_metadata") {
		t.Error("members see private metadata")
	}
	refused(t, b.send(http.MethodDelete, "/v1/me/organization_memberships/"+id, nil), 400, "organization_minimum_permissions_needed")
	b.must(http.MethodPatch, path+"/memberships/"+mary.ID, form("role", "org:admin"))
	b.must(http.MethodDelete, "/v1/me/organization_memberships/"+id, nil)
	refused(t, b.send(http.MethodGet, path, nil), 404, "organization_not_found_or_unauthorized")
	member.must(http.MethodDelete, path, nil)
	refused(t, send(t, in, http.MethodGet, "/organizations/"+id, ""), 404, "resource_not_found")
}

func TestFrontend_OrganizationInvitations(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	b, u := signedInBrowser(t, in)
	o := in.CreateOrganization(clerktest.Organization{Name: "Engines", CreatedBy: u.ID})
	path := "/v1/organizations/" + o.ID + "/invitations"
	guest, mary := memberBrowser(t, in, "", "mary@example.com")
	refused(t, b.send(http.MethodPost, path, form("email_address", "no address", "role", "org:member")), 422, "form_param_format_invalid")
	refused(t, b.send(http.MethodPost, path, form("email_address", "mary@example.com", "role", "org:none")), 404, "resource_not_found")
	made := b.must(http.MethodPost, path, form("email_address", "mary@example.com", "role", "org:member", "inviter_user_id", mary.ID)).response()
	if made.text("url") != "" {
		t.Error("the inviting person learns the ticket of the invited one")
	}
	stored := send(t, in, http.MethodGet, strings.TrimPrefix(path, "/v1")+"/"+made.text("id"), "")
	if stored.text("inviter_id") != u.ID {
		t.Errorf("the inviter is %s", stored.text("inviter_id"))
	}
	again := b.send(http.MethodPost, path+"/bulk", form("email_address", "new@example.com", "email_address", "mary@example.com", "role", "org:member"))
	refused(t, again, 400, "duplicate_record")
	if list := b.must(http.MethodGet, path+"?status=pending", nil).response(); list.object["total_count"] != 1.0 {
		t.Errorf("half of the invitations were made: %s", list.raw)
	}
	bulk := b.must(http.MethodPost, path+"/bulk", form("email_address", "a@example.com", "email_address", "b@example.com", "role", "org:member"))
	if list, _ := bulk.object["response"].([]any); len(list) != 2 {
		t.Fatalf("got %s", bulk.raw)
	}
	other := first(bulk.object["response"])["id"].(string)
	refused(t, guest.send(http.MethodPost, "/v1/me/organization_invitations/"+other+"/accept", nil), 404, "resource_not_found")
	b.must(http.MethodPost, path+"/"+other+"/revoke", nil)
	refused(t, b.send(http.MethodPost, path+"/"+other+"/revoke", nil), 400, "organization_invitation_not_pending")
	mine := first(guest.must(http.MethodGet, "/v1/me/organization_invitations?status=pending", nil).response().object["data"])
	if data := (answer{object: mine}).member("public_organization_data"); data.text("name") != "Engines" {
		t.Errorf("got %v", mine)
	}
	accepted := guest.must(http.MethodPost, "/v1/me/organization_invitations/"+made.text("id")+"/accept", nil).response()
	if accepted.text("status") != "accepted" {
		t.Errorf("got %s", accepted.raw)
	}
	guest.must(http.MethodGet, "/v1/organizations/"+o.ID, nil)
	refused(t, guest.send(http.MethodPost, "/v1/me/organization_invitations/"+made.text("id")+"/accept", nil), 400, "organization_invitation_not_pending")
}

func TestFrontend_OrganizationDomains(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	b, u := signedInBrowser(t, in)
	o := in.CreateOrganization(clerktest.Organization{Name: "Engines", CreatedBy: u.ID})
	path := "/v1/organizations/" + o.ID + "/domains"
	refused(t, b.send(http.MethodPost, path, form("name", "engines.example")), 403, "organization_domains_not_enabled")
	if a := send(t, in, http.MethodPatch, "/instance/organization_settings",
		`{"domains_enabled":true,"domains_enrollment_modes":["manual_invitation","automatic_invitation","automatic_suggestion"]}`); a.status != http.StatusOK {
		t.Fatalf("got %s", a.raw)
	}
	made := b.must(http.MethodPost, path, form("name", "engines.example", "verified", "true")).response()
	domain := path + "/" + made.text("id")
	enroll := func(mode string) answer {
		return b.send(http.MethodPost, domain+"/update_enrollment_mode", form("enrollment_mode", mode))
	}
	refused(t, enroll("automatic_suggestion"), 400, "organization_domain_not_verified")
	refused(t, b.send(http.MethodPost, domain+"/prepare_affiliation_verification", form("affiliation_email_address", "ada@example.com")), 422, "form_param_value_invalid")
	b.must(http.MethodPost, domain+"/prepare_affiliation_verification", form("affiliation_email_address", "ada@engines.example"))
	refused(t, b.send(http.MethodPost, domain+"/attempt_affiliation_verification", form("code", "wrong")), 422, "form_code_incorrect")
	verified := b.must(http.MethodPost, domain+"/attempt_affiliation_verification", form("code", in.Emails()[0].Code)).response()
	if verified.member("affiliation_verification").text("status") != "verified" {
		t.Fatalf("got %s", verified.raw)
	}
	refused(t, enroll("enterprise_sso"), 422, "form_param_value_invalid")
	if a := enroll("automatic_suggestion"); a.status != http.StatusOK {
		t.Fatalf("got %s", a.raw)
	}
	guest, _ := memberBrowser(t, in, "", "mary@engines.example")
	suggestion := first(guest.must(http.MethodGet, "/v1/me/organization_suggestions?status=pending&status=accepted", nil).response().object["data"])
	accept := "/v1/me/organization_suggestions/" + answer{object: suggestion}.text("id") + "/accept"
	if got := guest.must(http.MethodPost, accept, nil).response(); got.text("status") != "accepted" {
		t.Errorf("got %s", got.raw)
	}
	refused(t, guest.send(http.MethodGet, "/v1/organizations/"+o.ID, nil), 404, "organization_not_found_or_unauthorized")
	requests := "/v1/organizations/" + o.ID + "/membership_requests"
	request := answer{object: first(b.must(http.MethodGet, requests+"?status=pending", nil).response().object["data"])}
	b.must(http.MethodPost, requests+"/"+request.text("id")+"/accept", nil)
	refused(t, b.send(http.MethodPost, requests+"/"+request.text("id")+"/reject", nil), 400, "organization_membership_request_not_pending")
	guest.must(http.MethodGet, "/v1/organizations/"+o.ID, nil)
	if a := enroll("automatic_invitation"); a.status != http.StatusOK {
		t.Fatalf("got %s", a.raw)
	}
	newcomer, _ := memberBrowser(t, in, "", "grace@engines.example")
	if list := newcomer.must(http.MethodGet, "/v1/me/organization_invitations?status=pending", nil).response(); list.object["total_count"] != 1.0 {
		t.Errorf("got %s", list.raw)
	}
	b.must(http.MethodPost, domain+"/prepare_ownership_verification", nil)
	owned := b.must(http.MethodPost, path+"/attempt_ownership_verification/bulk", form("organization_domain_ids", made.text("id"), "organization_domain_ids", "orgdm_none")).response()
	if errors, _ := owned.object["errors"].([]any); len(errors) != 1 || (answer{object: first(owned.object["data"])}).member("ownership_verification").text("status") != "verified" {
		t.Errorf("got %s", owned.raw)
	}
}
