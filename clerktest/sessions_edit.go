package clerktest

import (
	"encoding/json"
	"fmt"
	"time"
)

// ActivateOrganization makes an organization the active one of a session; empty returns to the personal account.
func (in *Instance) ActivateOrganization(sessionID, organizationID string) {
	in.editSession("ActivateOrganization", sessionID, func(x *tx, s *session) error {
		if organizationID == "" {
			s.OrganizationID = nil
			return nil
		}
		o, err := x.findOrganization(organizationID)
		if err != nil {
			return err
		}
		s.OrganizationID = &o.ID
		return nil
	})
}

// RequireTasks leaves a session pending until the user has done these tasks, for example choose-organization. No tasks
// make it active again.
func (in *Instance) RequireTasks(sessionID string, tasks ...string) {
	in.editSession("RequireTasks", sessionID, func(x *tx, s *session) error {
		s.Tasks = tasks
		if len(tasks) > 0 {
			x.emitSession("session.pending", s)
		}
		return nil
	})
}

// Impersonate marks a session as one in which actorUserID acts for the user: its tokens carry an act claim.
func (in *Instance) Impersonate(sessionID, actorUserID string) {
	in.editSession("Impersonate", sessionID, func(x *tx, s *session) error {
		actor, err := json.Marshal(map[string]string{"iss": "https://dashboard.clerk.com", "sid": x.newID("sess_"), "sub": actorUserID})
		if err != nil {
			return fmt.Errorf("clerktest: actor: %w", err)
		}
		s.Actor = actor
		return nil
	})
}

// VerifyFactors sets how long ago the user of a session verified the factors; the fva claim of later tokens says so. A
// negative second means there is no second factor.
func (in *Instance) VerifyFactors(sessionID string, first, second time.Duration) {
	in.editSession("VerifyFactors", sessionID, func(x *tx, s *session) error {
		s.FirstFactorAt, s.SecondFactorAt = x.time.Add(-first).UnixMilli(), nil
		if second >= 0 {
			at := x.time.Add(-second).UnixMilli()
			s.SecondFactorAt = &at
		}
		return nil
	})
}

// RevokeSession ends a session. Its tokens stay good until they expire, as at Clerk.
func (in *Instance) RevokeSession(sessionID string) {
	in.edit("RevokeSession", func(x *tx) error {
		s := tableSessions.get(x, sessionID)
		if s == nil {
			return errNotFound("session")
		}
		x.endSession(s, "revoked")
		return nil
	})
}

func (in *Instance) editSession(op, id string, edit func(*tx, *session) error) {
	in.edit(op, func(x *tx) error {
		s := tableSessions.get(x, id)
		if s == nil {
			return errNotFound("session")
		}
		next := *s
		if err := edit(x, &next); err != nil {
			return err
		}
		next.UpdatedAt = x.now
		tableSessions.put(x, &next)
		return nil
	})
}
