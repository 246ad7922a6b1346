package clerkmirror

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	clerk "github.com/clerkgo/clerk-go/core"
	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
)

// User returns a user from the table. The error matches [clerk.ErrNotFound] if there is none or the user is deleted.
func (m *Mirror) User(ctx context.Context, id string) (*clerk.User, error) {
	return one[clerk.User](ctx, m, "User", clerkwebhook.KindUser, "id = ?", id)
}

// UserByEmail returns the user whose primary address this is, the one created last if several have it. Addresses change
// hands, so do not use one as a key. The error matches [clerk.ErrNotFound] if there is none.
func (m *Mirror) UserByEmail(ctx context.Context, address string) (*clerk.User, error) {
	return one[clerk.User](ctx, m, "UserByEmail", clerkwebhook.KindUser,
		"primary_email = ? ORDER BY created_at DESC, id DESC LIMIT 1", strings.ToLower(address))
}

// Organization returns an organization from the table. The error matches [clerk.ErrNotFound] if there is none.
func (m *Mirror) Organization(ctx context.Context, id string) (*clerk.Organization, error) {
	return one[clerk.Organization](ctx, m, "Organization", clerkwebhook.KindOrganization, "id = ?", id)
}

// Users yields all users, by id.
func (m *Mirror) Users(ctx context.Context) iter.Seq2[*clerk.User, error] {
	return all(ctx, m, "Users", clerkwebhook.KindUser, "", nil, func(u *clerk.User) string { return u.ID })
}

// Members yields the memberships of an organization, by id.
func (m *Mirror) Members(ctx context.Context, organizationID string) iter.Seq2[*clerk.OrganizationMembership, error] {
	return all(ctx, m, "Members", clerkwebhook.KindMembership, "organization_id = ? AND ", []any{organizationID},
		func(m *clerk.OrganizationMembership) string { return m.ID })
}

// Organizations yields the organizations that a user is a member of, by id; with an empty userID, all organizations.
func (m *Mirror) Organizations(ctx context.Context, userID string) iter.Seq2[*clerk.Organization, error] {
	condition, args := "", []any(nil)
	if userID != "" {
		condition = "id IN (SELECT organization_id FROM {memberships} WHERE user_id = ? AND deleted_at IS NULL) AND "
		args = []any{userID}
	}
	return all(ctx, m, "Organizations", clerkwebhook.KindOrganization, condition, args,
		func(o *clerk.Organization) string { return o.ID })
}

// one reads an object.
func one[T any](
	ctx context.Context, m *Mirror, operation string, kind clerkwebhook.Kind, condition string, args ...any,
) (*T, error) {
	query := "SELECT data, COALESCE(data_raw, '') FROM " + m.tables[kind].name + " WHERE deleted_at IS NULL AND " + condition
	var data, raw string
	err := m.db.QueryRowContext(ctx, m.sql(query), args...).Scan(&data, &raw)
	if errors.Is(err, sql.ErrNoRows) {
		err = clerk.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("clerkmirror: %s: %w", operation, err)
	}
	return decode[T](operation, data, raw)
}

// decode makes an object out of its columns.
func decode[T any](operation, data, raw string) (*T, error) {
	sent, err := unfitJSON(data, raw)
	object := new(T)
	if err == nil {
		err = json.Unmarshal(sent, object)
	}
	if err != nil {
		return nil, fmt.Errorf("clerkmirror: %s: %w", operation, err)
	}
	return object, nil
}

// all reads objects, some hundred at a time, so that the caller may write meanwhile.
func all[T any](
	ctx context.Context, m *Mirror, operation string, kind clerkwebhook.Kind, condition string, args []any, id func(*T) string,
) iter.Seq2[*T, error] {
	query := "SELECT data, COALESCE(data_raw, '') FROM " + m.tables[kind].name +
		" WHERE deleted_at IS NULL AND " + condition + "id > ? ORDER BY id LIMIT ?"
	return func(yield func(*T, error) bool) {
		for after, more := "", true; more; {
			var batch []*T
			page := slices.Concat(args, []any{after, keysPerQuery})
			err := m.query(ctx, m.db, query, page, func(scan func(...any) error) error {
				var data, raw string
				if err := scan(&data, &raw); err != nil {
					return err
				}
				object, err := decode[T](operation, data, raw)
				batch = append(batch, object)
				return err
			})
			if err != nil {
				yield(nil, fmt.Errorf("clerkmirror: %s: %w", operation, err))
				return
			}
			for _, object := range batch {
				if !yield(object, nil) {
					return
				}
				after = id(object)
			}
			more = len(batch) == keysPerQuery
		}
	}
}
