package main

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	sdk "github.com/clerk/clerk-sdk-go/v2"
	"github.com/clerk/clerk-sdk-go/v2/actortoken"
	"github.com/clerk/clerk-sdk-go/v2/allowlistidentifier"
	"github.com/clerk/clerk-sdk-go/v2/blocklistidentifier"
	"github.com/clerk/clerk-sdk-go/v2/client"
	"github.com/clerk/clerk-sdk-go/v2/domain"
	"github.com/clerk/clerk-sdk-go/v2/emailaddress"
	"github.com/clerk/clerk-sdk-go/v2/instancesettings"
	"github.com/clerk/clerk-sdk-go/v2/invitation"
	"github.com/clerk/clerk-sdk-go/v2/jwks"
	"github.com/clerk/clerk-sdk-go/v2/jwt"
	"github.com/clerk/clerk-sdk-go/v2/jwttemplate"
	"github.com/clerk/clerk-sdk-go/v2/machine"
	"github.com/clerk/clerk-sdk-go/v2/oauthapplication"
	"github.com/clerk/clerk-sdk-go/v2/organization"
	"github.com/clerk/clerk-sdk-go/v2/organizationinvitation"
	"github.com/clerk/clerk-sdk-go/v2/organizationmembership"
	"github.com/clerk/clerk-sdk-go/v2/phonenumber"
	"github.com/clerk/clerk-sdk-go/v2/redirecturl"
	"github.com/clerk/clerk-sdk-go/v2/session"
	"github.com/clerk/clerk-sdk-go/v2/signintoken"
	"github.com/clerk/clerk-sdk-go/v2/testingtoken"
	"github.com/clerk/clerk-sdk-go/v2/user"
	"github.com/clerk/clerk-sdk-go/v2/waitlistentry"

	"github.com/clerkgo/clerk-go/clerktest"
)

// sdkGoTour drives the official Go SDK, unmodified, against a local Clerk.
func sdkGoTour(ctx context.Context, in *clerktest.Instance) (*tour, error) {
	config := &sdk.ClientConfig{BackendConfig: sdk.BackendConfig{
		HTTPClient: http.DefaultClient, URL: sdk.String(in.URL() + "/v1"), Key: sdk.String(in.SecretKey()),
	}}
	t := &tour{name: "clerk-sdk-go"}
	u := sdkGoUsers(ctx, t, config)
	sdkGoSessions(ctx, t, config, u)
	sdkGoOrganizations(ctx, t, config, u)
	sdkGoAdmission(ctx, t, config)
	sdkGoTokens(ctx, t, config, u)
	sdkGoInstance(ctx, t, config)
	sdkGoBilling(ctx, t, config, in)
	t.step("delete the user", func() error {
		deleted, err := user.NewClient(config).Delete(ctx, u.ID)
		if err != nil {
			return err
		}
		return expect(deleted.Deleted && deleted.ID == u.ID, "the deleted object names the user")
	})
	return t, nil
}

