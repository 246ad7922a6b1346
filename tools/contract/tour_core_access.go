package main

import (
	"errors"

	clerk "github.com/clerkgo/clerk-go/core"
)

// access are the operations on keys, machines and applications that exist already.
func (t *coreVisitor) access() {
	ctx, client := t.ctx, t.client
	t.step("an API key changes and verifies", func() error {
		made, err := client.APIKeys.Create(ctx, &clerk.APIKeyCreateParams{Name: "second key", Subject: t.user.ID})
		if err != nil {
			return err
		}
		secret, err := client.APIKeys.GetSecret(ctx, made.ID)
		if err != nil {
			return err
		}
		return all(
			func() error {
				return second(client.APIKeys.Update(ctx, made.ID, &clerk.APIKeyUpdateParams{Scopes: clerk.Set([]string{"read"})}))
			},
			func() error {
				return second(client.APIKeys.Verify(ctx, &clerk.APIKeyVerifyParams{Secret: secret.Secret}))
			},
		)
	})
	t.step("an agent task is revoked", func() error {
		task, err := client.AgentTasks.Create(ctx, &clerk.AgentTaskCreateParams{
			OnBehalfOf: clerk.AgentTaskOnBehalfOf{UserID: clerk.String(t.user.ID)}, Permissions: "*", AgentName: "agent",
			TaskDescription: "task", RedirectURL: "https://app.example.com/",
		})
		if err != nil {
			return err
		}
		return second(client.AgentTasks.Revoke(ctx, task.AgentTaskID))
	})
	t.step("two machines and their scope", func() error {
		machines := client.Machines
		from, err := machines.Create(ctx, &clerk.MachineCreateParams{Name: "caller"})
		if err != nil {
			return err
		}
		to, err := machines.Create(ctx, &clerk.MachineCreateParams{Name: "called"})
		if err != nil {
			return err
		}
		secret, err := machines.GetSecretKey(ctx, from.ID)
		if err != nil {
			return err
		}
		token, err := client.M2MTokens.Create(ctx, nil, clerk.WithSecretKey(secret.Secret))
		if err != nil {
			return err
		}
		return all(
			func() error {
				return second(machines.CreateScope(ctx, from.ID, &clerk.MachineCreateScopeParams{ToMachineID: to.ID}))
			},
			func() error { return second(machines.Get(ctx, from.ID)) },
			func() error { return second(machines.DeleteScope(ctx, from.ID, to.ID)) },
			func() error {
				return second(machines.Update(ctx, to.ID, &clerk.MachineUpdateParams{Name: clerk.String("renamed")}))
			},
			func() error {
				return second(client.M2MTokens.Verify(ctx, &clerk.M2MTokenVerifyParams{Token: token.Token}))
			},
		)
	})
	t.application()
	t.admissionMore()
}

func (t *coreVisitor) application() {
	ctx, apps := t.ctx, t.client.OAuthApplications
	t.step("an OAuth application and a token of it", func() error {
		made, err := apps.Create(ctx, &clerk.OAuthApplicationCreateParams{Name: "second app", RedirectURIs: clerk.Set([]string{"https://core.example/cb"})})
		if err != nil {
			return err
		}
		token := t.in.IssueOAuthAccessToken(made.ID, t.user.ID, "profile")
		return all(
			func() error { return second(apps.Get(ctx, made.ID)) },
			func() error {
				return second(apps.Update(ctx, made.ID, &clerk.OAuthApplicationUpdateParams{Name: clerk.String("renamed app")}))
			},
			func() error {
				return second(apps.SetLogo(ctx, made.ID, &clerk.OAuthApplicationSetLogoParams{File: gif()}))
			},
			func() error {
				return second(t.client.OAuthAccessTokens.Verify(ctx, &clerk.OAuthAccessTokenVerifyParams{AccessToken: clerk.String(token)}))
			},
			func() error {
				return apps.RevokeToken(ctx, made.ID, &clerk.OAuthApplicationRevokeTokenParams{Token: token})
			},
		)
	})
}

