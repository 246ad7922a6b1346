package clerkmirror

import (
	"fmt"
	"slices"
	"strconv"

	clerk "github.com/clerkgo/clerk-go/core"
	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
)

const (
	// maxID bounds an id; the columns of MySQL hold no longer ones.
	maxID = 191
	// maxText bounds a text column; those of MySQL hold 64 KiB, and what is longer would be cut off in a lax mode.
	maxText = 65_535
)

// row is a record as the database gets it.
type row struct {
	key      clerkwebhook.Key
	values   []any // the columns of the object, nil or string; nil for a deletion
	data     any   // JSON that every database takes
	raw      any   // what was sent, in base64, where data differs from it
	version  int64
	observed int64
	deleted  bool
}

// newRow checks a record and turns it into a row. An error matches ErrInvalid and marks what another delivery of the
// same message cannot cure.
func newRow(r *clerkwebhook.Record) (*row, error) {
	switch {
	case !isID(r.ID):
		return nil, invalid(r.Kind, "id")
	case r.Kind == clerkwebhook.KindMembership && (!isID(r.OrganizationID) || !isID(r.UserID)):
		if !r.Deleted {
			return nil, invalid(r.Kind, "organization or user")
		}
	}
	out := &row{key: r.Key, version: r.UpdatedAt, observed: r.ObservedAt, deleted: r.Deleted}
	if r.Deleted {
		out.version = 0
		return out, nil
	}
	switch {
	case r.User != nil:
		out.values = userValues(r.User)
	case r.Organization != nil:
		out.values = organizationValues(r.Organization)
	case r.Membership != nil:
		out.values = membershipValues(r.Key, r.Membership)
	default:
		return nil, invalid(r.Kind, "no object")
	}
	for _, value := range out.values {
		if s, ok := value.(string); ok && len(s) > maxText {
			return nil, invalid(r.Kind, "a text is longer than 65535 bytes")
		}
	}
	data, raw := fitJSON(r.Data)
	out.data = data
	if raw != "" {
		out.raw = raw
	}
	return out, nil
}

// invalid returns the error for an object that cannot be stored. It names no value, as that can be personal.
func invalid(kind clerkwebhook.Kind, what string) error {
	return clerkwebhook.Permanent(fmt.Errorf("%w: %s: %s", ErrInvalid, kind, what))
}

// isID reports whether an id is one that every database compares byte by byte: printable ASCII without spaces.
func isID(id string) bool {
	for i := range len(id) {
		if id[i] <= ' ' || id[i] > '~' {
			return false
		}
	}
	return id != "" && len(id) <= maxID
}

// args returns the values of all columns.
func (r *row) args(mark int64) []any {
	return append(slices.Clip(r.values), r.data, r.raw,
		strconv.FormatInt(r.version, 10), strconv.FormatInt(r.observed, 10), strconv.FormatInt(mark, 10))
}

// userRecord is the state of a user that was asked for.
func userRecord(u *clerk.User, observed int64) *clerkwebhook.Record {
	return &clerkwebhook.Record{
		Key: clerkwebhook.Key{Kind: clerkwebhook.KindUser, ID: u.ID}, UpdatedAt: int64(u.UpdatedAt), ObservedAt: observed,
		Data: u.RawJSON(), User: u,
	}
}

// organizationRecord is the state of an organization that was asked for.
func organizationRecord(o *clerk.Organization, observed int64) *clerkwebhook.Record {
	return &clerkwebhook.Record{
		Key: clerkwebhook.Key{Kind: clerkwebhook.KindOrganization, ID: o.ID}, UpdatedAt: int64(o.UpdatedAt), ObservedAt: observed,
		Data: o.RawJSON(), Organization: o,
	}
}

// membershipRecord is the state of a membership that was asked for.
func membershipRecord(m *clerk.OrganizationMembership, observed int64) *clerkwebhook.Record {
	key := clerkwebhook.Key{Kind: clerkwebhook.KindMembership, ID: m.ID, OrganizationID: m.Organization.ID}
	if m.PublicUserData != nil {
		key.UserID = m.PublicUserData.UserID
	}
	return &clerkwebhook.Record{Key: key, UpdatedAt: int64(m.UpdatedAt), ObservedAt: observed, Data: m.RawJSON(), Membership: m}
}
