// Package provider keeps clients of its own, and holds what a person has to decide.
package provider

import (
	"context"
	"net/http"
	"time"

	"github.com/clerk/clerk-sdk-go/v2"
	clerkhttp "github.com/clerk/clerk-sdk-go/v2/http"
	"github.com/clerk/clerk-sdk-go/v2/organization"
	"github.com/clerk/clerk-sdk-go/v2/roleset"
	"github.com/clerk/clerk-sdk-go/v2/user"
)

// Clients are what the resources need.
type Clients struct {
	Users         *user.Client
	Organizations *organization.Client
}

// New makes the clients.
func New(key string) *Clients {
	config := &clerk.ClientConfig{}
	config.Key = clerk.String(key)
	return &Clients{Users: user.NewClient(config), Organizations: organization.NewClient(config)}
}

// Rename gives an organization another name.
func (c *Clients) Rename(ctx context.Context, id string, name *string) (*clerk.Organization, error) {
	return c.Organizations.Update(ctx, id, &organization.UpdateParams{Name: name})
}

// Remove deletes a user.
func (c *Clients) Remove(ctx context.Context, id string) (*clerk.DeletedResource, error) {
	return c.Users.Delete(ctx, id)
}

// Total counts the users.
func (c *Clients) Total(ctx context.Context) (int64, error) {
	list, err := c.Users.List(ctx, &user.ListParams{})
	if err != nil {
		return 0, err
	}
	return list.TotalCount, nil
}

// Drop deletes a role set, which Clerk's document of the API does not have any more.
func Drop(ctx context.Context, key string) error {
	_, err := roleset.Delete(ctx, key)
	return err
}

// Protect verifies with options: they belong into the Config.
func Protect(next http.Handler) http.Handler {
	return clerkhttp.RequireHeaderAuthorization(clerkhttp.AuthorizedPartyMatches("https://app.example.com"), clerkhttp.Leeway(time.Second))(next)
}

// Expires tells when a session ends.
func Expires(claims *clerk.SessionClaims) *int64 {
	return claims.Expiry
}
