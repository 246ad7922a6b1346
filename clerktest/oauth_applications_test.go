package clerktest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	clerk "github.com/clerkgo/clerk-go/core"

	"github.com/clerkgo/clerk-go/clerktest"
)

func newOAuthApplication(t *testing.T, client *clerk.Client, name string) *clerk.OAuthApplication {
	t.Helper()
	return from(client.OAuthApplications.Create(t.Context(), &clerk.OAuthApplicationCreateParams{
		Name: name, RedirectURIs: clerk.Set([]string{"https://app.example.com/callback", "myapp://done"}),
	})).must(t)
}

func TestOAuthApplications_Lifecycle(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	a := newOAuthApplication(t, client, "Reports")
	if a.Scopes != "profile email" || !a.ConsentScreenEnabled || a.PKCERequired || a.Public || a.CallbackURL != "https://app.example.com/callback" {
		t.Errorf("got %+v, want Clerk's defaults", a)
	}
	if a.ClientSecret == "" || from(client.OAuthApplications.Get(ctx, a.ID)).must(t).ClientSecret != "" {
		t.Error("the client secret belongs into the answer that made it and into no other one")
	}
	changed := from(client.OAuthApplications.Update(ctx, a.ID, &clerk.OAuthApplicationUpdateParams{
		Name: clerk.String("Sales"), Scopes: clerk.String("profile"), ConsentScreenEnabled: clerk.Bool(false), CallbackURL: clerk.String("http://localhost/cb"),
	})).must(t)
	if got, want := fmt.Sprintln(changed.Name, changed.Scopes, changed.ConsentScreenEnabled, changed.RedirectURIs), "Sales profile false [http://localhost/cb]\n"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if changed.ClientID != a.ClientID || changed.ClientSecret != "" {
		t.Error("an update changes the client id or shows the secret")
	}
	rotated := from(client.OAuthApplications.RotateSecret(ctx, a.ID)).must(t)
	if rotated.ClientSecret == "" || rotated.ClientSecret == a.ClientSecret || rotated.ClientID != a.ClientID {
		t.Error("a rotation has to show one new secret of the same client")
	}
	public := from(client.OAuthApplications.Create(ctx, &clerk.OAuthApplicationCreateParams{
		Name: "cli", CallbackURL: clerk.String("http://127.0.0.1/cb"), Public: clerk.Bool(true), PKCERequired: clerk.Bool(true),
	})).must(t)
	if public.ClientSecret != "" || !public.PKCERequired {
		t.Errorf("got secret given %v, PKCE %v, want a public client without a secret", public.ClientSecret != "", public.PKCERequired)
	}
	from(client.OAuthApplications.RotateSecret(ctx, public.ID)).refused(t, 403, "oauth_application_public")
	if gone := from(client.OAuthApplications.Delete(ctx, a.ID)).must(t); !gone.Deleted || gone.ID != a.ID {
		t.Errorf("got %+v, want the application deleted", gone)
	}
	from(client.OAuthApplications.Get(ctx, a.ID)).refused(t, 404, "resource_not_found")
}

func TestOAuthApplications_List(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client := newClient(in)
	in.Clock().Freeze()
	for _, name := range []string{"Mail", "agenda", "e-mail"} {
		in.Clock().Advance(time.Second)
		newOAuthApplication(t, client, name)
	}
	last := must(t, in, "GET", "/oauth_applications?limit=1&order_by=-created_at", "").object["data"].([]any)[0].(map[string]any)
	for query, want := range map[string]string{
		"":                                    "[Mail agenda e-mail] 3",
		"?order_by=-created_at":               "[e-mail agenda Mail] 3",
		"?order_by=name":                      "[Mail agenda e-mail] 3",
		"?order_by=-name":                     "[e-mail agenda Mail] 3",
		"?order_by=-name&order_by=created_at": "[e-mail agenda Mail] 3",
		"?limit=1&offset=1":                   "[agenda] 3",
		"?name_query=MAIL":                    "[Mail e-mail] 2",
		"?name_query=" + last["client_id"].(string): "[e-mail] 1",
	} {
		answer := must(t, in, "GET", "/oauth_applications"+query, "")
		var names []any
		for _, a := range answer.object["data"].([]any) {
			names = append(names, a.(map[string]any)["name"])
		}
		if got := fmt.Sprint(names, answer.object["total_count"]); got != want {
			t.Errorf("%s: got %s, want %s", query, got, want)
		}
		if strings.Contains(string(answer.raw), "client_secret") {
			t.Error("a list shows secrets")
		}
	}
	refused(t, send(t, in, "GET", "/oauth_applications?order_by=client_id", ""), 422, "form_param_value_invalid")
}

func TestOAuthApplications_Refusals(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	id := newOAuthApplication(t, newClient(in), "app").ID
	long := strings.Repeat("ä", 257)
	for body, code := range map[string]string{
		`{"name":"x"}`: "form_param_missing",
		`{"redirect_uris":["https://a.example.com"]}`:    "form_param_missing",
		`{"name":"x","redirect_uris":["/callback"]}`:     "form_param_format_invalid",
		`{"name":"x","callback_url":"not an address"}`:   "form_param_format_invalid",
		`{"name":"` + long + `","callback_url":"a://b"}`: "form_param_value_invalid",
		`{"name":"x","redirect_uris":"https://a.b"}`:     "form_param_type_invalid",
	} {
		refused(t, send(t, in, "POST", "/oauth_applications", body), 422, code)
	}
	for body, code := range map[string]string{
		`{"redirect_uris":["callback"]}`: "form_param_format_invalid", `{"name":"` + long + `"}`: "form_param_value_invalid",
	} {
		refused(t, send(t, in, "PATCH", "/oauth_applications/"+id, body), 422, code)
	}
	if n := must(t, in, "GET", "/oauth_applications", "").object["total_count"]; n != 1.0 {
		t.Errorf("got %v applications after the refusals, want 1", n)
	}
	for _, call := range [][3]string{
		{"GET", ""}, {"DELETE", ""}, {"PATCH", "", `{"name":"y"}`}, {"POST", "/rotate_secret"}, {"POST", "/revoke_token", `{"token":"oat_x"}`},
	} {
		refused(t, send(t, in, call[0], "/oauth_applications/oauthapp_none"+call[1], call[2]), 404, "resource_not_found")
	}
}

