package clerkwebhook

import (
	"context"
	"encoding/json"
	"iter"
	"time"

	clerk "github.com/clerkgo/clerk-go/core"
)

// Kind is a kind of object that a [Reconciler] keeps in step.
type Kind string

// The kinds that a [Reconciler] keeps in step.
const (
	KindUser         Kind = "user"
	KindOrganization Kind = "organization"
	KindMembership   Kind = "organization_membership"
)

// Key identifies an object of Clerk.
type Key struct {
	// Kind is the kind of the object.
	Kind Kind
	// ID is the id of the object. Clerk never uses an id again, so what is deleted stays deleted.
	ID string
	// OrganizationID is the organization of a membership or of another object that belongs to one; otherwise empty.
	OrganizationID string
	// UserID is the user of a membership; empty for other kinds.
	UserID string
}

// Record is one state of an object, from an event or from a backfill.
type Record struct {
	Key
	// UpdatedAt is the updated_at of the object in Unix milliseconds; zero for a deletion.
	UpdatedAt int64
	// ObservedAt is when the state was seen, in Unix milliseconds: the time of the event, or of the start of the
	// backfill. It decides between states with the same UpdatedAt.
	ObservedAt int64
	// Deleted says that the object is gone.
	Deleted bool
	// Data is the object as Clerk sent it; nil for a deletion. For an object that was decoded elsewhere it is encoded
	// again.
	Data json.RawMessage
	// User is the object if Kind is [KindUser] and it is not deleted.
	User *clerk.User
	// Organization is the object if Kind is [KindOrganization] and it is not deleted.
	Organization *clerk.Organization
	// Membership is the object if Kind is [KindMembership] and it is not deleted.
	Membership *clerk.OrganizationMembership
}

// Supersedes reports whether the record replaces a stored one: a deletion is final, and otherwise the later state
// wins by UpdatedAt, then by ObservedAt. A record replaces its equal, which changes nothing. Of two states of the same
// millisecond the one that is delivered last stays, until a backfill brings the state that Clerk has.
func (r *Record) Supersedes(updatedAt, observedAt int64, deleted bool) bool {
	switch {
	case deleted:
		return false
	case r.Deleted:
		return true
	case r.UpdatedAt != updatedAt:
		return r.UpdatedAt > updatedAt
	default:
		return r.ObservedAt >= observedAt
	}
}

// Table is the application's copy of Clerk's users, organizations and memberships. Its methods must be safe for
// concurrent use.
type Table interface {
	// Apply stores the record if there is none with its Kind and ID yet, or if it Supersedes the stored one, and does
	// nothing otherwise. Comparison and change must be one step: an INSERT … ON CONFLICT DO UPDATE … WHERE in SQL. A
	// deletion must be stored too, even for an object that was never seen, so that a late event does not revive it.
	Apply(ctx context.Context, record *Record) error
	// Keys yields the key of every stored object of the kind that is not deleted.
	Keys(ctx context.Context, kind Kind) iter.Seq2[Key, error]
}

// ReconcilerConfig configures a [Reconciler]. Only Table is required.
type ReconcilerConfig struct {
	// Table is the application's copy.
	Table Table
	// Then are called after the table has taken an event, or directly for events that are not about users,
	// organizations and memberships. They are called for delivered events and for those of a backfill, also if the
	// table had a later state already.
	Then Callbacks
	// Now is the clock that dates a backfill; nil means [time.Now].
	Now func() time.Time
}

// Reconciler keeps a [Table] in step with Clerk. Events may arrive in any order, repeatedly, or not at all: the table
// ends up the same, for lost events after the next Backfill. It is safe for concurrent use.
type Reconciler struct {
	table     Table
	callbacks Callbacks
	now       func() time.Time
}

// NewReconciler returns a [Reconciler]. It returns an error if there is no [Table].
func NewReconciler(config ReconcilerConfig) (*Reconciler, error) {
	if config.Table == nil {
		return nil, &Error{Reason: ReasonInvalidConfig}
	}
	r := &Reconciler{table: config.Table, now: config.Now}
	if r.now == nil {
		r.now = time.Now
	}
	r.callbacks = r.wrap(config.Then)
	return r, nil
}

