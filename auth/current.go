package clerkauth

import (
	"context"
	"errors"
	"fmt"
	"time"

	clerk "github.com/clerkgo/clerk-go/core"
)

// The defaults of [CurrentConfig].
const (
	// DefaultCurrentTTL is how long an object is kept in memory.
	DefaultCurrentTTL = 10 * time.Second
	// DefaultCurrentSize is how many users, organizations and memberships each are kept in memory.
	DefaultCurrentSize = 1000

	// NoCurrentCache as [CurrentConfig].TTL keeps nothing: only callers at the same time share an answer.
	NoCurrentCache time.Duration = -1
)

// ErrNoCurrent is the error of [CurrentUser], [CurrentOrganization] and [CurrentMembership] for an identity that has no
// such object: a machine without a user, or a user without an active organization.
var ErrNoCurrent = errors.New("clerkauth: the identity has no such object")

// CurrentConfig says how [CurrentUser], [CurrentOrganization] and [CurrentMembership] remember what Clerk has answered.
type CurrentConfig struct {
	// TTL is how long an answer is kept; zero is [DefaultCurrentTTL], [NoCurrentCache] keeps none. With
	// [Authenticator.ForgetCurrent] behind the webhooks it can be long.
	TTL time.Duration
	// Size is how many users, organizations and memberships each are kept; zero is [DefaultCurrentSize].
	Size int
	// LastKnown answers with an object whose TTL has passed, while Clerk cannot be reached. Without it the error is one
	// that answers 503.
	LastKnown bool
}

// current asks the Backend API for the objects behind identities.
type current struct {
	users         *shared[*clerk.User]
	organizations *shared[*clerk.Organization]
	memberships   *shared[*clerk.OrganizationMembership]
}

// newCurrent returns what the functions of this file use; api is nil where there is no secret key.
func newCurrent(api *clerk.Client, config CurrentConfig, now func() time.Time) (*current, error) {
	if config.TTL == 0 {
		config.TTL = DefaultCurrentTTL
	}
	if config.Size == 0 {
		config.Size = DefaultCurrentSize
	}
	if config.TTL < NoCurrentCache || config.Size < 0 {
		return nil, configError("Current has a negative time or size")
	}
	if api == nil {
		return nil, nil
	}
	return &current{
		users: newShared(config, now, func(ctx context.Context, key currentKey) (*clerk.User, error) {
			return api.Users.Get(ctx, key.userID)
		}),
		organizations: newShared(config, now, func(ctx context.Context, key currentKey) (*clerk.Organization, error) {
			return api.Organizations.Get(ctx, key.orgID, nil)
		}),
		memberships: newShared(config, now, func(ctx context.Context, key currentKey) (*clerk.OrganizationMembership, error) {
			return membershipOf(ctx, api, key)
		}),
	}, nil
}

// membershipOf looks a membership up by its user, because there is no call that gets one.
func membershipOf(ctx context.Context, api *clerk.Client, key currentKey) (*clerk.OrganizationMembership, error) {
	params := &clerk.OrganizationMembershipListParams{UserIDs: []string{key.userID}}
	list, err := api.OrganizationMemberships.List(ctx, key.orgID, params)
	if err != nil {
		return nil, err
	}
	for i := range list.Data {
		if user := list.Data[i].PublicUserData; user != nil && user.UserID == key.userID {
			return &list.Data[i], nil
		}
	}
	return nil, clerk.ErrNotFound
}

// CurrentUser returns the user who sent the request, as Clerk's Backend API describes the user. All callers share one
// call to Clerk and its answer, for as long as [Config].Current says. The result is the caller's own, but for what its
// pointers lead to.
//
// The error is that of the state where nobody is signed in; [ErrNoCurrent] where the identity is no user; one that
// matches [clerk.ErrNotFound] where the user has been deleted; and otherwise an [*Error] that answers 503.
func CurrentUser(ctx context.Context) (*clerk.User, error) {
	c, key, err := currentOf(ctx, "CurrentUser")
	if err != nil {
		return nil, err
	}
	if key.orgID = ""; key.userID == "" {
		return nil, ErrNoCurrent
	}
	return own(c.users.find(ctx, key, "CurrentUser"))
}

// CurrentOrganization returns the active organization of the identity that sent the request. Its errors are those of
// [CurrentUser].
func CurrentOrganization(ctx context.Context) (*clerk.Organization, error) {
	c, key, err := currentOf(ctx, "CurrentOrganization")
	if err != nil {
		return nil, err
	}
	if key.userID = ""; key.orgID == "" {
		return nil, ErrNoCurrent
	}
	return own(c.organizations.find(ctx, key, "CurrentOrganization"))
}

// CurrentMembership returns the membership of the user who sent the request in the active organization. Its errors are
// those of [CurrentUser].
func CurrentMembership(ctx context.Context) (*clerk.OrganizationMembership, error) {
	c, key, err := currentOf(ctx, "CurrentMembership")
	if err != nil {
		return nil, err
	}
	if key.userID == "" || key.orgID == "" {
		return nil, ErrNoCurrent
	}
	return own(c.memberships.find(ctx, key, "CurrentMembership"))
}

// currentOf returns whom the request is from and where to ask about that.
func currentOf(ctx context.Context, operation string) (*current, currentKey, error) {
	state := FromContext(ctx)
	if err := state.require(nil); err != nil {
		return nil, currentKey{}, err
	}
	authn := state.current().authn
	if authn == nil || authn.currents == nil {
		return nil, currentKey{}, &Error{Reason: ReasonSecretKeyInvalid, message: operation + " needs an authenticator with a SecretKey"}
	}
	return authn.currents, currentKey{userID: state.UserID(), orgID: state.OrgID()}, nil
}

// currentError makes the error for an answer that is not an object.
func currentError(operation string, err error) error {
	if errors.Is(err, clerk.ErrNotFound) || errors.Is(err, context.Canceled) {
		return fmt.Errorf("clerkauth: %s: %w", operation, err)
	}
	return &Error{Reason: ReasonUnexpectedError, message: operation + ": Clerk did not answer as it should", cause: err}
}

// ForgetCurrent drops what [CurrentUser], [CurrentOrganization] and [CurrentMembership] remember about a user, about an
// organization, or, with both ids, about the user's membership. An answer that Clerk gave before this call is not used
// afterwards. Behind the webhooks it keeps answers as new as the last event:
//
//	callbacks = callbacks.OnChange(authn.ForgetCurrent)
func (a *Authenticator) ForgetCurrent(userID, organizationID string) {
	if a.currents == nil {
		return
	}
	a.currents.users.forget(func(key currentKey) bool { return userID != "" && key.userID == userID })
	a.currents.organizations.forget(func(key currentKey) bool { return organizationID != "" && key.orgID == organizationID })
	a.currents.memberships.forget(func(key currentKey) bool {
		return userID+organizationID != "" && (userID == "" || userID == key.userID) && (organizationID == "" || organizationID == key.orgID)
	})
}
