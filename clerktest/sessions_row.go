package clerktest

import (
	"cmp"
	"encoding/json"
	"time"
)

// session is the stored form of a session.
type session struct {
	ID             string          `json:"id"`
	UserID         string          `json:"user_id"`
	ClientID       string          `json:"client_id"`
	Status         string          `json:"status"` // see statusAt
	OrganizationID *string         `json:"organization_id"`
	Actor          json.RawMessage `json:"actor,omitzero"`
	Tasks          []string        `json:"tasks"` // keys of what the user still has to do
	FirstFactorAt  int64           `json:"first_factor_at"`
	SecondFactorAt *int64          `json:"second_factor_at"`
	LastActiveAt   int64           `json:"last_active_at"`
	ExpireAt       int64           `json:"expire_at"`
	AbandonAt      int64           `json:"abandon_at"`
	CreatedAt      int64           `json:"created_at"`
	UpdatedAt      int64           `json:"updated_at"`
}

// device is the stored form of what Clerk calls a client: one browser or app.
type device struct {
	ID              string  `json:"id"`
	SignInID        *string `json:"sign_in_id"`
	SignUpID        *string `json:"sign_up_id"`
	Strategy        *string `json:"strategy"`          // of the last sign-in
	ActiveSessionID *string `json:"active_session_id"` // that the browser chose last
	CreatedAt       int64   `json:"created_at"`
	UpdatedAt       int64   `json:"updated_at"`
}

var tableSessions = &table[*session]{
	name: "sessions",
	id:   func(s *session) string { return s.ID },
	indexes: map[string]func(*session) []string{
		"user":   func(s *session) []string { return []string{s.UserID} },
		"client": func(s *session) []string { return []string{s.ClientID} },
	},
	orders: map[string]func(a, b *session) int{
		"created_at": func(a, b *session) int { return cmp.Compare(a.CreatedAt, b.CreatedAt) },
	},
}

var tableDevices = &table[*device]{
	name: "devices",
	id:   func(d *device) string { return d.ID },
	orders: map[string]func(a, b *device) int{
		"created_at": func(a, b *device) int { return cmp.Compare(a.CreatedAt, b.CreatedAt) },
	},
}

// Life times of sessions, Clerk's defaults.
const (
	sessionLife    = 7 * 24 * time.Hour
	sessionAbandon = 30 * 24 * time.Hour
)

// statusAt returns the status that the session has at a time in milliseconds: what is stored, unless time or an open
// task says otherwise.
func (s *session) statusAt(now int64) string {
	switch {
	case s.Status != "active":
		return s.Status
	case now >= s.AbandonAt:
		return "abandoned"
	case now >= s.ExpireAt:
		return "expired"
	case len(s.Tasks) > 0:
		return "pending"
	default:
		return s.Status
	}
}

// liveAt reports whether the session still gets tokens.
func (s *session) liveAt(now int64) bool {
	status := s.statusAt(now)
	return status == "active" || status == "pending"
}

type sessionWire struct {
	Object         string          `json:"object"`
	ID             string          `json:"id"`
	UserID         string          `json:"user_id"`
	ClientID       string          `json:"client_id"`
	Actor          json.RawMessage `json:"actor"`
	Status         string          `json:"status"`
	OrganizationID *string         `json:"last_active_organization_id"`
	LastActiveAt   int64           `json:"last_active_at"`
	LatestActivity json.RawMessage `json:"latest_activity"`
	ExpireAt       int64           `json:"expire_at"`
	AbandonAt      int64           `json:"abandon_at"`
	CreatedAt      int64           `json:"created_at"`
	UpdatedAt      int64           `json:"updated_at"`
	Tasks          []sessionTask   `json:"tasks"`
}

type sessionTask struct {
	Key string `json:"key"`
}

// sessionEvent is the payload of session webhooks.
type sessionEvent struct {
	*sessionWire
	User *userWire `json:"user"`
}

var nullJSON = json.RawMessage("null")

func (x *tx) wireSession(s *session) *sessionWire {
	w := &sessionWire{
		Object: "session", ID: s.ID, UserID: s.UserID, ClientID: s.ClientID, Actor: s.Actor, Status: s.statusAt(x.now),
		OrganizationID: s.OrganizationID, LastActiveAt: s.LastActiveAt, LatestActivity: nullJSON,
		ExpireAt: s.ExpireAt, AbandonAt: s.AbandonAt, CreatedAt: s.CreatedAt, UpdatedAt: s.UpdatedAt,
	}
	if len(w.Actor) == 0 {
		w.Actor = nullJSON
	}
	for _, key := range s.Tasks {
		w.Tasks = append(w.Tasks, sessionTask{Key: key})
	}
	return w
}

// emitSession announces a session with its user.
func (x *tx) emitSession(kind string, s *session) {
	if u := tableUsers.get(x, s.UserID); u != nil {
		x.emit(kind, sessionEvent{x.wireSession(s), x.wireUser(u)})
	}
}

// startSession signs a user in on a client; an empty clientID makes a new one. The edits come before anybody sees the
// session.
func (x *tx) startSession(u *user, clientID string, orgID *string, edits ...func(*session)) *session {
	if tableDevices.get(x, clientID) == nil {
		d := &device{ID: x.newID("client_"), CreatedAt: x.now, UpdatedAt: x.now}
		tableDevices.put(x, d)
		clientID = d.ID
	}
	s := &session{
		ID: x.newID("sess_"), UserID: u.ID, ClientID: clientID, Status: "active", OrganizationID: orgID,
		FirstFactorAt: x.now, LastActiveAt: x.now, CreatedAt: x.now, UpdatedAt: x.now,
		ExpireAt: x.time.Add(sessionLife).UnixMilli(), AbandonAt: x.time.Add(sessionAbandon).UnixMilli(),
	}
	for _, edit := range edits {
		edit(s)
	}
	tableSessions.put(x, s)
	if b := tableBrowsers.first(x, "client", clientID); b != nil && !b.SignedIn {
		tableBrowsers.update(x, b.Token, func(b *browser) { b.SignedIn = true })
	}
	tableUsers.update(x, u.ID, func(u *user) { u.LastSignInAt, u.LastActiveAt = &x.now, &x.now })
	x.emitSession("session.created", s)
	return s
}

// endSession gives a live session its last status: revoked, ended or removed.
func (x *tx) endSession(s *session, status string) *session {
	if !s.liveAt(x.now) {
		return s
	}
	s = tableSessions.update(x, s.ID, func(s *session) { s.Status, s.UpdatedAt = status, x.now })
	x.emitSession("session."+status, s)
	return s
}

// endSessions ends all live sessions of a user.
func (x *tx) endSessions(userID, status string) {
	for _, s := range tableSessions.find(x, "user", userID) {
		x.endSession(s, status)
	}
}