func (t *coreVisitor) admissionMore() {
	ctx, waitlist := t.ctx, t.client.WaitlistEntries
	t.step("invitations and waiting people in bulk", func() error {
		entries, err := waitlist.BulkCreate(ctx, []clerk.WaitlistEntryCreateParams{
			{EmailAddress: "wait1@core.example"}, {EmailAddress: "wait2@core.example"}, {EmailAddress: "wait3@core.example"},
		})
		if err != nil {
			return err
		}
		if len(entries.Data) != 3 {
			return errors.New("three people do not wait")
		}
		return all(
			func() error {
				return second(t.client.Invitations.BulkCreate(ctx, []clerk.InvitationCreateParams{{EmailAddress: "bulk@core.example"}}))
			},
			func() error { return second(waitlist.Invite(ctx, entries.Data[0].ID, nil)) },
			func() error { return second(waitlist.Reject(ctx, entries.Data[1].ID)) },
			func() error { return second(waitlist.Delete(ctx, entries.Data[2].ID)) },
		)
	})
}

// organizationsMore are the operations on parts of organizations that exist already.
func (t *coreVisitor) organizationsMore() {
	ctx, client, id := t.ctx, t.client, t.org.ID
	t.step("metadata, credits, domains and invitations of an organization", func() error {
		d, err := client.OrganizationDomains.Create(ctx, id, &clerk.OrganizationDomainCreateParams{Name: clerk.String("more.example"), Verified: clerk.Bool(true)})
		if err != nil {
			return err
		}
		return all(
			func() error {
				return second(client.Organizations.ReplaceMetadata(ctx, id, &clerk.OrganizationReplaceMetadataParams{PublicMetadata: clerk.JSON(map[string]any{"b": 2})}))
			},
			func() error {
				return second(client.OrganizationMemberships.UpdateMetadata(ctx, id, t.user.ID, &clerk.OrganizationMembershipUpdateMetadataParams{
					PublicMetadata: clerk.JSON(map[string]any{"desk": 4}),
				}))
			},
			func() error {
				return second(client.Organizations.AdjustBillingCreditBalance(ctx, id, &clerk.OrganizationAdjustBillingCreditBalanceParams{
					Amount: 100, Action: "increase", IdempotencyKey: "org-once",
				}))
			},
			func() error { return second(client.Organizations.GetBillingCreditBalance(ctx, id)) },
			func() error {
				return second(client.OrganizationDomains.Update(ctx, id, d.ID, &clerk.OrganizationDomainUpdateParams{EnrollmentMode: clerk.Set(clerk.EnrollmentMode("automatic_invitation"))}))
			},
			func() error { return second(client.OrganizationDomains.ListForInstance(ctx, nil)) },
			func() error { return second(client.OrganizationInvitations.ListPending(ctx, id, nil)) },
		)
	})
	t.step("a permission and a role change", func() error {
		p, err := client.OrganizationPermissions.Create(ctx, &clerk.OrganizationPermissionCreateParams{Name: "Write", Key: "org:core:write"})
		if err != nil {
			return err
		}
		r, err := client.OrganizationRoles.Create(ctx, &clerk.OrganizationRoleCreateParams{Name: "Writer", Key: "org:writer"})
		if err != nil {
			return err
		}
		return all(
			func() error { return second(client.OrganizationPermissions.Get(ctx, p.ID)) },
			func() error {
				return second(client.OrganizationPermissions.Update(ctx, p.ID, &clerk.OrganizationPermissionUpdateParams{Name: clerk.String("Writes")}))
			},
			func() error { return second(client.OrganizationRoles.Get(ctx, r.ID)) },
			func() error {
				return second(client.OrganizationRoles.Update(ctx, r.ID, &clerk.OrganizationRoleUpdateParams{Permissions: clerk.Set([]string{p.ID})}))
			},
			t.roleSets,
		)
	})
}

func (t *coreVisitor) roleSets() error {
	ctx, sets := t.ctx, t.client.RoleSets
	create := func(key string) (*clerk.RoleSet, error) {
		return sets.Create(ctx, &clerk.RoleSetCreateParams{
			Name: key, Key: clerk.String("role_set:" + key), DefaultRoleKey: "org:member", CreatorRoleKey: "org:admin", Roles: []string{"org:admin", "org:member"},
		})
	}
	before, err := create("before")
	if err != nil {
		return err
	}
	after, err := create("after")
	if err != nil {
		return err
	}
	return all(
		func() error {
			return second(sets.AddRoles(ctx, before.Key, &clerk.RoleSetAddRolesParams{RoleKeys: []string{"org:writer"}}))
		},
		func() error {
			return second(sets.ReplaceRole(ctx, before.Key, &clerk.RoleSetReplaceRoleParams{RoleKey: "org:writer", ToRoleKey: "org:member"}))
		},
		func() error {
			return second(sets.Replace(ctx, before.Key, &clerk.RoleSetReplaceParams{DestRoleSetKey: after.Key}))
		},
	)
}
