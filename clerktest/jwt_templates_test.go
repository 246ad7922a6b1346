package clerktest_test

import (
	"testing"
	"time"

	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
)

func TestJWTTemplates_Lifecycle(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	templates := client.JWTTemplates
	in.Clock().Freeze()
	create := func(name string) reply[*clerk.JWTTemplate] {
		in.Clock().Advance(time.Second)
		return from(templates.Create(ctx, &clerk.JWTTemplateCreateParams{Name: name, Claims: clerk.JSON(map[string]any{"aud": name})}))
	}
	first, second := create("first").must(t), create("second").must(t)
	if first.Lifetime != 60 || first.AllowedClockSkew != 5 || first.SigningAlgorithm != "RS256" || first.CustomSigningKey {
		t.Errorf("got %s, want Clerk's defaults", first.RawJSON())
	}
	name := func(j clerk.JWTTemplate) string { return j.Name }
	same(t, "newest first", page(t, from(templates.List(ctx, nil)), name), "second", "first")
	same(t, "second page", page(t, from(templates.List(ctx, &clerk.JWTTemplateListParams{Limit: clerk.Int64(1), Offset: clerk.Int64(1)})), name), "first")
	create("first").refused(t, 422, "form_identifier_exists")

	update := func(id string, params clerk.JWTTemplateUpdateParams) reply[*clerk.JWTTemplate] {
		in.Clock().Advance(time.Second)
		return from(templates.Update(ctx, id, &params))
	}
	update(second.ID, clerk.JWTTemplateUpdateParams{Name: "first", Claims: clerk.JSON(map[string]any{})}).refused(t, 422, "form_identifier_exists")
	changed := update(second.ID, clerk.JWTTemplateUpdateParams{Name: "second", Claims: clerk.JSON(map[string]any{"n": 1}), Lifetime: clerk.Int64(300)}).must(t)
	if changed.Lifetime != 300 || changed.AllowedClockSkew != 5 || string(changed.Claims) != `{"n":1}` || changed.UpdatedAt <= changed.CreatedAt {
		t.Errorf("got %s", changed.RawJSON())
	}
	update("jtmpl_none", clerk.JWTTemplateUpdateParams{Name: "x", Claims: clerk.JSON(map[string]any{})}).refused(t, 404, "resource_not_found")
	if got := from(templates.Delete(ctx, first.ID)).must(t); !got.Deleted || got.Object != "jwt_template" {
		t.Errorf("got %+v", got)
	}
	from(templates.Get(ctx, first.ID)).refused(t, 404, "resource_not_found")
	create("first").must(t)
}

func TestJWTTemplates_Refusals(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	for body, code := range map[string]string{
		`{"name":"has space","claims":{}}`:                                                                 "form_param_format_invalid",
		`{"name":"x","claims":[]}`:                                                                         "form_param_type_invalid",
		`{"name":"x","claims":{"sub":"me"}}`:                                                               "jwt_template_reserved_claim",
		`{"name":"x","claims":{},"lifetime":29}`:                                                           "form_param_value_invalid",
		`{"name":"x","claims":{},"allowed_clock_skew":301}`:                                                "form_param_value_invalid",
		`{"name":"x","claims":{},"custom_signing_key":true,"signing_key":"secret"}`:                        "form_param_missing",
		`{"name":"x","claims":{},"custom_signing_key":true,"signing_algorithm":"HS256"}`:                   "form_param_missing",
		`{"name":"x","claims":{},"custom_signing_key":true,"signing_algorithm":"RS256","signing_key":"x"}`: "form_param_value_invalid",
		`{"name":"x","claims":{},"custom_signing_key":true,"signing_algorithm":"none","signing_key":"x"}`:  "form_param_value_invalid",
	} {
		t.Run(body, func(t *testing.T) {
			refused(t, send(t, in, "POST", "/jwt_templates", body), 422, code)
		})
	}
	if got := must(t, in, "GET", "/jwt_templates?paginated=true", "").object["total_count"]; got != 0.0 {
		t.Errorf("got %v templates after the refusals, want 0", got)
	}
}

func TestJWTTemplates_CustomKey(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	made := from(client.JWTTemplates.Create(ctx, &clerk.JWTTemplateCreateParams{
		Name: "shared", Claims: clerk.JSON(map[string]any{"role": "{{user.public_metadata.role}}"}), Lifetime: clerk.Int64(120),
		CustomSigningKey: clerk.Bool(true), SigningAlgorithm: clerk.String("HS256"), SigningKey: clerk.String("a shared secret of some length"),
	})).must(t)
	u := in.CreateUser(clerktest.User{PublicMetadata: map[string]any{"role": "chief"}})
	session := in.CreateSession(u.ID, "")
	mint := func() string {
		return from(client.Sessions.CreateTokenFromTemplate(ctx, session, "shared", nil)).must(t).JWT
	}
	token := mint()
	if got := claimsOf(t, token, 0)["alg"]; got != "HS256" {
		t.Errorf("got algorithm %v, want HS256", got)
	}
	claims := claimsOf(t, token, 1)
	if claims["role"] != "chief" || claims["exp"].(float64)-claims["iat"].(float64) != 120 {
		t.Errorf("got %v", claims)
	}
	back := from(client.JWTTemplates.Update(ctx, made.ID, &clerk.JWTTemplateUpdateParams{Name: "shared", Claims: clerk.JSON(map[string]any{}), CustomSigningKey: clerk.Bool(false)})).must(t)
	if back.CustomSigningKey || back.SigningAlgorithm != "RS256" || claimsOf(t, mint(), 0)["alg"] != "RS256" {
		t.Errorf("got %s, want the instance's own key again", back.RawJSON())
	}
}
