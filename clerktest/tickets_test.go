package clerktest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	clerk "github.com/clerkgo/clerk-go/core"

	"github.com/clerkgo/clerk-go/clerktest"
)

// ticketIsDead checks that nobody gets in with a link any more.
func ticketIsDead(t *testing.T, in *clerktest.Instance, name, link string) {
	t.Helper()
	if _, err := in.Redeem(link); err == nil || !strings.Contains(err.Error(), "ticket_invalid") {
		t.Errorf("%s: got %v, want ticket_invalid", name, err)
	}
}

func TestSignInTokens(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	in.Clock().Freeze()
	u := in.CreateUser(clerktest.User{}).ID
	org, foreign := in.CreateOrganization(clerktest.Organization{CreatedBy: u}).ID, in.CreateOrganization(clerktest.Organization{}).ID
	mint := func(seconds clerk.Opt[int64]) *clerk.SignInToken {
		return from(client.SignInTokens.Create(ctx, &clerk.SignInTokenCreateParams{UserID: u, OrgID: clerk.String(org), ExpiresInSeconds: seconds})).must(t)
	}
	token := mint(clerk.Opt[int64]{})
	if token.Status != clerk.TokenStatusPending || !strings.HasSuffix(clerk.Value(token.URL), token.Token) {
		t.Errorf("got status %s and a link without the token, want pending", token.Status)
	}
	in.Clock().Advance(30*24*time.Hour - time.Millisecond)
	who := from(in.Redeem(clerk.Value(token.URL))).must(t)
	o, _ := claimsOf(t, who.Token, 1)["o"].(map[string]any)
	if who.UserID != u || o["id"] != org {
		t.Errorf("got user %s in organization %v, want %s in %s", who.UserID, o["id"], u, org)
	}
	if s := from(client.Sessions.Get(ctx, who.SessionID)).must(t); s.Actor != nil && string(s.Actor) != "null" {
		t.Errorf("got actor %s, want none", s.Actor)
	}
	ticketIsDead(t, in, "used", token.Token)
	from(client.SignInTokens.Revoke(ctx, token.ID)).refused(t, 400, "token_not_pending")

	brief := mint(clerk.Int64(60))
	in.Clock().Advance(time.Minute)
	ticketIsDead(t, in, "expired", brief.Token)

	revoked := mint(clerk.Opt[int64]{})
	gone := from(client.SignInTokens.Revoke(ctx, revoked.ID)).must(t)
	if gone.Status != clerk.TokenStatusRevoked || gone.Token != "" || gone.URL != nil {
		t.Errorf("got status %s, secret shown %v, want revoked without the token", gone.Status, gone.Token != "")
	}
	ticketIsDead(t, in, "revoked", revoked.Token)
	from(client.SignInTokens.Revoke(ctx, revoked.ID)).refused(t, 400, "token_not_pending")

	for name, c := range map[string]struct {
		params clerk.SignInTokenCreateParams
		status int
		code   string
	}{
		"unknown user":         {clerk.SignInTokenCreateParams{UserID: "user_none"}, 404, "resource_not_found"},
		"unknown organization": {clerk.SignInTokenCreateParams{UserID: u, OrgID: clerk.String("org_none")}, 404, "resource_not_found"},
		"no member of it":      {clerk.SignInTokenCreateParams{UserID: u, OrgID: clerk.String(foreign)}, 404, "resource_not_found"},
		"no life":              {clerk.SignInTokenCreateParams{UserID: u, ExpiresInSeconds: clerk.Int64(0)}, 422, "form_param_value_invalid"},
		"a life beyond time":   {clerk.SignInTokenCreateParams{UserID: u, ExpiresInSeconds: clerk.Int64(1 << 60)}, 422, "form_param_value_invalid"},
	} {
		t.Run(name, func(t *testing.T) {
			from(client.SignInTokens.Create(ctx, &c.params)).refused(t, c.status, c.code)
		})
	}
	from(client.SignInTokens.Revoke(ctx, "sit_none")).refused(t, 404, "resource_not_found")
	refused(t, send(t, in, "POST", "/sign_in_tokens", `{}`), 422, "form_param_missing")
}

