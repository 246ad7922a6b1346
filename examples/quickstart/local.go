package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
)

// frontend is the origin whose tokens the service accepts, as a browser application would have one.
const frontend = "http://localhost:3000"

// local is a Clerk on this machine with an organization, its admin and a member.
type local struct {
	server *clerktest.Server
	client *clerk.Client

	user, organization       string
	adminSession             string
	adminToken, memberToken  string
	expiredToken, otherToken string
}

// startLocal starts the local Clerk and fills it through the Backend API.
func startLocal(ctx context.Context) (*local, error) {
	server, err := clerktest.Start(clerktest.WithAuthorizedParty(frontend))
	if err != nil {
		return nil, err
	}
	l := &local{server: server}
	if err := l.fill(ctx); err != nil {
		l.close()
		return nil, err
	}
	return l, nil
}

func (l *local) close() { l.server.Close() }

func (l *local) fill(ctx context.Context) (err error) {
	l.client, err = clerk.NewClient(l.server.SecretKey(), clerk.WithBaseURL(l.server.URL()))
	if err != nil {
		return err
	}
	admin, err := l.createUser(ctx, "Ada", "ada@example.com")
	if err != nil {
		return err
	}
	member, err := l.createUser(ctx, "Ben", "ben@example.com")
	if err != nil {
		return err
	}
	if err := l.grant(ctx); err != nil {
		return err
	}
	org, err := l.client.Organizations.Create(ctx, &clerk.OrganizationCreateParams{
		Name:      "Analytical Engines",
		CreatedBy: clerk.String(admin),
	})
	if err != nil {
		return err
	}
	_, err = l.client.OrganizationMemberships.Create(ctx, org.ID, &clerk.OrganizationMembershipCreateParams{
		UserID: member,
		Role:   "org:member",
	})
	if err != nil {
		return err
	}
	l.user, l.organization = admin, org.ID
	return l.mint(ctx, member)
}

func (l *local) createUser(ctx context.Context, name, email string) (id string, err error) {
	user, err := l.client.Users.Create(ctx, &clerk.UserCreateParams{
		FirstName:    clerk.String(name),
		EmailAddress: clerk.Set([]string{email}),
	})
	if err != nil {
		return "", err
	}
	return user.ID, nil
}

// grant makes the permission and gives it to admins.
func (l *local) grant(ctx context.Context) error {
	made, err := l.client.OrganizationPermissions.Create(ctx, &clerk.OrganizationPermissionCreateParams{
		Name: "Create invoices",
		Key:  permission,
	})
	if err != nil {
		return err
	}
	for role, err := range l.client.OrganizationRoles.ListAll(ctx, nil) {
		if err != nil {
			return err
		}
		if role.Key == "org:admin" {
			_, err := l.client.OrganizationRoles.AssignPermission(ctx, role.ID, made.ID)
			return err
		}
	}
	return fmt.Errorf("the local Clerk has no role org:admin")
}

// mint signs both users in and makes the tokens of the walk, good ones and bad ones.
func (l *local) mint(ctx context.Context, member string) (err error) {
	if l.adminSession, l.adminToken, err = l.signIn(ctx, l.user); err != nil {
		return err
	}
	if _, l.memberToken, err = l.signIn(ctx, member); err != nil {
		return err
	}
	l.expiredToken = l.server.SessionToken(l.adminSession, clerktest.TokenTTL(-time.Minute))
	other, err := l.server.Emulator().AddInstance("other", "")
	if err != nil {
		return err
	}
	l.otherToken = other.SignedInUser().Token
	return nil
}

func (l *local) signIn(ctx context.Context, user string) (session, token string, err error) {
	made, err := l.client.Sessions.Create(ctx, &clerk.SessionCreateParams{
		UserID:               user,
		ActiveOrganizationID: clerk.String(l.organization),
	})
	if err != nil {
		return "", "", err
	}
	signed, err := l.client.Sessions.CreateToken(ctx, made.ID, nil)
	if err != nil {
		return "", "", err
	}
	return made.ID, signed.JWT, nil
}

// config is how the service gets to know the local Clerk: with other keys it would be the real one.
func (l *local) config() clerkauth.Config {
	return clerkauth.Config{
		SecretKey:         l.server.SecretKey(),
		HeaderOnly:        true, // tokens come from programs, not from browsers
		APIURL:            l.server.URL(),
		AuthorizedParties: []string{frontend},
		// Tokens of page loads have no azp. Leave this out where others run applications on subdomains of yours.
		AllowMissingAuthorizedParty: true,
	}
}

func (l *local) describe() string {
	return fmt.Sprintf("%s (local)\nuser       %s, admin of %s", l.server.URL(), l.user, l.organization)
}

// steps are the requests that carry a token.
func (l *local) steps() []step {
	return []step{
		{http.MethodGet, "/", "an expired token", l.expiredToken, http.StatusOK, ""},
		{http.MethodGet, "/me", "a token of the admin", l.adminToken, http.StatusOK, ""},
		{http.MethodGet, "/me", "the same again", l.adminToken, http.StatusOK, ""},
		{http.MethodGet, "/me", "an expired token", l.expiredToken, http.StatusUnauthorized, "token-expired"},
		{http.MethodGet, "/me", "a token of another key", l.otherToken, http.StatusUnauthorized, "jwk-kid-mismatch"},
		{http.MethodGet, "/me", "not a token", "rubbish", http.StatusUnauthorized, "token-invalid"},
		{http.MethodPost, "/invoices", "a token of the admin", l.adminToken, http.StatusCreated, ""},
		{http.MethodPost, "/invoices", "a token of a member", l.memberToken, http.StatusForbidden, "missing-permission"},
	}
}
