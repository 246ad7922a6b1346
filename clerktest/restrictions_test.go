package clerktest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	clerk "github.com/clerkgo/clerk-go/core"

	"github.com/clerkgo/clerk-go/clerktest"
)

// list puts identifiers on the allow-list or the block-list.
func list(t *testing.T, in *clerktest.Instance, which string, identifiers ...string) {
	t.Helper()
	for _, i := range identifiers {
		must(t, in, "POST", "/"+which+"_identifiers", `{"identifier":"`+i+`"}`)
	}
}

func restrict(t *testing.T, in *clerktest.Instance, settings string) {
	t.Helper()
	must(t, in, "PATCH", "/instance/restrictions", settings)
}

func TestLists_Entries(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	const wallet = "0x52908400098527886e0f7030069857d2e4169ee7"
	for _, which := range []string{"allowlist", "blocklist"} {
		path := "/" + which + "_identifiers"
		for identifier, want := range map[string]string{
			"Ada@Example.com": "ada@example.com email_address", "*@Corp.example.com": "*@corp.example.com email_address",
			"*@*.corp.example.com": "*@*.corp.example.com email_address", "+1 (555) 555-0101": "+15555550101 phone_number",
			strings.ToUpper(wallet[2:]): "", "0x" + strings.ToUpper(wallet[2:]): wallet + " web3_wallet",
		} {
			answer := send(t, in, "POST", path, `{"identifier":"`+identifier+`"}`)
			if want == "" {
				refused(t, answer, 422, "form_param_format_invalid")
				continue
			}
			if got := answer.text("identifier") + " " + answer.text("identifier_type"); got != want || answer.text("instance_id") != in.ID() {
				t.Errorf("%s: got %s, want %s", identifier, got, want)
			}
		}
		refused(t, send(t, in, "POST", path, `{"identifier":"ADA@example.com"}`), 400, "duplicate_record")
		refused(t, send(t, in, "POST", path, `{}`), 422, "form_param_missing")
		for _, bad := range []string{"", "ada", "*@corp", "*@*", "+0123", "a@b"} {
			refused(t, send(t, in, "POST", path, `{"identifier":"`+bad+`"}`), 422, "form_param_format_invalid")
		}
		first := must(t, in, "POST", path, `{"identifier":"gone@example.com"}`).text("id")
		if gone := must(t, in, "DELETE", path+"/"+first, ""); gone.object["deleted"] != true || gone.text("id") != first {
			t.Errorf("got %s, want the entry deleted", gone.raw)
		}
		refused(t, send(t, in, "DELETE", path+"/"+first, ""), 404, "resource_not_found")
		list(t, in, which, "gone@example.com")
	}
}

func TestLists_Read(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	in.Clock().Freeze()
	for _, name := range []string{"a", "b", "c"} {
		in.Clock().Advance(time.Second)
		list(t, in, "allowlist", name+"@example.com")
		list(t, in, "blocklist", name+"@example.com")
	}
	page := from(client.AllowlistIdentifiers.List(ctx, &clerk.AllowlistIdentifierListParams{Limit: clerk.Int64(1), Offset: clerk.Int64(1)})).must(t)
	if len(page.Data) != 1 || page.Data[0].Identifier != "b@example.com" || page.TotalCount != 3 {
		t.Errorf("got %d entries of %d, want the second of 3", len(page.Data), page.TotalCount)
	}
	if n := len(must(t, in, "GET", "/allowlist_identifiers", "").list); n != 3 {
		t.Errorf("got %d entries, want a bare array of 3", n)
	}
	blocked := from(client.BlocklistIdentifiers.List(ctx)).must(t)
	if len(blocked.Data) != 3 || blocked.TotalCount != 3 || blocked.Data[0].Identifier != "c@example.com" {
		t.Errorf("got %d of %d blocked, want all three, the newest first", len(blocked.Data), blocked.TotalCount)
	}
}

func TestAllowlist_Notify(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	restrict(t, in, `{"allowlist":true}`)
	add := func(identifier string, notify bool) (*clerk.AllowlistIdentifier, error) {
		return client.AllowlistIdentifiers.Create(ctx, &clerk.AllowlistIdentifierCreateParams{Identifier: identifier, Notify: clerk.Bool(notify)})
	}
	entry := from(add("ada@example.com", true)).must(t)
	if page := from(client.Invitations.List(ctx, nil)).must(t); page.TotalCount != 1 || page.Data[0].ID != entry.InvitationID || page.Data[0].EmailAddress != "ada@example.com" {
		t.Errorf("got %d invitations, want the one that the entry names", page.TotalCount)
	}
	from(add("+15555550101", true)).must(t)
	from(add("*@corp.example.com", true)).must(t)
	from(add("bob@example.com", false)).must(t)
	texts := in.TextMessages()
	if got := sent(in); got != "ada@example.com invitation" || len(texts) != 1 || texts[0].To != "+15555550101" {
		t.Errorf("got mails %s and %d texts, want one of each", got, len(texts))
	}
	in.CreateUser(clerktest.User{Email: "user@example.com"})
	from(add("user@example.com", true)).refused(t, 422, "form_identifier_exists")
	if n := len(must(t, in, "GET", "/allowlist_identifiers", "").list); n != 4 {
		t.Errorf("got %d entries, want 4 without the refused one", n)
	}
}

