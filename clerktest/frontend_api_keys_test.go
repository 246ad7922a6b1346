package clerktest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/clerkgo/clerk-go/clerktest"
)

// keys asks for API keys as ClerkJS does: with the session token, JSON and a double slash.
func (b *webBrowser) keys(method, path, body string) answer {
	b.t.Helper()
	token := b.must(http.MethodPost, "/v1/client/sessions/"+b.session+"/tokens", nil).text("jwt")
	req, err := http.NewRequestWithContext(b.t.Context(), method, b.in.URL()+"//api_keys"+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header = http.Header{"Authorization": {"Bearer " + token}, "Content-Type": {"application/json"}, "Origin": {b.origin}}
	return b.do(req)
}

func TestFrontend_APIKeys(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	b, u := signedInBrowser(t, in)
	made := b.keys(http.MethodPost, "", `{"type":"api_key","name":"my key","subject":"`+u.ID+`","description":"for tests","seconds_until_expiration":60}`)
	if made.status != http.StatusCreated || made.text("secret") == "" || made.text("created_by") != u.ID {
		t.Fatalf("got %d %s", made.status, made.raw)
	}
	if seen := must(t, in, http.MethodPost, "/api_keys/verify", `{"secret":"`+made.text("secret")+`"}`); seen.text("subject") != u.ID {
		t.Errorf("the Backend API says %s", seen.raw)
	}
	listed := b.keys(http.MethodGet, "?subject="+u.ID+"&query=my", "")
	if one := (answer{object: first(listed.object["data"])}); one.text("name") != "my key" || one.object["secret"] != nil {
		t.Errorf("got %s", listed.raw)
	}
	path := "/" + made.text("id")
	if changed := b.keys(http.MethodPatch, path, `{"description":"changed"}`); changed.text("description") != "changed" || changed.text("subject") != u.ID {
		t.Errorf("got %s", changed.raw)
	}
	other, stranger := memberBrowser(t, in, "", "bob@example.com")
	o := in.CreateOrganization(clerktest.Organization{Name: "Engines", CreatedBy: u.ID})
	for _, c := range []struct {
		name               string
		browser            *webBrowser
		method, path, body string
		status             int
		code, field        string
	}{
		{"a short name", b, http.MethodPost, "", `{"type":"api_key","name":"k","subject":"` + u.ID + `"}`, 422, "form_param_value_invalid", "name"},
		{"no name", b, http.MethodPost, "", `{"type":"api_key","subject":"` + u.ID + `"}`, 422, "form_param_missing", "name"},
		{"no JSON", b, http.MethodPost, "", `{"name":`, 400, "request_body_invalid", ""},
		{"for somebody else", b, http.MethodPost, "", `{"type":"api_key","name":"my key","subject":"` + stranger.ID + `"}`, 403, "api_key_subject_not_permitted", ""},
		{"the keys of somebody else", other, http.MethodGet, "?subject=" + u.ID, "", 403, "api_key_subject_not_permitted", ""},
		{"changing them", other, http.MethodPatch, path, `{"description":"mine"}`, 404, "resource_not_found", ""},
		{"revoking them", other, http.MethodPost, path + "/revoke", `{}`, 404, "resource_not_found", ""},
		{"of an organization of others", other, http.MethodGet, "?subject=" + o.ID, "", 404, "organization_not_found_or_unauthorized", ""},
		{"another owner", b, http.MethodPatch, path, `{"subject":"` + stranger.ID + `"}`, 422, "form_param_unknown", "subject"},
		{"one that is not there", b, http.MethodPost, "/ak_none/revoke", `{}`, 404, "resource_not_found", ""},
	} {
		a := c.browser.keys(c.method, c.path, c.body)
		if a.status != c.status || a.code() != c.code || a.field() != c.field {
			t.Errorf("%s: got %d %s under %q, want %d %s under %q", c.name, a.status, a.code(), a.field(), c.status, c.code, c.field)
		}
	}
	if gone := b.keys(http.MethodPost, path+"/revoke", `{"revocation_reason":"done"}`); gone.object["revoked"] != true || gone.text("revocation_reason") != "done" {
		t.Errorf("got %s", gone.raw)
	}
	if a := send(t, in, http.MethodPost, "/api_keys/verify", `{"secret":"`+made.text("secret")+`"}`); a.status == http.StatusOK {
		t.Errorf("a revoked key is verified: %s", a.raw)
	}
}

func TestFrontend_APIKeysOfAnOrganization(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	b, u := signedInBrowser(t, in)
	o := in.CreateOrganization(clerktest.Organization{Name: "Engines", CreatedBy: u.ID})
	made := b.keys(http.MethodPost, "", `{"type":"api_key","name":"our key","subject":"`+o.ID+`"}`)
	if made.status != http.StatusCreated || made.text("subject") != o.ID {
		t.Fatalf("got %s", made.raw)
	}
	member, _ := memberBrowser(t, in, o.ID, "bob@example.com")
	for name, a := range map[string]answer{
		"making":   member.keys(http.MethodPost, "", `{"type":"api_key","name":"a key","subject":"`+o.ID+`"}`),
		"revoking": member.keys(http.MethodPost, "/"+made.text("id")+"/revoke", `{}`),
	} {
		if a.status != http.StatusForbidden && a.status != http.StatusNotFound {
			t.Errorf("%s by a member without the permission: got %d %s", name, a.status, a.raw)
		}
	}
}
