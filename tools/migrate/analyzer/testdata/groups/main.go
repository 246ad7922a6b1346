// Command groups calls each group of the API once.
package main

import (
	"context"
	"encoding/json"
	"log"
	"os"

	"github.com/clerk/clerk-sdk-go/v2"
	"github.com/clerk/clerk-sdk-go/v2/actortoken"
	"github.com/clerk/clerk-sdk-go/v2/allowlistidentifier"
	"github.com/clerk/clerk-sdk-go/v2/apikey"
	"github.com/clerk/clerk-sdk-go/v2/billing"
	"github.com/clerk/clerk-sdk-go/v2/blocklistidentifier"
	clerkclient "github.com/clerk/clerk-sdk-go/v2/client"
	"github.com/clerk/clerk-sdk-go/v2/domain"
	"github.com/clerk/clerk-sdk-go/v2/emailaddress"
	"github.com/clerk/clerk-sdk-go/v2/instancesettings"
	"github.com/clerk/clerk-sdk-go/v2/invitation"
	"github.com/clerk/clerk-sdk-go/v2/jwks"
	"github.com/clerk/clerk-sdk-go/v2/jwttemplate"
	"github.com/clerk/clerk-sdk-go/v2/m2m_token"
	"github.com/clerk/clerk-sdk-go/v2/machine"
	"github.com/clerk/clerk-sdk-go/v2/machinescope"
	"github.com/clerk/clerk-sdk-go/v2/oauthapplication"
	"github.com/clerk/clerk-sdk-go/v2/organization"
	"github.com/clerk/clerk-sdk-go/v2/organizationdomain"
	"github.com/clerk/clerk-sdk-go/v2/organizationinvitation"
	"github.com/clerk/clerk-sdk-go/v2/organizationmembership"
	"github.com/clerk/clerk-sdk-go/v2/organizationpermission"
	"github.com/clerk/clerk-sdk-go/v2/organizationrole"
	"github.com/clerk/clerk-sdk-go/v2/phonenumber"
	"github.com/clerk/clerk-sdk-go/v2/proxycheck"
	"github.com/clerk/clerk-sdk-go/v2/redirecturl"
	"github.com/clerk/clerk-sdk-go/v2/roleset"
	"github.com/clerk/clerk-sdk-go/v2/samlconnection"
	"github.com/clerk/clerk-sdk-go/v2/session"
	"github.com/clerk/clerk-sdk-go/v2/signintoken"
	"github.com/clerk/clerk-sdk-go/v2/svixwebhook"
	"github.com/clerk/clerk-sdk-go/v2/template"
	"github.com/clerk/clerk-sdk-go/v2/testingtoken"
	"github.com/clerk/clerk-sdk-go/v2/user"
	"github.com/clerk/clerk-sdk-go/v2/waitlistentry"
)

func main() {
	clerk.SetKey(os.Getenv("CLERK_SECRET_KEY"))
	ctx := context.Background()
	for name, err := range map[string]error{
		"people": people(ctx), "organizations": organizations(ctx), "machines": machines(ctx), "instance": instance(ctx),
	} {
		if err != nil {
			log.Fatal(name, ": ", err)
		}
	}
}

