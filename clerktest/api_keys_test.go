package clerktest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	clerk "github.com/clerkgo/clerk-go/core"

	"github.com/clerkgo/clerk-go/clerktest"
)

func newAPIKey(t *testing.T, client *clerk.Client, subject, name string) *clerk.APIKey {
	t.Helper()
	return from(client.APIKeys.Create(t.Context(), &clerk.APIKeyCreateParams{Subject: subject, Name: name})).must(t)
}

func TestAPIKeys_CarryWhatTheyWereMadeWith(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	u := in.CreateUser(clerktest.User{}).ID
	org := in.CreateOrganization(clerktest.Organization{}).ID
	made := from(client.APIKeys.Create(ctx, &clerk.APIKeyCreateParams{
		Subject: u, Name: "build", Description: clerk.String("for the team"), Scopes: clerk.Set([]string{"read", "write"}),
		Claims: clerk.JSON(map[string]any{"tier": "gold"}), CreatedBy: clerk.String(u),
	})).must(t)
	if !strings.HasPrefix(made.Secret, "ak_") || made.Secret == made.ID || made.Type != "api_key" || made.Expiration != nil {
		t.Errorf("got type %s with expiration %v, want a key with a secret of its own that lives for ever", made.Type, made.Expiration)
	}
	verified := from(client.APIKeys.Verify(ctx, &clerk.APIKeyVerifyParams{Secret: made.Secret})).must(t)
	want := u + " build for the team [read write] {\"tier\":\"gold\"} " + u
	for name, k := range map[string]*clerk.APIKey{"made": made, "verified": verified, "read": from(client.APIKeys.Get(ctx, made.ID)).must(t)} {
		got := k.Subject + " " + k.Name + " " + clerk.Value(k.Description) + fmt.Sprint(" ", k.Scopes) + " " + string(k.Claims) + " " + clerk.Value(k.CreatedBy)
		if got != want || k.ID != made.ID {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
		if name != "made" && k.Secret != "" {
			t.Errorf("%s: the answer shows the secret", name)
		}
	}
	if got := from(client.APIKeys.GetSecret(ctx, made.ID)).must(t).Secret; got != made.Secret {
		t.Error("the secret that can be read again is another one")
	}
	changed := from(client.APIKeys.Update(ctx, made.ID, &clerk.APIKeyUpdateParams{
		Scopes: clerk.Set([]string{"read"}), Claims: clerk.JSON(nil), Description: clerk.Null[string](), Subject: clerk.String(org),
	})).must(t)
	verified = from(client.APIKeys.Verify(ctx, &clerk.APIKeyVerifyParams{Secret: made.Secret})).must(t)
	for _, k := range []*clerk.APIKey{changed, verified} {
		if got, want := fmt.Sprintf("%v %q %v %s", k.Scopes, k.Claims, k.Description, k.Subject), `[read] "null" <nil> `+org; got != want {
			t.Errorf("got %s after the update, want %s", got, want)
		}
	}
}

func TestAPIKeys_EndOfLife(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	in.Clock().Freeze()
	u := in.CreateUser(clerktest.User{}).ID
	valid := func(k *clerk.APIKey, want bool) {
		t.Helper()
		_, err := client.APIKeys.Verify(ctx, &clerk.APIKeyVerifyParams{Secret: k.Secret})
		if want && err != nil {
			t.Errorf("%s: %v", k.Name, err)
		}
		if !want {
			refusedAs(t, err, 404, "resource_not_found")
		}
	}
	brief := from(client.APIKeys.Create(ctx, &clerk.APIKeyCreateParams{Subject: u, Name: "brief", SecondsUntilExpiration: clerk.Int64(60)})).must(t)
	if got, want := clerk.Value(brief.Expiration), clerk.NewTimestamp(in.Clock().Now().Add(time.Minute)); got != want {
		t.Errorf("got expiration %d, want %d", got, want)
	}
	in.Clock().Advance(time.Minute - time.Millisecond)
	valid(brief, true)
	in.Clock().Advance(time.Millisecond)
	valid(brief, false)
	if !from(client.APIKeys.Get(ctx, brief.ID)).must(t).Expired {
		t.Error("a key whose time is over does not say so")
	}
	from(client.APIKeys.Update(ctx, brief.ID, &clerk.APIKeyUpdateParams{SecondsUntilExpiration: clerk.Int64(5)})).must(t)
	valid(brief, true)
	from(client.APIKeys.Update(ctx, brief.ID, &clerk.APIKeyUpdateParams{SecondsUntilExpiration: clerk.Null[int64]()})).must(t)
	in.Clock().Advance(1000 * time.Hour)
	valid(brief, true)

	leaked := newAPIKey(t, client, u, "leaked")
	for _, reason := range []string{"found on a poster", "again"} {
		k := from(client.APIKeys.Revoke(ctx, leaked.ID, &clerk.APIKeyRevokeParams{RevocationReason: clerk.String(reason)})).must(t)
		if !k.Revoked || clerk.Value(k.RevocationReason) != "found on a poster" {
			t.Errorf("got revoked %v because of %q, want the first revocation", k.Revoked, clerk.Value(k.RevocationReason))
		}
	}
	valid(leaked, false)
	gone := newAPIKey(t, client, u, "gone")
	if d := from(client.APIKeys.Delete(ctx, gone.ID)).must(t); !d.Deleted || d.ID != gone.ID {
		t.Errorf("got %+v, want the key deleted", d)
	}
	valid(gone, false)
	from(client.APIKeys.Delete(ctx, gone.ID)).refused(t, 404, "resource_not_found")

	org := in.CreateOrganization(clerktest.Organization{}).ID
	orgKey := newAPIKey(t, client, org, "of the organization")
	valid(orgKey, true)
	from(client.Organizations.Delete(ctx, org)).must(t)
	valid(orgKey, false)
	from(client.Users.Delete(ctx, u)).must(t)
	valid(brief, false)
}

func TestAPIKeys_List(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	u := in.CreateUser(clerktest.User{}).ID
	for _, name := range []string{"Deploy", "deploy 2", "backup"} {
		newAPIKey(t, client, u, name)
	}
	from(client.APIKeys.Revoke(ctx, newAPIKey(t, client, u, "revoked").ID, nil)).must(t)
	from(client.APIKeys.Create(ctx, &clerk.APIKeyCreateParams{Subject: u, Name: "custom", Type: clerk.String("agent_key")})).must(t)
	newAPIKey(t, client, in.CreateUser(clerktest.User{}).ID, "of somebody else")
	for query, want := range map[string]string{
		"": "4", "&include_invalid=true": "5", "&include_invalid=false": "4", "&query=DEPLOY": "2", "&query=revoked": "0",
		"&type=agent_key": "1", "&type=api_key": "3", "&limit=3": "4", "&limit=3&offset=3": "4",
	} {
		answer := must(t, in, "GET", "/api_keys?subject="+u+query, "")
		if got := fmt.Sprint(answer.object["total_count"]); got != want {
			t.Errorf("%s: got %s keys, want %s", query, got, want)
		}
		if strings.Contains(string(answer.raw), `"secret"`) {
			t.Error("a list shows secrets")
		}
	}
	var names []string
	for k, err := range client.APIKeys.ListAll(ctx, &clerk.APIKeyListParams{Subject: u, Limit: clerk.Int64(3)}) {
		names = append(names, from(k, err).must(t).Name)
	}
	if got, want := fmt.Sprint(names), "[Deploy deploy 2 backup custom]"; got != want {
		t.Errorf("got %s over all pages, want %s", got, want)
	}
	for query, code := range map[string]string{
		"": "form_param_missing", "?subject=x&limit=101": "form_param_value_invalid", "?subject=x&limit=0": "form_param_value_invalid",
		"?subject=x&include_invalid=1": "form_param_value_invalid",
	} {
		refused(t, send(t, in, "GET", "/api_keys"+query, ""), 422, code)
	}
}

func TestAPIKeys_Refusals(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	u := in.CreateUser(clerktest.User{}).ID
	taken := newAPIKey(t, client, u, "taken")
	for name, c := range map[string]struct {
		body, code string
		status     int
	}{
		"taken name":       {`{"name":"taken","subject":"` + u + `"}`, "api_key_name_already_exists", 409},
		"short name":       {`{"name":"ab","subject":"` + u + `"}`, "form_param_value_invalid", 422},
		"no name":          {`{"subject":"` + u + `"}`, "form_param_missing", 422},
		"no subject":       {`{"name":"key"}`, "form_param_missing", 422},
		"unknown subject":  {`{"name":"key","subject":"user_none"}`, "form_param_value_invalid", 422},
		"no life":          {`{"name":"key","subject":"` + u + `","seconds_until_expiration":0}`, "form_param_value_invalid", 422},
		"life before now":  {`{"name":"key","subject":"` + u + `","seconds_until_expiration":-5}`, "form_param_value_invalid", 422},
		"scopes of a type": {`{"name":"key","subject":"` + u + `","scopes":[1]}`, "form_param_type_invalid", 422},
	} {
		t.Run(name, func(t *testing.T) {
			refused(t, send(t, in, "POST", "/api_keys", c.body), c.status, c.code)
		})
	}
	from(client.APIKeys.Revoke(ctx, taken.ID, nil)).must(t)
	newAPIKey(t, client, u, "taken")
	if half := must(t, in, "POST", "/api_keys", `{"name":"half","subject":"`+u+`","seconds_until_expiration":0.5}`); half.object["expired"] != false {
		t.Errorf("got %s, want half a second to live", half.raw)
	}
	for _, call := range [][3]string{
		{"GET", "/api_keys/ak_none"}, {"GET", "/api_keys/ak_none/secret"}, {"DELETE", "/api_keys/ak_none"},
		{"PATCH", "/api_keys/ak_none", `{}`}, {"POST", "/api_keys/ak_none/revoke", `{}`}, {"POST", "/api_keys/verify", `{"secret":"ak_none"}`},
	} {
		refused(t, send(t, in, call[0], call[1], call[2]), 404, "resource_not_found")
	}
	from(client.APIKeys.Update(ctx, taken.ID, &clerk.APIKeyUpdateParams{Subject: clerk.String("org_none")})).refused(t, 422, "form_param_value_invalid")
}