// Callbacks returns the callbacks for [NewHandler].
func (r *Reconciler) Callbacks() Callbacks { return r.callbacks }

// wrap puts the table before the callbacks of the application.
func (r *Reconciler) wrap(then Callbacks) Callbacks {
	c := then
	c.UserCreated = first(r.putUser, then.UserCreated, then.Other)
	c.UserUpdated = first(r.putUser, then.UserUpdated, then.Other)
	c.UserDeleted = first(r.deleted(KindUser), then.UserDeleted, then.Other)
	c.OrganizationCreated = first(r.putOrganization, then.OrganizationCreated, then.Other)
	c.OrganizationUpdated = first(r.putOrganization, then.OrganizationUpdated, then.Other)
	c.OrganizationDeleted = first(r.deleted(KindOrganization), then.OrganizationDeleted, then.Other)
	c.OrganizationMembershipCreated = first(r.putMembership, then.OrganizationMembershipCreated, then.Other)
	c.OrganizationMembershipUpdated = first(r.putMembership, then.OrganizationMembershipUpdated, then.Other)
	c.OrganizationMembershipDeleted = first(r.deleteMembership, then.OrganizationMembershipDeleted, then.Other)
	return c
}

// first calls the reconciler's own callback, then the application's.
func first[T any](
	own, then func(context.Context, *Event, *T) error, other func(context.Context, *Event) error,
) func(context.Context, *Event, *T) error {
	return func(ctx context.Context, event *Event, data *T) error {
		if err := own(ctx, event, data); err != nil {
			return err
		}
		if then == nil {
			return deliverOther(ctx, event, other)
		}
		return then(ctx, event, data)
	}
}

func (r *Reconciler) putUser(ctx context.Context, event *Event, user *clerk.User) error {
	return r.apply(ctx, event, &Record{
		Key: Key{Kind: KindUser, ID: user.ID}, UpdatedAt: millis(user.UpdatedAt), Data: event.Data, User: user,
	})
}

func (r *Reconciler) putOrganization(ctx context.Context, event *Event, org *clerk.Organization) error {
	return r.apply(ctx, event, &Record{
		Key: Key{Kind: KindOrganization, ID: org.ID}, UpdatedAt: millis(org.UpdatedAt), Data: event.Data, Organization: org,
	})
}

func (r *Reconciler) putMembership(ctx context.Context, event *Event, m *clerk.OrganizationMembership) error {
	return r.apply(ctx, event, &Record{
		Key: membershipKey(m), UpdatedAt: millis(m.UpdatedAt), Data: event.Data, Membership: m,
	})
}

// deleteMembership stores a deletion although the event carries the whole membership.
func (r *Reconciler) deleteMembership(ctx context.Context, event *Event, m *clerk.OrganizationMembership) error {
	return r.apply(ctx, event, &Record{Key: membershipKey(m), Deleted: true})
}

func (r *Reconciler) deleted(kind Kind) func(context.Context, *Event, *clerk.DeletedObject) error {
	return func(ctx context.Context, event *Event, object *clerk.DeletedObject) error {
		return r.apply(ctx, event, &Record{Key: Key{Kind: kind, ID: object.ID}, Deleted: true})
	}
}

// apply hands a record to the table. An object without an id cannot be stored, and repeating the event would not
// give it one.
func (r *Reconciler) apply(ctx context.Context, event *Event, record *Record) error {
	if record.ID == "" {
		return Permanent(&Error{Reason: ReasonInvalidData, Type: event.Type})
	}
	record.ObservedAt = millis(event.Timestamp)
	return r.table.Apply(ctx, record)
}

func membershipKey(m *clerk.OrganizationMembership) Key {
	key := Key{Kind: KindMembership, ID: m.ID, OrganizationID: m.Organization.ID}
	if m.PublicUserData != nil {
		key.UserID = m.PublicUserData.UserID
	}
	return key
}

// millis returns a timestamp of either unit in Unix milliseconds.
func millis(t clerk.Timestamp) int64 { return int64(clerk.NewTimestamp(t.Time())) }
