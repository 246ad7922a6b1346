package main

import (
	"context"
	"errors"
	"strings"

	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
)

// coreTour drives our own client against a local Clerk.
func coreTour(ctx context.Context, in *clerktest.Instance) (*tour, error) {
	client, err := clerk.NewClient(in.SecretKey(), clerk.WithBaseURL(in.URL()+"/v1"), clerk.WithRetries(0))
	if err != nil {
		return nil, err
	}
	t := &coreVisitor{tour: &tour{name: "core"}, ctx: ctx, client: client, in: in}
	t.users()
	t.identifiers()
	t.sessions()
	t.organizations()
	t.organizationParts()
	t.admission()
	t.tokens()
	t.machines()
	t.settings()
	t.connections()
	t.people()
	t.organizationsMore()
	t.access()
	t.setup()
	t.samlConnections()
	t.step("delete the user", func() error { return second(client.Users.Delete(ctx, t.user.ID)) })
	return t.tour, nil
}

type coreVisitor struct {
	*tour
	ctx    context.Context //nolint:containedctx // lives as long as the tour
	client *clerk.Client
	in     *clerktest.Instance
	user   *clerk.User
	org    *clerk.Organization
}

// second is the error of a call whose answer does not matter.
func second[T any](_ T, err error) error { return err }

// all runs calls in order until one fails.
func all(calls ...func() error) error {
	for _, call := range calls {
		if err := call(); err != nil {
			return err
		}
	}
	return nil
}

func gif() clerk.File {
	return clerk.File{Name: "dot.gif", ContentType: "image/gif", Reader: strings.NewReader("GIF89a\x01\x00\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x00;")}
}

func (t *coreVisitor) users() {
	ctx, users := t.ctx, t.client.Users
	t.user = must(t.tour, "create a user", func() (*clerk.User, error) {
		return users.Create(ctx, &clerk.UserCreateParams{
			EmailAddress: clerk.Set([]string{"core@example.com"}), Password: clerk.String("correct horse battery"),
			PublicMetadata: clerk.JSON(map[string]any{"a": map[string]any{"b": 1, "c": 2}}), TOTPSecret: clerk.String("JBSWY3DPEHPK3PXP"),
			BackupCodes: clerk.Set([]string{"backup-code-1", "backup-code-2"}),
		})
	})
	id := t.user.ID
	t.step("null clears and omitted leaves alone", func() error {
		if err := second(users.Update(ctx, id, &clerk.UserUpdateParams{FirstName: clerk.String("Ada"), Username: clerk.String("ada_core")})); err != nil {
			return err
		}
		u, err := users.Update(ctx, id, &clerk.UserUpdateParams{Username: clerk.Null[string]()})
		if err != nil {
			return err
		}
		return expect(u.Username == nil && clerk.Value(u.FirstName) == "Ada", "username cleared, first name kept")
	})
	t.step("list with the cursor", func() error {
		n := 0
		for u, err := range users.ListAll(ctx, nil) {
			if err != nil {
				return err
			}
			n += len(u.ID[:1])
		}
		return expect(n == 1, "one user")
	})
	t.step("count, bans, locks", func() error {
		return all(
			func() error { return second(users.Count(ctx, nil)) },
			func() error { return second(users.Ban(ctx, id)) },
			func() error { return second(users.Unban(ctx, id)) },
			func() error { return second(users.Lock(ctx, id)) },
			func() error { return second(users.Unlock(ctx, id)) },
			func() error { return second(users.BulkBan(ctx, &clerk.UserBulkBanParams{UserIDs: []string{id}})) },
			func() error { return second(users.BulkUnban(ctx, &clerk.UserBulkUnbanParams{UserIDs: []string{id}})) },
		)
	})
	t.userExtras()
}

