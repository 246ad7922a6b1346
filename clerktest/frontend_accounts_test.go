package clerktest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/clerkgo/clerk-go/clerktest"
)

// refusal is a request that has to be refused, with the field under which the sentence stands.
type refusal struct {
	name, method, path string
	form               []string
	status             int
	code, field        string
}

// refuses sends requests that have to be refused, each with a sentence for people.
func (b *webBrowser) refuses(list []refusal) {
	b.t.Helper()
	for _, r := range list {
		a := b.send(r.method, r.path, form(r.form...))
		if a.status != r.status || a.code() != r.code || a.field() != r.field {
			b.t.Errorf("%s: got %d %s under %q, want %d %s under %q: %s", r.name, a.status, a.code(), a.field(), r.status, r.code, r.field, a.raw)
		}
		if long, _ := first(a.object["errors"])["long_message"].(string); len(strings.Fields(long)) < 3 {
			b.t.Errorf("%s: got the sentence %q", r.name, long)
		}
	}
}

// provided says who somebody is at the page that plays a provider, and returns where the callback leads.
func (b *webBrowser) provided(a answer, email string) string {
	b.t.Helper()
	page := "/provider?state=" + visitProvider(b.t, a, a.response().member("verification"))
	answered := b.press(page, "allow", "email_address", email).leads(b.t, "v1/oauth_callback")
	return b.send(http.MethodGet, "/v1/oauth_callback?"+answered.Encode(), nil).header.Get("Location")
}

func TestFrontend_ConnectedAccounts(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	in.SetUserSettings(func(s *clerktest.UserSettings) {
		for _, name := range []string{"oauth_google", "oauth_github"} {
			s.Social[name] = clerktest.Social{Enabled: true, Authenticatable: true}
		}
	})
	b, u := signedInBrowser(t, in)
	other, _ := memberBrowser(t, in, "", "bob@example.com")
	back := applicationOrigin + "/user"
	connect := func(b *webBrowser, strategy string, scopes ...string) answer {
		fields := form("strategy", strategy, "redirect_url", back)
		for _, s := range scopes {
			fields.Add("additional_scope", s)
		}
		return b.must(http.MethodPost, "/v1/me/external_accounts", fields)
	}
	if got := b.provided(connect(b, "oauth_google", "calendar", "mail"), "ada@gmail.example"); got != back {
		t.Errorf("after connecting: %s", got)
	}
	account := answer{object: first(theUser(t, in, u.ID).object["external_accounts"])}
	if account.text("provider_user_id") != "ada@gmail.example" || account.text("approved_scopes") != "email profile calendar mail" {
		t.Fatalf("the Backend API says %v", account.object)
	}
	path := "/v1/me/external_accounts/" + account.text("id")
	if got := other.provided(connect(other, "oauth_google"), "ada@gmail.example"); got != back+"?__clerk_status=external_account_exists" {
		t.Errorf("an account of somebody else: %s", got)
	}
	renew := func(scope string) answer {
		return b.must(http.MethodPatch, path+"/reauthorize", form("redirect_url", back, "additional_scope", scope))
	}
	if got := b.provided(renew("drive"), "another@gmail.example"); got != back+"?__clerk_status=failed" {
		t.Errorf("reconnecting with another account: %s", got)
	}
	if got := b.provided(renew("drive"), "ada@gmail.example"); got != back {
		t.Errorf("reconnecting: %s", got)
	}
	accounts, _ := theUser(t, in, u.ID).object["external_accounts"].([]any)
	if got := (answer{object: first(accounts)}).text("approved_scopes"); len(accounts) != 1 || got != "email profile calendar mail drive" {
		t.Errorf("after reconnecting: got %d accounts, scopes %s", len(accounts), got)
	}
	b.refuses([]refusal{
		{"the provider twice", http.MethodPost, "/v1/me/external_accounts", []string{"strategy", "oauth_google", "redirect_url", back}, 400, "external_account_exists", ""},
		{"a provider that is off", http.MethodPost, "/v1/me/external_accounts", []string{"strategy", "oauth_apple", "redirect_url", back}, 422, "oauth_provider_not_enabled", "strategy"},
		{"a way to another site", http.MethodPost, "/v1/me/external_accounts", []string{"strategy", "oauth_github", "redirect_url", "https://evil.example.net/"}, 400, "redirect_url_not_allowed", ""},
		{"no way back", http.MethodPost, "/v1/me/external_accounts", []string{"strategy", "oauth_github"}, 422, "form_param_format_invalid", "redirect_url"},
		{"an account that is not there", http.MethodPatch, "/v1/me/external_accounts/eac_none/reauthorize", []string{"redirect_url", back}, 404, "resource_not_found", ""},
		{"unlinking one that is not there", http.MethodDelete, "/v1/me/external_accounts/eac_none", nil, 404, "resource_not_found", ""},
	})
	other.refuses([]refusal{
		{"unlinking the account of somebody else", http.MethodDelete, path, nil, 404, "resource_not_found", ""},
		{"reconnecting it", http.MethodPatch, path + "/reauthorize", []string{"redirect_url", back}, 404, "resource_not_found", ""},
		{"revoking its tokens", http.MethodDelete, path + "/tokens", nil, 404, "resource_not_found", ""},
	})
	b.must(http.MethodDelete, path+"/tokens", nil)
	gone := b.must(http.MethodDelete, path, nil)
	if got, _ := theUser(t, in, u.ID).object["external_accounts"].([]any); len(got) != 0 || gone.response().object["deleted"] != true {
		t.Errorf("after unlinking: %v, %s", got, gone.raw)
	}
}

func TestFrontend_Waitlist(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	b := newWebBrowser(t, in)
	entry := b.must(http.MethodPost, "/v1/waitlist", form("email_address", "New@example.com", "status", "invited"))
	again := b.must(http.MethodPost, "/v1/waitlist", form("email_address", "new@example.com"))
	if entry.text("id") == "" || again.text("id") != entry.text("id") || entry.object["email_address"] != nil {
		t.Errorf("got %s, then %s", entry.raw, again.raw)
	}
	listed := must(t, in, http.MethodGet, "/waitlist_entries", "")
	if one := (answer{object: first(listed.object["data"])}); listed.object["total_count"] != 1.0 || one.text("status") != "pending" || one.text("email_address") != "new@example.com" {
		t.Errorf("the Backend API says %s", listed.raw)
	}
	b.refuses([]refusal{
		{"no address", http.MethodPost, "/v1/waitlist", nil, 422, "form_param_missing", "email_address"},
		{"no e-mail address", http.MethodPost, "/v1/waitlist", []string{"email_address", "nobody"}, 422, "form_param_format_invalid", "email_address"},
	})
	if sent := in.Emails(); len(sent) != 1 || sent[0].Slug != "waitlist_confirmation" {
		t.Errorf("got %d e-mails", len(sent))
	}
}
