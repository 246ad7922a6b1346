package clerktest

import (
	"encoding/json"
	"strings"
	"time"
)

// ticketToken is a single-use link that signs somebody in: a sign-in token, with an actor an actor token, with an agent
// an agent task.
type ticketToken struct {
	ID              string          `json:"id"`
	UserID          string          `json:"user_id"`
	OrganizationID  *string         `json:"organization_id"` // to activate
	Actor           json.RawMessage `json:"actor"`           // of an actor token
	AgentID         string          `json:"agent_id"`        // of an agent task
	AgentName       string          `json:"agent_name"`
	SessionDuration int64           `json:"session_duration"` // seconds, 0 is the instance's own
	ticket
}

type ticketTokenWire struct {
	Object    string          `json:"object"`
	ID        string          `json:"id"`
	Status    string          `json:"status"`
	UserID    string          `json:"user_id"`
	Actor     json.RawMessage `json:"actor,omitzero"`
	Token     string          `json:"token,omitzero"`
	URL       string          `json:"url,omitzero"`
	CreatedAt int64           `json:"created_at"`
	UpdatedAt int64           `json:"updated_at"`
}

type agentTaskWire struct {
	Object      string `json:"object"`
	AgentID     string `json:"agent_id"`
	AgentTaskID string `json:"agent_task_id"`
	TaskID      string `json:"task_id"`
	URL         string `json:"url,omitzero"`
}

var tableTickets = &table[*ticketToken]{
	name: "ticket_tokens",
	id:   func(t *ticketToken) string { return t.ID },
	indexes: map[string]func(*ticketToken) []string{
		"ticket": func(t *ticketToken) []string { return []string{t.Ticket} },
		"agent":  func(t *ticketToken) []string { return []string{t.AgentName} },
	},
}

// Lives of tokens and of the sessions that they start.
const (
	signInTokenLife = 30 * 24 * time.Hour
	actorTokenLife  = time.Hour // of agent tasks, too
	actorSession    = 30 * time.Minute
	maxTicketLife   = 315_360_000 // seconds
)

func ticketsFamily() family {
	return family{
		tables: []anyTable{tableTickets},
		endpoints: map[string]endpoint{
			"CreateSignInToken": {write: createSignInToken},
			"RevokeSignInToken": {write: revokeTicket("sign_in_token_id", "sign_in_token", (*tx).wireTicketToken)},
			"CreateActorToken":  {write: createActorToken},
			"RevokeActorToken":  {write: revokeTicket("actor_token_id", "actor_token", (*tx).wireTicketToken)},
			"CreateAgentTask":   {write: createAgentTask},
			"RevokeAgentTask":   {write: revokeTicket("agent_task_id", "agent_task", (*tx).wireAgentTask)},
		},
	}
}

func (t *ticketToken) object() string {
	switch {
	case t.AgentID != "":
		return "agent_task"
	case len(t.Actor) > 0:
		return "actor_token"
	default:
		return "sign_in_token"
	}
}

func (x *tx) wireTicketToken(t *ticketToken) ticketTokenWire {
	return ticketTokenWire{
		Object: t.object(), ID: t.ID, Status: t.Status, UserID: t.UserID, Actor: t.Actor, CreatedAt: t.CreatedAt, UpdatedAt: t.UpdatedAt,
	}
}

func (x *tx) wireAgentTask(t *ticketToken) agentTaskWire {
	return agentTaskWire{Object: t.object(), AgentID: t.AgentID, AgentTaskID: t.ID, TaskID: t.ID}
}