func TestSignInTokens_BannedAndLockedUsersStayOut(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	u := in.CreateUser(clerktest.User{}).ID
	token := from(client.SignInTokens.Create(ctx, &clerk.SignInTokenCreateParams{UserID: u})).must(t).Token
	try := func(want string) {
		t.Helper()
		if _, err := in.Redeem(token); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	from(client.Users.Ban(ctx, u)).must(t)
	try("user_banned")
	from(client.Users.Unban(ctx, u)).must(t)
	from(client.Users.Lock(ctx, u)).must(t)
	try("user_locked")
	from(client.Users.Unlock(ctx, u)).must(t)
	from(in.Redeem(token)).must(t)
}

// actorTokensOf returns how to make an actor token for a user, or for the one of the parameters.
func actorTokensOf(client *clerk.Client, userID string) func(*testing.T, clerk.ActorTokenCreateParams) reply[*clerk.ActorToken] {
	return func(t *testing.T, params clerk.ActorTokenCreateParams) reply[*clerk.ActorToken] {
		t.Helper()
		if params.UserID == "" {
			params.UserID = userID
		}
		if params.Actor.IsZero() {
			params.Actor = clerk.JSON(map[string]any{"sub": "user_support", "ticket": "T-1"})
		}
		return from(client.ActorTokens.Create(t.Context(), &params))
	}
}

func TestActorTokens(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	in.Clock().Freeze()
	u := in.CreateUser(clerktest.User{}).ID
	mint := actorTokensOf(client, u)
	for name, c := range map[string]struct {
		duration clerk.Opt[int64]
		want     time.Duration
	}{"half an hour without a word": {clerk.Opt[int64]{}, 30 * time.Minute}, "as asked for": {clerk.Int64(90), 90 * time.Second}} {
		token := mint(t, clerk.ActorTokenCreateParams{SessionMaxDurationInSeconds: c.duration}).must(t)
		who := from(in.Redeem(token.URL)).must(t)
		if act := fmt.Sprint(claimsOf(t, who.Token, 1)["act"]); who.UserID != u || act != "map[sub:user_support ticket:T-1]" {
			t.Errorf("%s: got act %s, want the whole actor", name, act)
		}
		s := from(client.Sessions.Get(ctx, who.SessionID)).must(t)
		if got, want := s.ExpireAt, clerk.NewTimestamp(in.Clock().Now().Add(c.want)); got != want {
			t.Errorf("%s: got a session until %d, want %d", name, got, want)
		}
		in.Clock().Advance(c.want)
		if s := from(client.Sessions.Get(ctx, who.SessionID)).must(t); s.Status != clerk.SessionStatusExpired {
			t.Errorf("%s: got session %s at its end, want expired", name, s.Status)
		}
		ticketIsDead(t, in, "used", token.Token)
	}
	late := mint(t, clerk.ActorTokenCreateParams{}).must(t)
	in.Clock().Advance(time.Hour)
	ticketIsDead(t, in, "after an hour", late.Token)

	token := mint(t, clerk.ActorTokenCreateParams{}).must(t)
	from(client.SignInTokens.Revoke(ctx, token.ID)).refused(t, 404, "resource_not_found")
	if gone := from(client.ActorTokens.Revoke(ctx, token.ID)).must(t); gone.Status != clerk.TokenStatusRevoked || gone.Token != "" {
		t.Errorf("got status %s, secret shown %v, want revoked without the token", gone.Status, gone.Token != "")
	}
	ticketIsDead(t, in, "revoked", token.Token)
	from(client.ActorTokens.Revoke(ctx, token.ID)).refused(t, 400, "token_not_pending")
}

func TestActorTokens_Refusals(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	u := in.CreateUser(clerktest.User{}).ID
	mint := actorTokensOf(newClient(in), u)
	for name, c := range map[string]struct {
		params clerk.ActorTokenCreateParams
		status int
		code   string
	}{
		"unknown user":     {clerk.ActorTokenCreateParams{UserID: "user_none"}, 404, "resource_not_found"},
		"nobody acts":      {clerk.ActorTokenCreateParams{Actor: clerk.JSON(map[string]any{"name": "x"})}, 422, "form_param_format_invalid"},
		"the user herself": {clerk.ActorTokenCreateParams{Actor: clerk.JSON(map[string]any{"sub": u})}, 422, "form_param_value_invalid"},
		"no life":          {clerk.ActorTokenCreateParams{ExpiresInSeconds: clerk.Int64(-1)}, 422, "form_param_value_invalid"},
		"no session":       {clerk.ActorTokenCreateParams{SessionMaxDurationInSeconds: clerk.Int64(0)}, 422, "form_param_value_invalid"},
	} {
		t.Run(name, func(t *testing.T) {
			mint(t, c.params).refused(t, c.status, c.code)
		})
	}
}

// agentTasksOf returns how to begin an agent task of a user, with some parameters changed.
func agentTasksOf(client *clerk.Client, userID string) func(*testing.T, func(*clerk.AgentTaskCreateParams)) reply[*clerk.AgentTask] {
	return func(t *testing.T, edit func(*clerk.AgentTaskCreateParams)) reply[*clerk.AgentTask] {
		t.Helper()
		params := clerk.AgentTaskCreateParams{
			OnBehalfOf: clerk.AgentTaskOnBehalfOf{UserID: clerk.String(userID)}, Permissions: "*", AgentName: "helper", TaskDescription: "tidy up",
			RedirectURL: "http://localhost:3000/done",
		}
		edit(&params)
		return from(client.AgentTasks.Create(t.Context(), &params))
	}
}

func TestAgentTasks(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	in.Clock().Freeze()
	u := in.CreateUser(clerktest.User{Email: "ada@example.com", Phone: "+15555550101", Username: "ada_l"}).ID
	start := agentTasksOf(client, u)
	first := start(t, func(*clerk.AgentTaskCreateParams) {}).must(t)
	agents := map[string]bool{first.AgentID: true}
	for _, identifier := range []string{"ADA@example.com", "+15555550101", "ada_l"} {
		task := start(t, func(p *clerk.AgentTaskCreateParams) {
			p.OnBehalfOf = clerk.AgentTaskOnBehalfOf{Identifier: clerk.String(identifier)}
			p.SessionMaxDurationInSeconds = clerk.Int64(60)
		}).must(t)
		agents[task.AgentID] = true
		who := from(in.Redeem(task.URL)).must(t)
		s := from(client.Sessions.Get(ctx, who.SessionID)).must(t)
		if who.UserID != u || s.ExpireAt != clerk.NewTimestamp(in.Clock().Now().Add(time.Minute)) || task.AgentTaskID == first.AgentTaskID {
			t.Errorf("%s: got a session of %s until %d, want one of %s for a minute in a task of its own", identifier, who.UserID, s.ExpireAt, u)
		}
		ticketIsDead(t, in, "used", task.URL)
	}
	if len(agents) != 1 {
		t.Errorf("got %d ids of one agent, want 1", len(agents))
	}
	other := start(t, func(p *clerk.AgentTaskCreateParams) { p.AgentName = "other" }).must(t)
	if agents[other.AgentID] {
		t.Error("two agents share an id")
	}
	if gone := from(client.AgentTasks.Revoke(ctx, other.AgentTaskID)).must(t); gone.URL != "" || gone.AgentID != other.AgentID || gone.TaskID != other.AgentTaskID {
		t.Errorf("got agent %s and link shown %v, want the same agent without the link", gone.AgentID, gone.URL != "")
	}
	ticketIsDead(t, in, "revoked", other.URL)
	from(client.AgentTasks.Revoke(ctx, other.AgentTaskID)).refused(t, 400, "token_not_pending")
	from(client.AgentTasks.Revoke(ctx, "agttsk_none")).refused(t, 404, "resource_not_found")
}

func TestAgentTasks_Refusals(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	start := agentTasksOf(newClient(in), in.CreateUser(clerktest.User{Username: "ada_l"}).ID)
	for name, c := range map[string]struct {
		edit   func(*clerk.AgentTaskCreateParams)
		status int
		code   string
	}{
		"nobody":      {func(p *clerk.AgentTaskCreateParams) { p.OnBehalfOf = clerk.AgentTaskOnBehalfOf{} }, 422, "form_param_value_invalid"},
		"twice":       {func(p *clerk.AgentTaskCreateParams) { p.OnBehalfOf.Identifier = clerk.String("ada_l") }, 422, "form_param_value_invalid"},
		"unknown":     {func(p *clerk.AgentTaskCreateParams) { p.OnBehalfOf.UserID = clerk.String("user_none") }, 404, "resource_not_found"},
		"no name":     {func(p *clerk.AgentTaskCreateParams) { p.AgentName = "" }, 422, "form_param_nil"},
		"a path":      {func(p *clerk.AgentTaskCreateParams) { p.RedirectURL = "/done" }, 422, "form_param_format_invalid"},
		"permissions": {func(p *clerk.AgentTaskCreateParams) { p.Permissions = "read" }, 422, "form_param_value_invalid"},
		"no session":  {func(p *clerk.AgentTaskCreateParams) { p.SessionMaxDurationInSeconds = clerk.Int64(0) }, 422, "form_param_value_invalid"},
		"unknown name": {func(p *clerk.AgentTaskCreateParams) {
			p.OnBehalfOf = clerk.AgentTaskOnBehalfOf{Identifier: clerk.String("bob")}
		}, 404, "resource_not_found"},
	} {
		t.Run(name, func(t *testing.T) {
			start(t, c.edit).refused(t, c.status, c.code)
		})
	}
}

func TestTestingTokens(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client := newClient(in)
	in.Clock().Freeze()
	first, second := from(client.TestingTokens.Create(t.Context())).must(t), from(client.TestingTokens.Create(t.Context())).must(t)
	if want := in.Clock().Now().Add(time.Hour).Unix(); int64(first.ExpiresAt) != want || first.Token == second.Token {
		t.Errorf("got an end at %d, want %d in seconds and a new token each time", first.ExpiresAt, want)
	}
}
