package main

import (
	"time"

	clerk "github.com/clerkgo/clerk-go/core"
)

func (t *coreVisitor) organizations() {
	ctx, orgs := t.ctx, t.client.Organizations
	t.org = must(t.tour, "create an organization", func() (*clerk.Organization, error) {
		return orgs.Create(ctx, &clerk.OrganizationCreateParams{Name: "Core Inc", CreatedBy: clerk.String(t.user.ID)})
	})
	id := t.org.ID
	t.step("get, list, update, metadata, logo", func() error {
		return all(
			func() error { return second(orgs.Get(ctx, t.org.Slug, nil)) },
			func() error {
				return second(orgs.List(ctx, &clerk.OrganizationListParams{OrderBy: clerk.String("-name")}))
			},
			func() error {
				return second(orgs.Update(ctx, id, &clerk.OrganizationUpdateParams{Name: clerk.String("Core Ltd")}))
			},
			func() error {
				return second(orgs.UpdateMetadata(ctx, id, &clerk.OrganizationUpdateMetadataParams{PublicMetadata: clerk.JSON(map[string]any{"a": 1})}))
			},
			func() error { return second(orgs.SetLogo(ctx, id, &clerk.OrganizationSetLogoParams{File: gif()})) },
			func() error { return second(orgs.DeleteLogo(ctx, id)) },
		)
	})
	t.step("memberships", func() error {
		members := t.client.OrganizationMemberships
		other, err := t.client.Users.Create(ctx, &clerk.UserCreateParams{EmailAddress: clerk.Set([]string{"member@example.com"}), SkipPasswordRequirement: clerk.Bool(true)})
		if err != nil {
			return err
		}
		return all(
			func() error {
				return second(members.Create(ctx, id, &clerk.OrganizationMembershipCreateParams{UserID: other.ID, Role: "org:member"}))
			},
			func() error {
				return second(members.Update(ctx, id, other.ID, &clerk.OrganizationMembershipUpdateParams{Role: "org:admin"}))
			},
			func() error { return second(members.List(ctx, id, nil)) },
			func() error { return second(members.ListForInstance(ctx, nil)) },
			func() error { return second(t.client.Users.ListOrganizationMemberships(ctx, other.ID, nil)) },
			func() error { return second(members.Delete(ctx, id, other.ID)) },
		)
	})
}

func (t *coreVisitor) organizationParts() {
	ctx, id := t.ctx, t.org.ID
	t.step("organization invitations", func() error {
		invites := t.client.OrganizationInvitations
		made, err := invites.Create(ctx, id, &clerk.OrganizationInvitationCreateParams{EmailAddress: "guest-core@example.com", Role: "org:member"})
		if err != nil {
			return err
		}
		return all(
			func() error { return second(invites.Get(ctx, id, made.ID)) },
			func() error { return second(invites.List(ctx, id, nil)) },
			func() error { return second(invites.ListForInstance(ctx, nil)) },
			func() error {
				return second(invites.BulkCreate(ctx, id, []clerk.OrganizationInvitationCreateParams{{EmailAddress: "bulk-core@example.com", Role: "org:member"}}))
			},
			func() error { return second(invites.Revoke(ctx, id, made.ID, nil)) },
		)
	})
	t.step("organization domains", func() error {
		domains := t.client.OrganizationDomains
		made, err := domains.Create(ctx, id, &clerk.OrganizationDomainCreateParams{Name: clerk.String("core.example")})
		if err != nil {
			return err
		}
		return all(
			func() error { return second(domains.VerifyOwnership(ctx, id, made.ID)) },
			func() error { return second(domains.List(ctx, id, nil)) },
			func() error { return second(domains.Delete(ctx, id, made.ID)) },
		)
	})
	t.step("roles and permissions", func() error {
		roles, permissions := t.client.OrganizationRoles, t.client.OrganizationPermissions
		p, err := permissions.Create(ctx, &clerk.OrganizationPermissionCreateParams{Name: "Read", Key: "org:core:read"})
		if err != nil {
			return err
		}
		r, err := roles.Create(ctx, &clerk.OrganizationRoleCreateParams{Name: "Reader", Key: "org:reader"})
		if err != nil {
			return err
		}
		return all(
			func() error { return second(roles.AssignPermission(ctx, r.ID, p.ID)) },
			func() error { return second(roles.RemovePermission(ctx, r.ID, p.ID)) },
			func() error { return second(roles.List(ctx, nil)) },
			func() error { return second(permissions.List(ctx, nil)) },
			func() error { return second(roles.Delete(ctx, r.ID)) },
			func() error { return second(permissions.Delete(ctx, p.ID)) },
		)
	})
}