func people(ctx context.Context) error {
	password := os.Getenv("PASSWORD")
	created, err := user.Create(ctx, &user.CreateParams{
		EmailAddresses: &[]string{"ada@example.com"}, Password: &password, FirstName: clerk.String("Ada"),
		PublicMetadata: clerk.JSONRawMessage(json.RawMessage(`{"plan":"pro"}`)),
	})
	if err != nil {
		return err
	}
	params := user.UpdateParams{LastName: clerk.String("Lovelace")}
	params.Username = clerk.String("ada")
	user.Update(ctx, created.ID, &params)
	user.Ban(ctx, created.ID)
	list, err := user.List(ctx, &user.ListParams{
		ListParams: clerk.ListParams{Limit: clerk.Int64(10)},
		UserIDs:    []string{created.ID},
	})
	if err != nil {
		return err
	}
	log.Print(len(list.Users))
	user.Count(ctx, &user.ListParams{Query: clerk.String("ada")})
	user.DeleteExternalAccount(ctx, &user.DeleteExternalAccountParams{UserID: created.ID, ID: "eac_1"})
	user.VerifyPassword(ctx, &user.VerifyPasswordParams{UserID: created.ID, Password: "guess"})
	emailaddress.Create(ctx, &emailaddress.CreateParams{UserID: clerk.String(created.ID), EmailAddress: clerk.String("ada@example.org")})
	phonenumber.Delete(ctx, "idn_1")
	session.Revoke(ctx, &session.RevokeParams{ID: "sess_1"})
	session.List(ctx, &session.ListParams{UserID: clerk.String(created.ID)})
	clerkclient.Get(ctx, "client_1")
	signintoken.Create(ctx, &signintoken.CreateParams{UserID: clerk.String(created.ID)})
	actortoken.Revoke(ctx, "act_1")
	testingtoken.Create(ctx)
	invitation.Create(ctx, &invitation.CreateParams{EmailAddress: "bob@example.com", Notify: clerk.Bool(false)})
	waitlistentry.Create(ctx, &waitlistentry.CreateParams{EmailAddress: "eve@example.com"})
	_, err = user.Delete(ctx, created.ID)
	return err
}

func organizations(ctx context.Context) error {
	org, err := organization.Create(ctx, &organization.CreateParams{Name: clerk.String("Acme"), CreatedBy: clerk.String("user_1")})
	if err != nil {
		return err
	}
	organization.Get(ctx, org.ID)
	organizationmembership.Delete(ctx, &organizationmembership.DeleteParams{OrganizationID: org.ID, UserID: "user_1"})
	organizationmembership.List(ctx, &organizationmembership.ListParams{OrganizationID: org.ID, Roles: []string{"org:admin"}})
	organizationinvitation.Revoke(ctx, &organizationinvitation.RevokeParams{OrganizationID: org.ID, ID: "orginv_1"})
	organizationdomain.Delete(ctx, &organizationdomain.DeleteParams{OrganizationID: org.ID, DomainID: "orgdmn_1"})
	organizationrole.Get(ctx, "role_1")
	organizationpermission.Get(ctx, "perm_1")
	roleset.Get(ctx, "role_set:default")
	_, err = samlconnection.Create(ctx, &samlconnection.CreateParams{
		Name: clerk.String("Acme"), Domain: clerk.String("acme.com"), Provider: clerk.String("saml_okta"), IdpEntityID: clerk.String("urn:acme"),
	})
	return err
}

func machines(ctx context.Context) error {
	made, err := machine.Create(ctx, &machine.CreateParams{Name: "worker"})
	if err != nil {
		return err
	}
	machinescope.DeleteScope(ctx, made.ID, "mch_2")
	m2m_token.Verify(ctx, &m2m_token.VerifyParams{Token: "mt_1"})
	apikey.Create(ctx, &apikey.CreateParams{Name: clerk.String("ci"), Subject: clerk.String("user_1")})
	_, err = oauthapplication.Get(ctx, "oa_1")
	return err
}

func instance(ctx context.Context) error {
	instancesettings.Update(ctx, &instancesettings.UpdateParams{SupportEmail: clerk.String("help@example.com")})
	allowlistidentifier.Create(ctx, &allowlistidentifier.CreateParams{Identifier: clerk.String("*@acme.com")})
	blocklistidentifier.Delete(ctx, "blid_1")
	billing.CancelSubscriptionItem(ctx, "subi_1", &billing.CancelSubscriptionItemParams{EndNow: clerk.Bool(true)})
	domain.Delete(ctx, "dmn_1")
	jwks.Get(ctx, &jwks.GetParams{})
	jwttemplate.Delete(ctx, "jtmp_1")
	proxycheck.Create(ctx, &proxycheck.CreateParams{DomainID: clerk.String("dmn_1"), ProxyURL: clerk.String("https://acme.com/__clerk")})
	redirecturl.Create(ctx, &redirecturl.CreateParams{URL: clerk.String("https://acme.com")})
	svixwebhook.Create(ctx)
	_, err := template.Get(ctx, &template.GetParams{TemplateType: clerk.TemplateTypeEmail, Slug: "invitation"})
	return err
}
