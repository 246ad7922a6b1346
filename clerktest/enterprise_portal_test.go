package clerktest_test

import (
	"regexp"
	"testing"
	"time"

	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
)

func TestAdminPortalLinkTokens(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	tokens := client.AdminPortalLinkTokens
	in.Clock().Freeze()
	org := in.CreateOrganization(clerktest.Organization{})
	made := from(tokens.Create(ctx, &clerk.AdminPortalLinkTokenCreateParams{
		OrganizationID: clerk.String(org.ID), ItContactID: clerk.String("it-1"), Scopes: clerk.Set([]string{"admin_portal:read"}), SecondsUntilExpiration: clerk.Int64(60),
	})).must(t)
	form := regexp.MustCompile(`^aplt_[0-9a-f]{32}$`)
	if !form.MatchString(made.ID) || !form.MatchString(made.Token) || made.Token == made.ID || made.InstanceID != in.ID() {
		t.Errorf("got id %q of form %s and a token of its own: %v", made.ID, form, form.MatchString(made.Token))
	}
	if *made.Expiration != clerk.NewTimestamp(in.Clock().Now().Add(time.Minute)) || made.Revoked || made.Expired || clerk.Value(made.OrganizationID) != org.ID {
		t.Errorf("got expiration %d, revoked %v, expired %v", *made.Expiration, made.Revoked, made.Expired)
	}
	plain := from(tokens.Create(ctx, nil)).must(t)
	if plain.Expiration.Time().Sub(plain.CreatedAt.Time()) != time.Hour || plain.Scopes != nil || plain.OrganizationID != nil {
		t.Errorf("got a lifetime of %d ms and scopes %v, want an hour and none", *plain.Expiration-plain.CreatedAt, plain.Scopes)
	}

	in.Clock().Advance(time.Minute)
	gone := from(tokens.Revoke(ctx, made.ID, &clerk.AdminPortalLinkTokenRevokeParams{RevocationReason: clerk.String("lost")})).must(t)
	if !gone.Revoked || clerk.Value(gone.RevocationReason) != "lost" || !gone.Expired || gone.Token != "" || gone.UpdatedAt <= gone.CreatedAt {
		t.Errorf("got revoked %v for %v, expired %v, token shown %v", gone.Revoked, gone.RevocationReason, gone.Expired, gone.Token != "")
	}
	from(tokens.Revoke(ctx, "aplt_none", nil)).refused(t, 404, "resource_not_found")
	for body, code := range map[string]string{
		`{"organization_id":"org_none"}`:       "resource_not_found",
		`{"scopes":[""]}`:                      "form_param_value_invalid",
		`{"it_contact_id":""}`:                 "form_param_value_invalid",
		`{"seconds_until_expiration":0}`:       "form_param_value_invalid",
		`{"seconds_until_expiration":86401}`:   "form_param_value_invalid",
		`{"seconds_until_expiration":"later"}`: "form_param_type_invalid",
	} {
		status := 422
		if code == "resource_not_found" {
			status = 404
		}
		refused(t, send(t, in, "POST", "/admin_portal_link_tokens", body), status, code)
	}
}