func TestOAuthAccessTokens_Life(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	in.Clock().Freeze()
	u := in.CreateUser(clerktest.User{}).ID
	app, other := newOAuthApplication(t, client, "app"), newOAuthApplication(t, client, "other")
	// state is active, inactive or unknown.
	state := func(token string) string {
		switch answer := send(t, in, "POST", "/oauth_applications/access_tokens/verify", `{"access_token":"`+token+`"}`); {
		case answer.status == 404 && answer.code() == "resource_not_found":
			return "unknown"
		case string(answer.raw) == `{"active":false}`:
			return "inactive"
		case answer.text("object") == "clerk_idp_oauth_access_token" && answer.text("subject") == u:
			return "active"
		default:
			return string(answer.raw)
		}
	}
	want := func(name, token, want string) {
		t.Helper()
		if got := state(token); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
	token := in.IssueOAuthAccessToken(app.ID, u, "profile", "email")
	for _, params := range []*clerk.OAuthAccessTokenVerifyParams{{AccessToken: clerk.String(token)}, {Secret: clerk.String(token)}} {
		v := from(client.OAuthAccessTokens.Verify(ctx, params)).must(t)
		if v.ClientID != app.ClientID || fmt.Sprint(v.Scopes) != "[profile email]" || v.Expiration.Time().Unix() != in.Clock().Now().Add(24*time.Hour).Unix() || int64(v.CreatedAt) != in.Clock().Now().Unix() {
			t.Errorf("got client %s, scopes %v until %d, want those of the grant for a day", v.ClientID, v.Scopes, clerk.Value(v.Expiration))
		}
	}
	revoke := func(appID, token string) error {
		return client.OAuthApplications.RevokeToken(ctx, appID, &clerk.OAuthApplicationRevokeTokenParams{Token: token})
	}
	refusedAs(t, revoke(other.ID, token), 404, "resource_not_found")
	want("after another application tried to revoke it", token, "active")
	for range 2 {
		if err := revoke(app.ID, token); err != nil {
			t.Fatal(err)
		}
		want("revoked", token, "inactive")
	}
	late := in.IssueOAuthAccessToken(app.ID, u)
	in.Clock().Advance(24*time.Hour - time.Millisecond)
	want("before the end of its day", late, "active")
	in.Clock().Advance(time.Millisecond)
	want("after a day", late, "inactive")
	orphan := in.IssueOAuthAccessToken(other.ID, u)
	from(client.OAuthApplications.Delete(ctx, other.ID)).must(t)
	want("of an application that is gone", orphan, "unknown")
	kept := in.IssueOAuthAccessToken(app.ID, u)
	want("of the other application", kept, "active")
	from(client.Users.Delete(ctx, u)).must(t)
	want("of a user who is gone", kept, "unknown")
	refused(t, send(t, in, "POST", "/oauth_applications/access_tokens/verify", `{}`), 422, "form_param_missing")
}

func TestOAuthAccessTokens_JWT(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	in.Clock().Freeze()
	u := in.CreateUser(clerktest.User{}).ID
	app := newOAuthApplication(t, client, "app")
	from(client.Instance.UpdateOAuthApplicationSettings(ctx, &clerk.InstanceUpdateOAuthApplicationSettingsParams{OAuthJWTAccessTokens: clerk.Bool(true)})).must(t)
	token := in.IssueOAuthAccessToken(app.ID, u, "profile", "email")
	claims := claimsOf(t, token, 1)
	now := float64(in.Clock().Now().Unix())
	for name, want := range map[string]any{
		"sub": u, "client_id": app.ClientID, "iss": in.Issuer(), "scope": "profile email", "iat": now, "exp": now + 24*3600,
	} {
		if claims[name] != want {
			t.Errorf("claim %s: got %v, want %v", name, claims[name], want)
		}
	}
	if typ := claimsOf(t, token, 0)["typ"]; typ != "at+jwt" {
		t.Errorf("got type %v, want at+jwt", typ)
	}
	if ex := in.Explain(token); ex.Accepted {
		t.Error("an access token passes for a session token")
	}
	err := client.OAuthApplications.RevokeToken(ctx, app.ID, &clerk.OAuthApplicationRevokeTokenParams{Token: token})
	refusedAs(t, err, 404, "resource_not_found")
	verify := func() (*clerk.IDPOAuthAccessToken, error) {
		return client.OAuthAccessTokens.Verify(ctx, &clerk.OAuthAccessTokenVerifyParams{AccessToken: clerk.String(token)})
	}
	if v := from(verify()).must(t); v.Subject != u || v.ID != claims["jti"] {
		t.Errorf("got %s of %s about a JWT, want %v of the user", v.ID, v.Subject, claims["jti"])
	}
	in.Clock().Advance(24 * time.Hour)
	if v := from(verify()).must(t); v.ID != "" || v.Active == nil || *v.Active {
		t.Errorf("got %+v about an expired JWT, want active false", v)
	}
}