func sdkGoUsers(ctx context.Context, t *tour, config *sdk.ClientConfig) *sdk.User {
	users := user.NewClient(config)
	u := must(t, "create a user", func() (*sdk.User, error) {
		return users.Create(ctx, &user.CreateParams{
			EmailAddresses: &[]string{"sdkgo@example.com"}, Password: sdk.String("correct horse battery"),
			FirstName: sdk.String("Ada"), PublicMetadata: sdk.JSONRawMessage(json.RawMessage(`{"a":{"b":1,"c":2}}`)),
		})
	})
	t.step("get it", func() error {
		got, err := users.Get(ctx, u.ID)
		if err != nil {
			return err
		}
		return expect(got.ID == u.ID && got.FirstName != nil && *got.FirstName == "Ada", "the stored user")
	})
	t.step("merge metadata", func() error {
		got, err := users.UpdateMetadata(ctx, u.ID, &user.UpdateMetadataParams{
			PublicMetadata: sdk.JSONRawMessage(json.RawMessage(`{"a":{"b":null,"d":3}}`)),
		})
		if err != nil {
			return err
		}
		return expect(sameJSON(got.PublicMetadata, `{"a":{"c":2,"d":3}}`), "a deep merge with null deleting")
	})
	t.step("update it", func() error {
		got, err := users.Update(ctx, u.ID, &user.UpdateParams{LastName: sdk.String("Lovelace")})
		if err != nil {
			return err
		}
		return expect(got.LastName != nil && *got.LastName == "Lovelace", "the new last name")
	})
	t.step("list users", func() error {
		list, err := users.List(ctx, &user.ListParams{EmailAddresses: []string{"sdkgo@example.com"}})
		if err != nil {
			return err
		}
		return expect(len(list.Users) == 1 && list.Users[0].ID == u.ID, "the one user")
	})
	t.step("count users", func() error {
		count, err := users.Count(ctx, &user.ListParams{})
		if err != nil {
			return err
		}
		return expect(count.TotalCount >= 1, "a count")
	})
	t.step("verify the password", func() error {
		got, err := users.VerifyPassword(ctx, &user.VerifyPasswordParams{UserID: u.ID, Password: "correct horse battery"})
		if err != nil {
			return err
		}
		return expect(got.Verified, "verified")
	})
	for _, verb := range []struct {
		name string
		call func(context.Context, string) (*sdk.User, error)
	}{{"ban", users.Ban}, {"unban", users.Unban}, {"lock", users.Lock}, {"unlock", users.Unlock}} {
		t.step(verb.name+" the user", func() error { _, err := verb.call(ctx, u.ID); return err })
	}
	sdkGoIdentifiers(ctx, t, config, u)
	return u
}

func sdkGoIdentifiers(ctx context.Context, t *tour, config *sdk.ClientConfig, u *sdk.User) {
	emails, phones := emailaddress.NewClient(config), phonenumber.NewClient(config)
	email := must(t, "add an email address", func() (*sdk.EmailAddress, error) {
		return emails.Create(ctx, &emailaddress.CreateParams{
			UserID: sdk.String(u.ID), EmailAddress: sdk.String("second@example.com"), Verified: sdk.Bool(true),
		})
	})
	t.step("get the email address", func() error { _, err := emails.Get(ctx, email.ID); return err })
	t.step("make it primary", func() error {
		_, err := emails.Update(ctx, email.ID, &emailaddress.UpdateParams{Primary: sdk.Bool(true)})
		return err
	})
	phone := must(t, "add a phone number", func() (*sdk.PhoneNumber, error) {
		return phones.Create(ctx, &phonenumber.CreateParams{
			UserID: sdk.String(u.ID), PhoneNumber: sdk.String("+15555550123"), Verified: sdk.Bool(true),
		})
	})
	t.step("delete the phone number", func() error { _, err := phones.Delete(ctx, phone.ID); return err })
}

func sdkGoSessions(ctx context.Context, t *tour, config *sdk.ClientConfig, u *sdk.User) {
	sessions := session.NewClient(config)
	s := must(t, "create a session", func() (*sdk.Session, error) {
		return sessions.Create(ctx, &session.CreateParams{UserID: u.ID})
	})
	t.step("mint and verify a session token", func() error {
		token, err := sessions.CreateToken(ctx, &session.CreateTokenParams{ID: s.ID})
		if err != nil {
			return err
		}
		claims, err := jwt.Verify(ctx, &jwt.VerifyParams{Token: token.JWT, JWKSClient: jwks.NewClient(config)})
		if err != nil && !strings.Contains(err.Error(), "issuer") { // the SDK wants https issuers of Clerk's own domains
			return err
		}
		return expect(err != nil || claims.Subject == u.ID, "the user's id as subject")
	})
	t.step("get the session", func() error { _, err := sessions.Get(ctx, s.ID); return err })
	t.step("list sessions", func() error {
		list, err := sessions.List(ctx, &session.ListParams{UserID: sdk.String(u.ID)})
		if err != nil {
			return err
		}
		return expect(list.TotalCount == 1, "one session")
	})
	t.step("get the client of the session", func() error {
		_, err := client.NewClient(config).Get(ctx, s.ClientID)
		return err
	})
	t.step("revoke the session", func() error {
		got, err := sessions.Revoke(ctx, &session.RevokeParams{ID: s.ID})
		if err != nil {
			return err
		}
		return expect(got.Status == "revoked", "status revoked")
	})
}