// userExtras are metadata, image and credentials of the user.
func (t *coreVisitor) userExtras() {
	ctx, users, id := t.ctx, t.client.Users, t.user.ID
	t.step("metadata and image", func() error {
		return all(
			func() error {
				return second(users.UpdateMetadata(ctx, id, &clerk.UserUpdateMetadataParams{PublicMetadata: clerk.JSON(map[string]any{"a": nil})}))
			},
			func() error { return second(users.ReplaceMetadata(ctx, id, &clerk.UserReplaceMetadataParams{})) },
			func() error {
				return second(users.SetProfileImage(ctx, id, &clerk.UserSetProfileImageParams{File: gif()}))
			},
			func() error { return second(users.DeleteProfileImage(ctx, id)) },
		)
	})
	t.step("credentials", func() error {
		return all(
			func() error {
				return second(users.VerifyPassword(ctx, id, &clerk.UserVerifyPasswordParams{Password: "correct horse battery"}))
			},
			func() error {
				err := second(users.VerifyPassword(ctx, id, &clerk.UserVerifyPasswordParams{Password: "wrong"}))
				return expect(errors.Is(err, clerk.ErrInvalid), "a wrong password is refused")
			},
			func() error { return second(users.SetPasswordCompromised(ctx, id, nil)) },
			func() error { return second(users.UnsetPasswordCompromised(ctx, id)) },
			func() error {
				return second(users.VerifyTOTP(ctx, id, &clerk.UserVerifyTOTPParams{Code: "backup-code-1"}))
			},
			func() error { return second(users.DeleteBackupCodes(ctx, id)) },
			func() error { return second(users.DisableMFA(ctx, id)) },
			func() error { return second(users.RemovePassword(ctx, id, nil)) },
		)
	})
}

func (t *coreVisitor) identifiers() {
	ctx, emails, phones := t.ctx, t.client.EmailAddresses, t.client.PhoneNumbers
	t.step("verify an e-mail address with the code of the outbox", func() error {
		made, err := emails.Create(ctx, &clerk.EmailAddressCreateParams{UserID: t.user.ID, EmailAddress: "core2@example.com"})
		if err != nil {
			return err
		}
		prepared, err := emails.PrepareVerification(ctx, made.ID)
		if err != nil {
			return err
		}
		sent := t.in.Emails()
		code := sent[len(sent)-1].Code
		got, err := emails.AttemptVerification(ctx, made.ID, &clerk.EmailAddressAttemptVerificationParams{VerificationID: prepared.ID, Code: code})
		if err != nil {
			return err
		}
		if got.Status != "verified" {
			return expect(false, "verified")
		}
		return second(emails.Update(ctx, made.ID, &clerk.EmailAddressUpdateParams{Primary: clerk.Bool(true)}))
	})
	t.step("phone numbers", func() error {
		made, err := phones.Create(ctx, &clerk.PhoneNumberCreateParams{UserID: t.user.ID, PhoneNumber: "+15555550125"})
		if err != nil {
			return err
		}
		return all(
			func() error { return second(phones.Get(ctx, made.ID)) },
			func() error { return second(phones.PrepareVerification(ctx, made.ID)) },
			func() error { return second(phones.Delete(ctx, made.ID)) },
		)
	})
}

func (t *coreVisitor) sessions() {
	ctx, sessions := t.ctx, t.client.Sessions
	s := must(t.tour, "create a session", func() (*clerk.Session, error) {
		return sessions.Create(ctx, &clerk.SessionCreateParams{UserID: t.user.ID})
	})
	t.step("token, get, list, revoke", func() error {
		return all(
			func() error {
				token, err := sessions.CreateToken(ctx, s.ID, nil)
				if err != nil {
					return err
				}
				return expect(t.in.Explain(token.JWT).Accepted, "a token that verifies")
			},
			func() error { return second(sessions.Get(ctx, s.ID)) },
			func() error {
				return second(sessions.List(ctx, &clerk.SessionListParams{UserID: clerk.String(t.user.ID)}))
			},
			func() error { return second(t.client.Clients.Get(ctx, s.ClientID)) },
			func() error { return second(sessions.Revoke(ctx, s.ID)) },
		)
	})
	t.step("a template's token", func() error {
		made, err := t.client.JWTTemplates.Create(ctx, &clerk.JWTTemplateCreateParams{Name: "core", Claims: clerk.JSON(map[string]any{"aud": "core", "id": "{{user.id}}"})})
		if err != nil {
			return err
		}
		live, err := sessions.Create(ctx, &clerk.SessionCreateParams{UserID: t.user.ID})
		if err != nil {
			return err
		}
		return all(
			func() error { return second(sessions.CreateTokenFromTemplate(ctx, live.ID, "core", nil)) },
			func() error { return second(t.client.JWTTemplates.List(ctx, nil)) },
			func() error { return second(t.client.JWTTemplates.Get(ctx, made.ID)) },
			func() error { return second(t.client.JWTTemplates.Delete(ctx, made.ID)) },
			func() error { return second(t.client.JWKS.Get(ctx)) },
		)
	})
}
