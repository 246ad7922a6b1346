package clerkmirror

import (
	"context"
	"errors"
	"fmt"
	"time"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
)

// ensureTimeout bounds the calls of Clerk and the transaction for an object that the tables lack.
const ensureTimeout = 10 * time.Second

// Ensure makes sure that the tables have the user of a request, and the organization and the membership of the session,
// so that rows of the application can refer to them before the webhook has arrived. What is missing is fetched from
// Clerk, once for all requests of the process that wait for it. Later requests cost nothing while the id is remembered,
// and one indexed read otherwise.
//
// A request that is not signed in, or that a machine without a user sent, needs nothing. The error is [ErrGone] if the
// user, organization or membership no longer exists although its token is still valid. If no middleware ran, or the
// credentials could not be checked, it is the error of the state.
func (m *Mirror) Ensure(ctx context.Context, state *clerkauth.RequestState) error {
	if !state.SignedIn() {
		if err := state.Err(); errors.Is(err, clerkauth.ErrUnavailable) {
			return fmt.Errorf("clerkmirror: Ensure: %w", err)
		}
		return nil
	}
	user, organization := state.UserID(), state.OrgID()
	if state.SessionID() == "" && user != "" {
		organization = "" // a key of a user has no membership
	}
	if err := m.ensure(ctx, user, organization); err != nil {
		return fmt.Errorf("clerkmirror: Ensure: %w", err)
	}
	return nil
}

func (m *Mirror) ensure(ctx context.Context, userID, organizationID string) error {
	if userID == "" && organizationID == "" {
		return nil
	}
	who := userID + " " + organizationID
	if m.known.has(who) {
		return nil
	}
	if complete, err := m.hasRows(ctx, userID, organizationID); err != nil || complete {
		if complete {
			m.known.add(who)
		}
		return err
	}
	err := m.flights.do(ctx, who, func() error {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), ensureTimeout) // others may wait for it
		defer cancel()
		return m.fetchMissing(ctx, userID, organizationID)
	})
	if err == nil {
		m.known.add(who)
	}
	return err
}

// wanted are the keys of a session: what the tables must have, in the order of foreign keys.
func wanted(userID, organizationID string) []clerkwebhook.Key {
	var keys []clerkwebhook.Key
	if userID != "" {
		keys = append(keys, clerkwebhook.Key{Kind: clerkwebhook.KindUser, ID: userID})
	}
	if organizationID != "" {
		keys = append(keys, clerkwebhook.Key{Kind: clerkwebhook.KindOrganization, ID: organizationID})
	}
	if userID != "" && organizationID != "" {
		keys = append(keys, clerkwebhook.Key{Kind: clerkwebhook.KindMembership, OrganizationID: organizationID, UserID: userID})
	}
	return keys
}

// hasRows reports whether all rows of a session are there, in one read.
func (m *Mirror) hasRows(ctx context.Context, userID, organizationID string) (bool, error) {
	have, err := m.rowsOf(ctx, userID, organizationID)
	if err != nil {
		return false, err
	}
	for _, key := range wanted(userID, organizationID) {
		live, known := have[key.Kind]
		if known && !live {
			return false, ErrGone
		}
		if !known {
			return false, nil
		}
	}
	return true, nil
}

// rowsOf reads which rows of a session are there, and whether they are live. A membership that was deleted is not
// reported: the user may have joined again.
func (m *Mirror) rowsOf(ctx context.Context, userID, organizationID string) (map[clerkwebhook.Kind]bool, error) {
	query := "SELECT 'user', deleted_at IS NULL FROM {users} WHERE id = ? UNION ALL" +
		" SELECT 'organization', deleted_at IS NULL FROM {organizations} WHERE id = ? UNION ALL" +
		" SELECT 'organization_membership', deleted_at IS NULL FROM {memberships}" +
		" WHERE organization_id = ? AND user_id = ? AND deleted_at IS NULL"
	have := map[clerkwebhook.Kind]bool{}
	args := []any{userID, organizationID, organizationID, userID}
	err := m.query(ctx, m.db, query, args, func(scan func(...any) error) error {
		var kind clerkwebhook.Kind
		var live bool
		err := scan(&kind, &live)
		have[kind] = live
		return err
	})
	return have, err
}

// fetch asks Clerk for the object of a key. It returns nil where Clerk has it no more.
func (m *Mirror) fetch(ctx context.Context, key clerkwebhook.Key) (*row, error) {
	if _, err := m.client(); err != nil {
		return nil, err
	}
	table, err := m.table(key.Kind)
	if err != nil {
		return nil, err
	}
	return table.get(ctx, m, key)
}

// fetchMissing fetches what the tables lack and stores it in one transaction.
func (m *Mirror) fetchMissing(ctx context.Context, userID, organizationID string) error {
	have, err := m.rowsOf(ctx, userID, organizationID)
	if err != nil {
		return err
	}
	var rows []*row
	for _, key := range wanted(userID, organizationID) {
		if _, ok := have[key.Kind]; ok {
			continue
		}
		r, err := m.fetch(ctx, key)
		if err != nil {
			return err
		}
		if r == nil {
			return ErrGone
		}
		rows = append(rows, r)
	}
	if err := m.inTx(ctx, func(ctx context.Context, t *transaction) error { return m.store(ctx, t, rows) }); err != nil {
		return err
	}
	// An event of another replica may have deleted one of them meanwhile.
	complete, err := m.hasRows(ctx, userID, organizationID)
	if err == nil && !complete {
		err = ErrGone
	}
	return err
}