func sdkGoOrganizations(ctx context.Context, t *tour, config *sdk.ClientConfig, u *sdk.User) {
	orgs, members, invites := organization.NewClient(config), organizationmembership.NewClient(config), organizationinvitation.NewClient(config)
	org := must(t, "create an organization", func() (*sdk.Organization, error) {
		return orgs.Create(ctx, &organization.CreateParams{Name: sdk.String("Acme"), Slug: sdk.String("acme-sdkgo"), CreatedBy: sdk.String(u.ID)})
	})
	t.step("get it by slug", func() error {
		got, err := orgs.Get(ctx, "acme-sdkgo")
		if err != nil {
			return err
		}
		return expect(got.ID == org.ID, "the same organization")
	})
	t.step("list organizations", func() error {
		list, err := orgs.List(ctx, &organization.ListParams{})
		if err != nil {
			return err
		}
		return expect(list.TotalCount >= 1, "at least one")
	})
	t.step("update the organization", func() error {
		_, err := orgs.Update(ctx, org.ID, &organization.UpdateParams{Name: sdk.String("Acme Inc.")})
		return err
	})
	t.step("the creator is an admin", func() error {
		list, err := members.List(ctx, &organizationmembership.ListParams{OrganizationID: org.ID})
		if err != nil {
			return err
		}
		return expect(list.TotalCount == 1 && list.OrganizationMemberships[0].Role == "org:admin", "one admin")
	})
	t.step("invite to the organization and revoke", func() error {
		invited, err := invites.Create(ctx, &organizationinvitation.CreateParams{
			OrganizationID: org.ID, EmailAddress: sdk.String("guest@example.com"), Role: sdk.String("org:member"), InviterUserID: sdk.String(u.ID),
		})
		if err != nil {
			return err
		}
		_, err = invites.Revoke(ctx, &organizationinvitation.RevokeParams{
			OrganizationID: org.ID, ID: invited.ID, RequestingUserID: sdk.String(u.ID),
		})
		return err
	})
	t.step("list the user's memberships", func() error {
		list, err := user.NewClient(config).ListOrganizationMemberships(ctx, u.ID, &user.ListOrganizationMembershipsParams{})
		if err != nil {
			return err
		}
		return expect(list.TotalCount == 1, "one membership")
	})
	t.step("delete the organization", func() error { _, err := orgs.Delete(ctx, org.ID); return err })
}

func sdkGoAdmission(ctx context.Context, t *tour, config *sdk.ClientConfig) {
	t.step("invite, list, revoke", func() error {
		invites := invitation.NewClient(config)
		created, err := invites.Create(ctx, &invitation.CreateParams{EmailAddress: "invited@example.com"})
		if err != nil {
			return err
		}
		list, err := invites.List(ctx, &invitation.ListParams{})
		if err != nil {
			return err
		}
		if list.TotalCount != 1 {
			return expect(false, "one invitation")
		}
		_, err = invites.Revoke(ctx, created.ID)
		return err
	})
	t.step("allow-list", func() error {
		c := allowlistidentifier.NewClient(config)
		created, err := c.Create(ctx, &allowlistidentifier.CreateParams{Identifier: sdk.String("*@example.com"), Notify: sdk.Bool(false)})
		if err != nil {
			return err
		}
		if _, err := c.List(ctx, &allowlistidentifier.ListParams{}); err != nil {
			return err
		}
		_, err = c.Delete(ctx, created.ID)
		return err
	})
	t.step("block-list", func() error {
		c := blocklistidentifier.NewClient(config)
		created, err := c.Create(ctx, &blocklistidentifier.CreateParams{Identifier: sdk.String("bad@example.com")})
		if err != nil {
			return err
		}
		if _, err := c.List(ctx, &blocklistidentifier.ListParams{}); err != nil {
			return err
		}
		_, err = c.Delete(ctx, created.ID)
		return err
	})
	t.step("waitlist", func() error {
		c := waitlistentry.NewClient(config)
		if _, err := c.Create(ctx, &waitlistentry.CreateParams{EmailAddress: "wait@example.com"}); err != nil {
			return err
		}
		list, err := c.List(ctx, &waitlistentry.ListParams{})
		if err != nil {
			return err
		}
		return expect(list.TotalCount == 1, "one entry")
	})
}