func TestLists_DecideWhoGetsIn(t *testing.T) {
	t.Parallel()
	const (
		allow = `{"allowlist":true,"blocklist":false}`
		block = `{"allowlist":false,"blocklist":true}`
		both  = `{"allowlist":true,"blocklist":true}`
		off   = `{"allowlist":false,"blocklist":false}`
	)
	for name, c := range map[string]struct {
		settings         string
		allowed, blocked []string
		body             string
		in               bool
	}{
		"nothing is in force":           {off, nil, []string{"a@example.com"}, `{"email_address":["a@example.com"]}`, true},
		"an empty allow-list":           {allow, nil, nil, `{"email_address":["a@example.com"]}`, false},
		"an allowed address":            {allow, []string{"a@example.com"}, nil, `{"email_address":["A@example.com"]}`, true},
		"an allowed domain":             {allow, []string{"*@example.com"}, nil, `{"email_address":["a@example.com"]}`, true},
		"a domain is not its parts":     {allow, []string{"*@example.com"}, nil, `{"email_address":["a@eu.example.com"]}`, false},
		"allowed subdomains":            {allow, []string{"*@*.example.com"}, nil, `{"email_address":["a@x.eu.example.com"]}`, true},
		"subdomains are not the domain": {allow, []string{"*@*.example.com"}, nil, `{"email_address":["a@example.com"]}`, false},
		"one allowed identifier of two": {allow, []string{"*@example.com"}, nil, `{"email_address":["a@example.com"],"phone_number":["+15555550101"]}`, true},
		"an allowed number":             {allow, []string{"+15555550101"}, nil, `{"phone_number":["+15555550101"]}`, true},
		"a name only":                   {allow, []string{"*@example.com"}, nil, `{"username":"ada_l"}`, false},
		"a blocked address":             {block, nil, []string{"a@example.com"}, `{"email_address":["a@example.com"]}`, false},
		"a blocked subaddress":          {block, nil, []string{"a@example.com"}, `{"email_address":["a+news@example.com"]}`, false},
		"a blocked domain":              {block, nil, []string{"*@example.com"}, `{"email_address":["b@x.org","a@example.com"]}`, false},
		"a blocked subdomain":           {block, nil, []string{"*@*.example.com"}, `{"email_address":["a@x.example.com"]}`, false},
		"a blocked number":              {block, nil, []string{"+15555550101"}, `{"phone_number":["+15555550101"]}`, false},
		"somebody else is blocked":      {block, nil, []string{"b@example.com"}, `{"email_address":["a@example.com"]}`, true},
		"the allow-list wins":           {both, []string{"a@example.com"}, []string{"a@example.com"}, `{"email_address":["a@example.com"]}`, true},
		"checks are skipped":            {allow, nil, nil, `{"email_address":["a@example.com"],"skip_restriction_checks":true}`, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := clerktest.NewServer(t).Instance
			list(t, in, "allowlist", c.allowed...)
			list(t, in, "blocklist", c.blocked...)
			restrict(t, in, c.settings)
			answer := send(t, in, "POST", "/users", c.body)
			if !c.in {
				refused(t, answer, 403, "not_allowed_access")
			} else if answer.status != 200 {
				t.Errorf("got %d %s, want the user made", answer.status, answer.code())
			}
			if n, want := must(t, in, "GET", "/users/count", "").object["total_count"], map[bool]float64{true: 1}[c.in]; n != want {
				t.Errorf("got %v users, want %v", n, want)
			}
		})
	}
}

func TestLists_GuardEveryDoor(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	u := in.CreateUser(clerktest.User{Email: "old@example.com"}).ID
	invited := newInvitation(t, client, "new@example.com")
	signIn := func() string {
		return from(client.SignInTokens.Create(ctx, &clerk.SignInTokenCreateParams{UserID: u})).must(t).Token
	}
	list(t, in, "blocklist", "*@example.com")
	restrict(t, in, `{"blocklist":true}`)
	for name, link := range map[string]string{"an invitation": invited.URL, "a sign-in token": signIn()} {
		if _, err := in.Redeem(link); err == nil || !strings.Contains(err.Error(), "not_allowed_access") {
			t.Errorf("%s: got %v, want not_allowed_access", name, err)
		}
	}
	from(client.Invitations.Create(ctx, &clerk.InvitationCreateParams{EmailAddress: "third@example.com"})).refused(t, 403, "not_allowed_access")
	if got := invitationStatus(t, in, invited.ID); got != "pending" {
		t.Errorf("got %s after the refusal, want pending", got)
	}
	restrict(t, in, `{"allowlist_blocklist_disabled_on_sign_in":true}`)
	from(in.Redeem(signIn())).must(t)
	if _, err := in.Redeem(invited.URL); err == nil {
		t.Error("signing up is open where only signing in is")
	}
	restrict(t, in, `{"blocklist":false}`)
	from(in.Redeem(invited.URL)).must(t)
	must(t, in, "PATCH", "/beta_features/instance_settings", `{"restricted_to_allowlist":true}`)
	refused(t, send(t, in, "POST", "/users", `{"email_address":["fourth@example.com"]}`), 403, "not_allowed_access")
	if got := fmt.Sprint(must(t, in, "GET", "/users/count", "").object["total_count"]); got != "2" {
		t.Errorf("got %s users, want the old and the invited one", got)
	}
}
