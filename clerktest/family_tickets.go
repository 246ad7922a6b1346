package clerktest

import (
	"encoding/json"
	"time"
)

// ticketToken is a single-use link that signs somebody in: a sign-in token, or with an actor, an actor token.
type ticketToken struct {
	ID              string          `json:"id"`
	Actor           json.RawMessage `json:"actor"` // of an actor token
	UserID          string          `json:"user_id"`
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

// agentTask lets an agent act for a user through a link.
type agentTask struct {
	ID        string `json:"id"`
	AgentID   string `json:"agent_id"`
	UserID    string `json:"user_id"`
	Ticket    string `json:"ticket"`
	Status    string `json:"status"`
	CreatedAt int64  `json:"created_at"`
}

type agentTaskWire struct {
	Object      string `json:"object"`
	AgentID     string `json:"agent_id"`
	AgentTaskID string `json:"agent_task_id"`
	TaskID      string `json:"task_id"`
	URL         string `json:"url,omitzero"`
}

var (
	tableTickets = &table[ticketToken]{
		name: "ticket_tokens",
		id:   func(t *ticketToken) string { return t.ID },
		indexes: map[string]func(*ticketToken) []string{
			"ticket": func(t *ticketToken) []string { return []string{t.Ticket} },
		},
	}
	tableAgentTasks = &table[agentTask]{name: "agent_tasks", id: func(t *agentTask) string { return t.ID }}
)

func ticketsFamily() family {
	return family{
		tables: []anyTable{tableTickets, tableAgentTasks},
		endpoints: map[string]endpoint{
			"CreateSignInToken":  {write: createSignInToken},
			"RevokeSignInToken":  {write: revokeTicket("sign_in_token_id", "sign_in_token")},
			"CreateActorToken":   {write: createActorToken},
			"RevokeActorToken":   {write: revokeTicket("actor_token_id", "actor_token")},
			"CreateTestingToken": {write: createTestingToken},
			"CreateAgentTask":    {write: createAgentTask},
			"RevokeAgentTask":    {write: revokeAgentTask},
		},
	}
}

func (t *ticketToken) object() string {
	if len(t.Actor) > 0 {
		return "actor_token"
	}
	return "sign_in_token"
}

func (x *tx) ticketTokenWire(t *ticketToken) ticketTokenWire {
	return ticketTokenWire{
		Object: t.object(), ID: t.ID, Status: t.Status, UserID: t.UserID, Actor: t.Actor, Token: t.Ticket,
		URL: x.inst.ticketURL(t.Ticket), CreatedAt: t.CreatedAt, UpdatedAt: t.UpdatedAt,
	}
}

func createSignInToken(c *call) (any, error) {
	var in struct {
		UserID    string       `json:"user_id"`
		ExpiresIn field[int64] `json:"expires_in_seconds"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	lifetime := int64(30 * 24 * time.Hour / time.Second)
	in.ExpiresIn.applyValue(&lifetime)
	return storeTicket(c, &ticketToken{ID: c.tx.newID("sit_"), UserID: in.UserID}, lifetime)
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
	lifetime, session := int64(time.Hour/time.Second), int64(30*time.Minute/time.Second)
	in.ExpiresIn.applyValue(&lifetime)
	in.SessionDuration.applyValue(&session)
	return storeTicket(c, &ticketToken{
		ID: c.tx.newID("act_"), UserID: in.UserID, Actor: compactJSON(in.Actor), SessionDuration: session,
	}, lifetime)
}

// storeTicket completes a new token and stores it. The lifetime is in seconds.
func storeTicket(c *call, t *ticketToken, lifetime int64) (any, error) {
	if tableUsers.get(c.tx, t.UserID) == nil {
		return nil, errNotFound("user")
	}
	if lifetime <= 0 {
		return nil, errParamValue("expires_in_seconds", "positive")
	}
	t.ticket = c.tx.newTicket(time.Duration(lifetime) * time.Second)
	tableTickets.put(c.tx, t)
	return c.tx.ticketTokenWire(t), nil
}

func revokeTicket(param, object string) func(*call) (any, error) {
	return func(c *call) (any, error) {
		t := tableTickets.get(c.tx, c.param(param))
		if t == nil || t.object() != object {
			return nil, errNotFound("token")
		}
		if t.Status != "pending" {
			return nil, errBadRequest("token_not_pending", "this token is "+t.Status+" and cannot be revoked")
		}
		t = tableTickets.update(c.tx, t.ID, func(t *ticketToken) { t.settle("revoked", c.tx.now) })
		return c.tx.ticketTokenWire(t), nil
	}
}

// testingTokenLifetime is how long a testing token gets a browser past bot protection.
const testingTokenLifetime = time.Hour

func createTestingToken(c *call) (any, error) {
	return struct {
		Object    string `json:"object"`
		Token     string `json:"token"`
		ExpiresAt int64  `json:"expires_at"` // seconds, unlike every other time
	}{"testing_token", randomHex(24), c.tx.time.Add(testingTokenLifetime).Unix()}, nil
}

func createAgentTask(c *call) (any, error) {
	var in struct {
		OnBehalfOf struct {
			UserID     string `json:"user_id"`
			Identifier string `json:"identifier"`
		} `json:"on_behalf_of"`
		RedirectURL string `json:"redirect_url"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	u := tableUsers.get(c.tx, in.OnBehalfOf.UserID)
	if u == nil {
		u = c.tx.userByEmail(in.OnBehalfOf.Identifier)
	}
	if u == nil {
		return nil, errNotFound("user")
	}
	if err := checkRedirectURL(in.RedirectURL); err != nil {
		return nil, err
	}
	task := &agentTask{
		ID: c.tx.newID("agttsk_"), AgentID: c.tx.newID("agt_"), UserID: u.ID, Ticket: randomHex(24), Status: "pending", CreatedAt: c.tx.now,
	}
	tableAgentTasks.put(c.tx, task)
	return agentTaskWire{
		Object: "agent_task", AgentID: task.AgentID, AgentTaskID: task.ID, TaskID: task.ID, URL: c.inst.ticketURL(task.Ticket),
	}, nil
}

func revokeAgentTask(c *call) (any, error) {
	task := tableAgentTasks.update(c.tx, c.param("agent_task_id"), func(t *agentTask) { t.Status = "revoked" })
	if task == nil {
		return nil, errNotFound("agent task")
	}
	return agentTaskWire{Object: "agent_task", AgentID: task.AgentID, AgentTaskID: task.ID, TaskID: task.ID}, nil
}