func sdkGoTokens(ctx context.Context, t *tour, config *sdk.ClientConfig, u *sdk.User) {
	t.step("sign-in token", func() error {
		c := signintoken.NewClient(config)
		created, err := c.Create(ctx, &signintoken.CreateParams{UserID: sdk.String(u.ID)})
		if err != nil {
			return err
		}
		_, err = c.Revoke(ctx, created.ID)
		return err
	})
	t.step("actor token", func() error {
		c := actortoken.NewClient(config)
		created, err := c.Create(ctx, &actortoken.CreateParams{
			UserID: sdk.String(u.ID), Actor: json.RawMessage(`{"sub":"user_support"}`), ExpiresInSeconds: sdk.Int64(60),
		})
		if err != nil {
			return err
		}
		_, err = c.Revoke(ctx, created.ID)
		return err
	})
	t.step("testing token", func() error { _, err := testingtoken.NewClient(config).Create(ctx); return err })
	t.step("JWT template", func() error {
		c := jwttemplate.NewClient(config)
		created, err := c.Create(ctx, &jwttemplate.CreateParams{Name: sdk.String("sdkgo"), Claims: json.RawMessage(`{"aud":"x"}`)})
		if err != nil {
			return err
		}
		if _, err := c.List(ctx, &jwttemplate.ListParams{}); err != nil {
			return err
		}
		_, err = c.Delete(ctx, created.ID)
		return err
	})
	t.step("machine", func() error {
		c := machine.NewClient(config)
		created, err := c.Create(ctx, &machine.CreateParams{Name: "worker"})
		if err != nil {
			return err
		}
		if _, err := c.GetSecretKey(ctx, created.ID); err != nil {
			return err
		}
		_, err = c.Delete(ctx, created.ID)
		return err
	})
}

func sdkGoInstance(ctx context.Context, t *tour, config *sdk.ClientConfig) {
	t.step("redirect URL", func() error {
		c := redirecturl.NewClient(config)
		created, err := c.Create(ctx, &redirecturl.CreateParams{URL: sdk.String("https://app.example.com/callback")})
		if err != nil {
			return err
		}
		if _, err := c.List(ctx, &redirecturl.ListParams{}); err != nil {
			return err
		}
		_, err = c.Delete(ctx, created.ID)
		return err
	})
	t.step("domain", func() error {
		list, err := domain.NewClient(config).List(ctx, &domain.ListParams{})
		if err != nil {
			return err
		}
		return expect(list.TotalCount >= 1, "the primary domain")
	})
	t.step("instance settings", func() error {
		c := instancesettings.NewClient(config)
		if err := c.Update(ctx, &instancesettings.UpdateParams{TestMode: sdk.Bool(true)}); err != nil {
			return err
		}
		_, err := c.UpdateOrganizationSettings(ctx, &instancesettings.UpdateOrganizationSettingsParams{Enabled: sdk.Bool(true)})
		return err
	})
	t.step("OAuth application", func() error {
		c := oauthapplication.NewClient(config)
		created, err := c.Create(ctx, &oauthapplication.CreateParams{Name: "app", CallbackURL: "https://app.example.com/cb", Scopes: "profile email"})
		if err != nil {
			return err
		}
		if _, err := c.RotateClientSecret(ctx, created.ID); err != nil {
			return err
		}
		_, err = c.DeleteOAuthApplication(ctx, created.ID)
		return err
	})
}

func sameJSON(got json.RawMessage, want string) bool {
	var g, w any
	if json.Unmarshal(got, &g) != nil || json.Unmarshal([]byte(want), &w) != nil {
		return false
	}
	a, errA := json.Marshal(g)
	b, errB := json.Marshal(w)
	return errA == nil && errB == nil && string(a) == string(b)
}
