package main

import (
	"strings"

	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
)

// rest are the operations that no other part of the tour is about.
func (t *coreVisitor) rest() {
	ctx, client := t.ctx, t.client
	t.step("sign-ups", func() error {
		made := t.in.CreateSignUp(clerktest.SignUp{Email: "signing-up@example.com", Phone: "+15555550177"})
		update := func() error {
			return second(client.SignUps.Update(ctx, made.ID, &clerk.SignUpUpdateParams{ExternalID: clerk.String("core-1"), CustomAction: clerk.Bool(true)}))
		}
		return all(
			update,
			func() error {
				t.in.CompleteSignUp(made.ID)
				s, err := client.SignUps.Get(ctx, made.ID)
				if err != nil {
					return err
				}
				return expect(s.Status == "complete" && s.CreatedUserID != nil, "a complete sign-up")
			},
			func() error { return expect(update() != nil, "a refusal to change a complete sign-up") },
		)
	})
	t.step("what people do themselves", func() error {
		browser := t.in.NewBrowser()
		t.in.SignInBrowser(browser, t.user.ID)
		t.in.SignOutBrowser(browser)
		t.in.RequireTasks(t.in.CreateSession(t.user.ID, ""), "choose-organization")
		invited, err := client.OrganizationInvitations.Create(ctx, t.org.ID, &clerk.OrganizationInvitationCreateParams{EmailAddress: "accepts@core.example", Role: "org:member"})
		if err != nil {
			return err
		}
		return second(t.in.Redeem(clerk.Value(invited.URL)))
	})
	t.step("links to the admin portal", func() error {
		made, err := client.AdminPortalLinkTokens.Create(ctx, &clerk.AdminPortalLinkTokenCreateParams{OrganizationID: clerk.String(t.org.ID)})
		if err != nil {
			return err
		}
		return second(client.AdminPortalLinkTokens.Revoke(ctx, made.ID, nil))
	})
	t.step("interstitial", func() error {
		page, err := client.Miscellaneous.GetInterstitial(ctx, &clerk.MiscellaneousGetInterstitialParams{PublishableKey: clerk.String(t.in.PublishableKey())})
		if err != nil {
			return err
		}
		return expect(strings.Contains(page, "</html>"), "a page")
	})
	t.step("domain of a production instance", func() error {
		t.in.SetProduction(true)
		defer t.in.SetProduction(false)
		return all(
			func() error {
				return client.Instance.ChangeDomain(ctx, &clerk.InstanceChangeDomainParams{HomeURL: clerk.String("https://www.core.example")})
			},
			func() error {
				return client.BetaFeatures.UpdateDomain(ctx, &clerk.BetaFeaturesUpdateDomainParams{HomeURL: clerk.String("https://core.example")})
			},
			func() error { return second(client.Domains.List(ctx)) },
		)
	})
}