func (t *coreVisitor) admission() {
	ctx := t.ctx
	t.step("invitation that expires", func() error {
		made, err := t.client.Invitations.Create(ctx, &clerk.InvitationCreateParams{EmailAddress: "late@example.com", ExpiresInDays: clerk.Int64(1)})
		if err != nil {
			return err
		}
		t.in.Clock().Advance(25 * time.Hour)
		defer t.in.Clock().Reset()
		list, err := t.client.Invitations.List(ctx, &clerk.InvitationListParams{Status: clerk.Set(clerk.InvitationStatusExpired)})
		if err != nil {
			return err
		}
		return expect(len(list.Data) == 1 && list.Data[0].ID == made.ID, "the expired invitation")
	})
	t.step("lists and waitlist", func() error {
		return all(
			func() error {
				return second(t.client.AllowlistIdentifiers.Create(ctx, &clerk.AllowlistIdentifierCreateParams{Identifier: "*@core.example"}))
			},
			func() error { return second(t.client.AllowlistIdentifiers.List(ctx, nil)) },
			func() error {
				return second(t.client.BlocklistIdentifiers.Create(ctx, &clerk.BlocklistIdentifierCreateParams{Identifier: "bad@core.example"}))
			},
			func() error { return second(t.client.BlocklistIdentifiers.List(ctx)) },
			func() error {
				return second(t.client.WaitlistEntries.Create(ctx, &clerk.WaitlistEntryCreateParams{EmailAddress: "wait-core@example.com"}))
			},
			func() error { return second(t.client.WaitlistEntries.List(ctx, nil)) },
		)
	})
}

func (t *coreVisitor) tokens() {
	ctx := t.ctx
	t.step("sign-in, actor, testing tokens, agent tasks", func() error {
		return all(
			func() error {
				return second(t.client.SignInTokens.Create(ctx, &clerk.SignInTokenCreateParams{UserID: t.user.ID}))
			},
			func() error {
				return second(t.client.ActorTokens.Create(ctx, &clerk.ActorTokenCreateParams{UserID: t.user.ID, Actor: clerk.JSON(map[string]any{"sub": "user_support"})}))
			},
			func() error { return second(t.client.TestingTokens.Create(ctx)) },
			func() error {
				return second(t.client.AgentTasks.Create(ctx, &clerk.AgentTaskCreateParams{
					OnBehalfOf: clerk.AgentTaskOnBehalfOf{UserID: clerk.String(t.user.ID)}, Permissions: "*", AgentName: "agent",
					TaskDescription: "task", RedirectURL: "https://app.example.com/",
				}))
			},
		)
	})
	t.step("API keys", func() error {
		keys := t.client.APIKeys
		made, err := keys.Create(ctx, &clerk.APIKeyCreateParams{Name: "core key", Subject: t.user.ID})
		if err != nil {
			return err
		}
		return all(
			func() error { return second(keys.Get(ctx, made.ID)) },
			func() error { return second(keys.List(ctx, &clerk.APIKeyListParams{Subject: t.user.ID})) },
			func() error { return second(keys.Revoke(ctx, made.ID, nil)) },
			func() error { return second(keys.Delete(ctx, made.ID)) },
		)
	})
}

func (t *coreVisitor) machines() {
	ctx, machines := t.ctx, t.client.Machines
	t.step("machines and M2M tokens, opaque and JWT", func() error {
		made, err := machines.Create(ctx, &clerk.MachineCreateParams{Name: "core machine"})
		if err != nil {
			return err
		}
		secret, err := machines.GetSecretKey(ctx, made.ID)
		if err != nil {
			return err
		}
		own := clerk.WithSecretKey(secret.Secret)
		token, err := t.client.M2MTokens.Create(ctx, &clerk.M2MTokenCreateParams{SecondsUntilExpiration: clerk.Int64(60)}, own)
		if err != nil {
			return err
		}
		return all(
			func() error {
				return second(t.client.M2MTokens.Create(ctx, &clerk.M2MTokenCreateParams{TokenFormat: clerk.Set(clerk.M2MTokenFormatJWT)}, own))
			},
			func() error { return second(t.client.M2MTokens.List(ctx, &clerk.M2MTokenListParams{Subject: made.ID})) },
			func() error { return second(t.client.M2MTokens.Revoke(ctx, token.ID, nil)) },
			func() error {
				return second(machines.RotateSecretKey(ctx, made.ID, &clerk.MachineRotateSecretKeyParams{PreviousTokenTTL: 0}))
			},
			func() error { return second(machines.List(ctx, nil)) },
			func() error { return second(machines.Delete(ctx, made.ID)) },
		)
	})
}

func (t *coreVisitor) settings() {
	ctx := t.ctx
	t.step("instance, domains, redirect URLs, OAuth applications", func() error {
		return all(
			func() error { return second(t.client.Instance.Get(ctx)) },
			func() error { return second(t.client.Instance.GetOrganizationSettings(ctx)) },
			func() error { return second(t.client.Instance.GetProtect(ctx)) },
			func() error { return second(t.client.Instance.GetCommunication(ctx)) },
			func() error { return second(t.client.Instance.GetOAuthApplicationSettings(ctx)) },
			func() error { return second(t.client.Domains.List(ctx)) },
			func() error {
				return second(t.client.RedirectURLs.Create(ctx, &clerk.RedirectURLCreateParams{URL: "https://core.example/cb"}))
			},
			func() error {
				return second(t.client.OAuthApplications.Create(ctx, &clerk.OAuthApplicationCreateParams{
					Name: "core app", RedirectURIs: clerk.Set([]string{"https://core.example/cb"}),
				}))
			},
			func() error { return second(t.client.OAuthApplications.List(ctx, nil)) },
			func() error { return second(t.client.Webhooks.CreateSvixApp(ctx)) },
		)
	})
}
