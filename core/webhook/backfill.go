package clerkwebhook

import (
	"context"
	"encoding/json"
	"errors"
	"iter"

	clerk "github.com/clerkgo/clerk-go/core"
)

// Source is where a backfill reads Clerk's state from; [ClientSource] makes one from a client. A kind whose functions
// are nil is left out of the backfill.
type Source struct {
	// Users yields every user.
	Users func(ctx context.Context) iter.Seq2[*clerk.User, error]
	// User returns one user, or an error that matches [clerk.ErrNotFound] if there is none.
	User func(ctx context.Context, userID string) (*clerk.User, error)
	// Organizations yields every organization.
	Organizations func(ctx context.Context) iter.Seq2[*clerk.Organization, error]
	// Organization returns one organization, or an error that matches [clerk.ErrNotFound] if there is none.
	Organization func(ctx context.Context, organizationID string) (*clerk.Organization, error)
	// Memberships yields every membership of every organization.
	Memberships func(ctx context.Context) iter.Seq2[*clerk.OrganizationMembership, error]
	// Membership returns the membership of a user in an organization, or an error that matches [clerk.ErrNotFound] if
	// there is none.
	Membership func(ctx context.Context, organizationID, userID string) (*clerk.OrganizationMembership, error)
}

// complete reports whether every kind has both of its functions or none.
func (s Source) complete() bool {
	return (s.Users == nil) == (s.User == nil) && (s.Organizations == nil) == (s.Organization == nil) &&
		(s.Memberships == nil) == (s.Membership == nil)
}

// BackfillResult counts what a backfill has passed to the callbacks.
type BackfillResult struct {
	// Users, Organizations and Memberships count the objects that exist.
	Users, Organizations, Memberships int
	// Deleted counts the objects of the table that Clerk no longer has.
	Deleted int
}

// Backfill reads the whole state of source and passes it to the callbacks: every object as if it had just been updated,
// and every object of the table that source no longer has as if it had just been deleted. Events that arrive meanwhile
// are safe. It stops at the first error and can be run again at any time.
//
// An object that the lists did not show is asked for once more before it counts as deleted, because objects move
// between the pages of a list that changes while it is read.
func (r *Reconciler) Backfill(ctx context.Context, source Source) (BackfillResult, error) {
	var result BackfillResult
	if !source.complete() {
		return result, &Error{Reason: ReasonInvalidConfig}
	}
	users := &pass[clerk.User]{
		kind: KindUser, list: source.Users, count: &result.Users, put: r.callbacks.UserUpdated, event: EventUserUpdated,
		get: func(ctx context.Context, key Key) (*clerk.User, error) { return source.User(ctx, key.ID) },
		key: func(u *clerk.User) Key { return Key{Kind: KindUser, ID: u.ID} },
		gone: func(ctx context.Context, key Key, at int64) error {
			return backfillDeleted(ctx, EventUserDeleted, key, at, r.callbacks.UserDeleted)
		},
	}
	organizations := &pass[clerk.Organization]{
		kind: KindOrganization, list: source.Organizations, count: &result.Organizations,
		put: r.callbacks.OrganizationUpdated, event: EventOrganizationUpdated,
		get: func(ctx context.Context, key Key) (*clerk.Organization, error) {
			return source.Organization(ctx, key.ID)
		},
		key: func(o *clerk.Organization) Key { return Key{Kind: KindOrganization, ID: o.ID} },
		gone: func(ctx context.Context, key Key, at int64) error {
			return backfillDeleted(ctx, EventOrganizationDeleted, key, at, r.callbacks.OrganizationDeleted)
		},
	}
	memberships := &pass[clerk.OrganizationMembership]{
		kind: KindMembership, list: source.Memberships, count: &result.Memberships,
		put: r.callbacks.OrganizationMembershipUpdated, event: EventOrganizationMembershipUpdated,
		get: func(ctx context.Context, key Key) (*clerk.OrganizationMembership, error) {
			return source.Membership(ctx, key.OrganizationID, key.UserID)
		},
		key:  membershipKey,
		gone: r.membershipGone,
	}
	for _, run := range []func(context.Context, *Reconciler, *int) error{users.run, organizations.run, memberships.run} {
		if err := run(ctx, r, &result.Deleted); err != nil {
			return result, err
		}
	}
	return result, nil
}