func createSignInToken(c *call) (any, error) {
	var in struct {
		UserID    string        `json:"user_id"`
		OrgID     field[string] `json:"org_id"`
		ExpiresIn field[int64]  `json:"expires_in_seconds"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	t := &ticketToken{ID: c.tx.newID("sit_"), UserID: in.UserID, OrganizationID: in.OrgID.pointer()}
	return c.storeTicketToken(t, in.ExpiresIn, signInTokenLife)
}

func createActorToken(c *call) (any, error) {
	var in struct {
		UserID          string          `json:"user_id"`
		Actor           json.RawMessage `json:"actor"`
		ExpiresIn       field[int64]    `json:"expires_in_seconds"`
		SessionDuration field[int64]    `json:"session_max_duration_in_seconds"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	var actor struct {
		Subject string `json:"sub"`
	}
	if json.Unmarshal(in.Actor, &actor) != nil || actor.Subject == "" {
		return nil, errParamFormat("actor", "an object whose sub names the actor")
	}
	if actor.Subject == in.UserID {
		return nil, errParamValue("actor", "another user than user_id")
	}
	session, err := sessionDuration(in.SessionDuration)
	if err != nil {
		return nil, err
	}
	t := &ticketToken{ID: c.tx.newID("act_"), UserID: in.UserID, Actor: compactJSON(in.Actor), SessionDuration: session}
	return c.storeTicketToken(t, in.ExpiresIn, actorTokenLife)
}

// sessionDuration is the longest life of the session that an actor token or an agent task starts, in seconds.
func sessionDuration(seconds field[int64]) (int64, error) {
	duration := int64(actorSession / time.Second)
	seconds.applyValue(&duration)
	if duration <= 0 {
		return 0, errParamValue("session_max_duration_in_seconds", "positive")
	}
	return duration, nil
}

// storeTicketToken stores a sign-in or actor token and answers with its ticket, which no other answer shows. The
// lifetime is in seconds.
func (c *call) storeTicketToken(t *ticketToken, seconds field[int64], standard time.Duration) (any, error) {
	lifetime := int64(standard / time.Second)
	seconds.applyValue(&lifetime)
	if lifetime <= 0 || lifetime > maxTicketLife {
		return nil, errParamValue("expires_in_seconds", "between 1 and 315360000")
	}
	if err := c.storeTicket(t, time.Duration(lifetime)*time.Second); err != nil {
		return nil, err
	}
	wire := c.tx.wireTicketToken(t)
	wire.Token, wire.URL = t.Ticket, c.inst.ticketURL(t.Ticket)
	return wire, nil
}

// storeTicket gives a new token its ticket and stores it.
func (c *call) storeTicket(t *ticketToken, lifetime time.Duration) error {
	if _, err := c.tx.findUser(t.UserID); err != nil {
		return err
	}
	if err := c.tx.checkMember(t.OrganizationID, t.UserID); err != nil {
		return err
	}
	t.ticket = c.tx.newTicket(lifetime)
	tableTickets.put(c.tx, t)
	return nil
}

// checkMember refuses an organization that is to be activated for somebody who is no member of it; nil is none.
func (x *tx) checkMember(organizationID *string, userID string) error {
	if organizationID == nil {
		return nil
	}
	if tableOrganizations.get(x, *organizationID) == nil {
		return errNotFound("organization")
	}
	if x.findMembership(*organizationID, userID) == nil {
		return errNotFound("organization membership")
	}
	return nil
}

func revokeTicket[W any](param, object string, wire func(*tx, *ticketToken) W) func(*call) (any, error) {
	return func(c *call) (any, error) {
		t := tableTickets.get(c.tx, c.param(param))
		if t == nil || t.object() != object {
			return nil, errNotFound("token")
		}
		if t.Status != "pending" {
			return nil, errBadRequest("token_not_pending", "this token is "+t.Status+" and cannot be revoked")
		}
		return wire(c.tx, tableTickets.update(c.tx, t.ID, func(t *ticketToken) { t.settle("revoked", c.tx.now) })), nil
	}
}

func createAgentTask(c *call) (any, error) {
	var in struct {
		OnBehalfOf struct {
			UserID     string `json:"user_id"`
			Identifier string `json:"identifier"`
		} `json:"on_behalf_of"`
		AgentName       string       `json:"agent_name"`
		RedirectURL     string       `json:"redirect_url"`
		SessionDuration field[int64] `json:"session_max_duration_in_seconds"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	userID, identifier := in.OnBehalfOf.UserID, in.OnBehalfOf.Identifier
	if (userID == "") == (identifier == "") {
		return nil, errParamValue("on_behalf_of", "an object with either user_id or identifier")
	}
	if in.AgentName == "" {
		return nil, errParamNil("agent_name")
	}
	if err := checkRedirectURL(in.RedirectURL); err != nil {
		return nil, err
	}
	session, err := sessionDuration(in.SessionDuration)
	if err != nil {
		return nil, err
	}
	if u := c.tx.userByIdentifier(identifier); u != nil {
		userID = u.ID
	}
	task := &ticketToken{
		ID: c.tx.newID("agttsk_"), UserID: userID, AgentID: c.tx.agentID(in.AgentName), AgentName: in.AgentName, SessionDuration: session,
	}
	if err := c.storeTicket(task, actorTokenLife); err != nil {
		return nil, err
	}
	wire := c.tx.wireAgentTask(task)
	wire.URL = c.inst.ticketURL(task.Ticket)
	return wire, nil
}

// agentID is the id that an agent has in all its tasks.
func (x *tx) agentID(name string) string {
	if earlier := tableTickets.first(x, "agent", name); earlier != nil {
		return earlier.AgentID
	}
	return x.newID("agt_")
}

// userByIdentifier returns the user with an e-mail address, a phone number or a username, nil when nobody has it.
func (x *tx) userByIdentifier(identifier string) *user {
	for _, index := range []string{"email", "phone", "username"} {
		if u := tableUsers.first(x, index, strings.ToLower(identifier)); u != nil {
			return u
		}
	}
	return nil
}
