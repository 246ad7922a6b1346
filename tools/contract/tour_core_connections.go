package main

import (
	clerk "github.com/clerkgo/clerk-go/core"
)

func (t *coreVisitor) connections() {
	ctx := t.ctx
	t.step("enterprise connections, directories and their mappings", func() error {
		made, err := t.client.EnterpriseConnections.Create(ctx, &clerk.EnterpriseConnectionCreateParams{
			Name: "Core SSO", Provider: "oidc_custom", Domains: []string{"sso.core.example"},
		})
		if err != nil {
			return err
		}
		roles, err := t.client.OrganizationRoles.List(ctx, nil)
		if err != nil {
			return err
		}
		d, err := t.client.Directories.Create(ctx, &clerk.DirectoryCreateParams{EnterpriseConnectionID: made.ID, Provider: "okta"})
		if err != nil {
			return err
		}
		return all(
			func() error { return second(t.client.EnterpriseConnections.List(ctx, nil)) },
			func() error { return second(t.client.EnterpriseConnections.Get(ctx, made.ID)) },
			func() error {
				return second(t.client.EnterpriseConnections.Update(ctx, made.ID, &clerk.EnterpriseConnectionUpdateParams{Active: clerk.Bool(true)}))
			},
			func() error { return second(t.client.Directories.List(ctx, nil)) },
			func() error { return second(t.client.SCIMDirectories.Get(ctx, d.ID)) },
			func() error {
				return second(t.client.Directories.Update(ctx, d.ID, &clerk.DirectoryUpdateParams{GroupRoleMappingEnabled: clerk.Bool(true)}))
			},
			func() error {
				return second(t.client.Directories.CreateGroupRoleMapping(ctx, d.ID, &clerk.DirectoryCreateGroupRoleMappingParams{
					DirectoryGroupID: clerk.String("admins"), RoleID: roles.Data[0].ID,
				}))
			},
			func() error { return second(t.client.Directories.ListGroupRoleMappings(ctx, d.ID)) },
			func() error { return second(t.client.SCIMDirectories.ListGroupRoleMappings(ctx, d.ID)) },
			func() error { return second(t.client.Directories.RotateAPIKey(ctx, d.ID)) },
			func() error { return second(t.client.Directories.Get(ctx, d.ID)) },
			func() error {
				list, err := t.client.Directories.ReplaceGroupRoleMappings(ctx, d.ID, &clerk.DirectoryReplaceGroupRoleMappingsParams{
					Mappings: []clerk.DirectoryGroupRole{{DirectoryGroupID: clerk.String("staff"), RoleID: roles.Data[0].ID}},
				})
				if err != nil {
					return err
				}
				return second(t.client.Directories.DeleteGroupRoleMapping(ctx, d.ID, list.Data[0].ID))
			},
			func() error { return t.scimDirectories(made.ID, roles.Data[0].ID) },
			func() error { return second(t.client.Directories.Delete(ctx, d.ID)) },
			func() error { return t.testRuns(made.ID) },
			func() error { return second(t.client.EnterpriseConnections.Delete(ctx, made.ID)) },
		)
	})
	t.templatesAndRoleSets()
	t.billing()
	t.subscriptions()
	t.rest()
}

// testRuns follows the link of one test run and leaves another one pending.
func (t *coreVisitor) testRuns(connectionID string) error {
	connections := t.client.EnterpriseConnections
	run, err := connections.CreateTestRun(t.ctx, connectionID)
	if err != nil {
		return err
	}
	resp, err := t.in.Client().Get(run.URL)
	if err != nil {
		return err
	}
	_ = resp.Body.Close()
	if err := second(connections.CreateTestRun(t.ctx, connectionID)); err != nil {
		return err
	}
	list, err := connections.ListTestRuns(t.ctx, connectionID, nil)
	if err != nil {
		return err
	}
	return expect(len(list.Data) == 2 && list.Data[0].Status == "pending" && list.Data[1].Status == "failed", "a pending and a failed run")
}

func (t *coreVisitor) templatesAndRoleSets() {
	ctx := t.ctx
	t.step("message templates", func() error {
		templates := t.client.Templates
		return all(
			func() error { return second(templates.List(ctx, "email", nil)) },
			func() error {
				return second(templates.Upsert(ctx, "email", "invitation", &clerk.TemplateUpsertParams{Body: clerk.String("Hello {{otp_code}}")}))
			},
			func() error { return second(templates.Preview(ctx, "email", "invitation", nil)) },
			func() error { return second(templates.Revert(ctx, "email", "invitation")) },
		)
	})
	t.step("role sets", func() error {
		sets := t.client.RoleSets
		made, err := sets.Create(ctx, &clerk.RoleSetCreateParams{
			Name: "Partners", Key: clerk.String("role_set:partners"), DefaultRoleKey: "org:member", CreatorRoleKey: "org:admin", Roles: []string{"org:admin", "org:member"},
		})
		if err != nil {
			return err
		}
		return all(
			func() error { return second(sets.Get(ctx, made.Key)) },
			func() error { return second(sets.List(ctx, nil)) },
			func() error {
				return second(sets.Update(ctx, made.ID, &clerk.RoleSetUpdateParams{Name: clerk.String("Partner firms")}))
			},
		)
	})
}