// pass is the backfill of one kind.
type pass[T any] struct {
	kind  Kind
	event EventType
	count *int
	list  func(ctx context.Context) iter.Seq2[*T, error]
	get   func(ctx context.Context, key Key) (*T, error)
	key   func(*T) Key
	put   func(ctx context.Context, event *Event, data *T) error
	gone  func(ctx context.Context, key Key, at int64) error
}

func (p *pass[T]) run(ctx context.Context, r *Reconciler, deleted *int) error {
	if p.list == nil {
		return nil
	}
	// What the table learns after this line may be newer than the list, so it is not a candidate for deletion; and
	// the list is dated before its first page is read, so that events that happen while it is read win.
	unseen, err := p.known(ctx, r.table)
	if err != nil {
		return err
	}
	at := r.now().UnixMilli()
	for object, err := range p.list(ctx) {
		if err != nil {
			return err
		}
		delete(unseen, p.key(object).ID)
		if err := p.emit(ctx, object, at); err != nil {
			return err
		}
	}
	for _, key := range unseen {
		if err := p.settle(ctx, key, r.now().UnixMilli(), deleted); err != nil {
			return err
		}
	}
	return nil
}

// known collects the keys of the table.
func (p *pass[T]) known(ctx context.Context, table Table) (map[string]Key, error) {
	keys := map[string]Key{}
	for key, err := range table.Keys(ctx, p.kind) {
		if err != nil {
			return nil, err
		}
		keys[key.ID] = key
	}
	return keys, nil
}

// settle finds out whether an object that the list did not show is gone.
func (p *pass[T]) settle(ctx context.Context, key Key, at int64, deleted *int) error {
	object, err := p.get(ctx, key)
	switch {
	case err != nil && !errors.Is(err, clerk.ErrNotFound):
		return err
	case err == nil && p.key(object).ID == key.ID:
		return p.emit(ctx, object, at)
	}
	*deleted++
	return p.gone(ctx, key, at)
}

// emit passes an object to its callback.
func (p *pass[T]) emit(ctx context.Context, object *T, at int64) error {
	event, err := backfillEvent(p.event, object, at)
	if err != nil {
		return err
	}
	*p.count++
	return p.put(ctx, event, object)
}

// backfillEvent makes the event that a callback gets with an object of a backfill. It has no message id.
func backfillEvent(eventType EventType, object any, at int64) (*Event, error) {
	var data json.RawMessage
	if keeper, ok := object.(interface{ RawJSON() json.RawMessage }); ok {
		data = keeper.RawJSON()
	}
	if data == nil {
		encoded, err := json.Marshal(object)
		if err != nil {
			return nil, err
		}
		data = encoded
	}
	return &Event{Object: "event", Type: eventType, Timestamp: clerk.Timestamp(at), Data: data}, nil
}

func backfillDeleted(
	ctx context.Context, eventType EventType, key Key, at int64,
	fn func(context.Context, *Event, *clerk.DeletedObject) error,
) error {
	object := &clerk.DeletedObject{Object: string(key.Kind), ID: key.ID, Deleted: true}
	event, err := backfillEvent(eventType, object, at)
	if err != nil {
		return err
	}
	return fn(ctx, event, object)
}

func (r *Reconciler) membershipGone(ctx context.Context, key Key, at int64) error {
	object := &clerk.OrganizationMembership{Object: string(KindMembership), ID: key.ID}
	object.Organization.ID = key.OrganizationID
	object.PublicUserData = &clerk.OrganizationMembershipPublicUserData{UserID: key.UserID}
	event, err := backfillEvent(EventOrganizationMembershipDeleted, object, at)
	if err != nil {
		return err
	}
	return r.callbacks.OrganizationMembershipDeleted(ctx, event, object)
}
