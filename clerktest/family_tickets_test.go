package clerktest_test

import (
	"errors"
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
	client, ctx := newClient(t, in), t.Context()
	in.Clock().Freeze()
	u := in.CreateUser(clerktest.User{}).ID
	org, foreign := in.CreateOrganization(clerktest.Organization{CreatedBy: u}).ID, in.CreateOrganization(clerktest.Organization{}).ID
	mint := func(seconds clerk.Opt[int64]) *clerk.SignInToken {
		return need(client.SignInTokens.Create(ctx, &clerk.SignInTokenCreateParams{UserID: u, OrgID: clerk.String(org), ExpiresInSeconds: seconds}))(t)
	}
	token := mint(clerk.Opt[int64]{})
	if token.Status != clerk.TokenStatusPending || !strings.HasSuffix(clerk.Value(token.URL), token.Token) {
		t.Errorf("got status %s and a link without the token, want pending", token.Status)
	}
	in.Clock().Advance(30*24*time.Hour - time.Millisecond)
	who := need(in.Redeem(clerk.Value(token.URL)))(t)
	o, _ := claimsOf(t, who.Token, 1)["o"].(map[string]any)
	if who.UserID != u || o["id"] != org {
		t.Errorf("got user %s in organization %v, want %s in %s", who.UserID, o["id"], u, org)
	}
	if s := need(client.Sessions.Get(ctx, who.SessionID))(t); s.Actor != nil && string(s.Actor) != "null" {
		t.Errorf("got actor %s, want none", s.Actor)
	}
	ticketIsDead(t, in, "used", token.Token)
	_, err := client.SignInTokens.Revoke(ctx, token.ID)
	refusedAs(t, err, 400, "token_not_pending")

	brief := mint(clerk.Int64(60))
	in.Clock().Advance(time.Minute)
	ticketIsDead(t, in, "expired", brief.Token)

	revoked := mint(clerk.Opt[int64]{})
	gone := need(client.SignInTokens.Revoke(ctx, revoked.ID))(t)
	if gone.Status != clerk.TokenStatusRevoked || gone.Token != "" || gone.URL != nil {
		t.Errorf("got status %s, secret shown %v, want revoked without the token", gone.Status, gone.Token != "")
	}
	ticketIsDead(t, in, "revoked", revoked.Token)
	_, err = client.SignInTokens.Revoke(ctx, revoked.ID)
	refusedAs(t, err, 400, "token_not_pending")

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
		t.Log(name)
		_, err := client.SignInTokens.Create(ctx, &c.params)
		refusedAs(t, err, c.status, c.code)
	}
	_, err = client.SignInTokens.Revoke(ctx, "sit_none")
	refusedAs(t, err, 404, "resource_not_found")
	refused(t, send(t, in, "POST", "/sign_in_tokens", `{}`), 422, "form_param_missing")
}

func TestSignInTokens_BannedAndLockedUsersStayOut(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(t, in), t.Context()
	u := in.CreateUser(clerktest.User{}).ID
	token := need(client.SignInTokens.Create(ctx, &clerk.SignInTokenCreateParams{UserID: u}))(t).Token
	try := func(want string) {
		t.Helper()
		if _, err := in.Redeem(token); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	need(client.Users.Ban(ctx, u))(t)
	try("user_banned")
	need(client.Users.Unban(ctx, u))(t)
	need(client.Users.Lock(ctx, u))(t)
	try("user_locked")
	need(client.Users.Unlock(ctx, u))(t)
	need(in.Redeem(token))(t)
}

func TestActorTokens(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(t, in), t.Context()
	in.Clock().Freeze()
	u := in.CreateUser(clerktest.User{}).ID
	mint := func(params clerk.ActorTokenCreateParams) (*clerk.ActorToken, error) {
		if params.UserID == "" {
			params.UserID = u
		}
		if params.Actor == nil {
			params.Actor = map[string]any{"sub": "user_support", "ticket": "T-1"}
		}
		return client.ActorTokens.Create(ctx, &params)
	}
	for name, c := range map[string]struct {
		duration clerk.Opt[int64]
		want     time.Duration
	}{"half an hour without a word": {clerk.Opt[int64]{}, 30 * time.Minute}, "as asked for": {clerk.Int64(90), 90 * time.Second}} {
		token := need(mint(clerk.ActorTokenCreateParams{SessionMaxDurationInSeconds: c.duration}))(t)
		who := need(in.Redeem(token.URL))(t)
		if act := fmt.Sprint(claimsOf(t, who.Token, 1)["act"]); who.UserID != u || act != "map[sub:user_support ticket:T-1]" {
			t.Errorf("%s: got act %s, want the whole actor", name, act)
		}
		s := need(client.Sessions.Get(ctx, who.SessionID))(t)
		if got, want := s.ExpireAt, in.Clock().Now().Add(c.want).UnixMilli(); got != want {
			t.Errorf("%s: got a session until %d, want %d", name, got, want)
		}
		in.Clock().Advance(c.want)
		if s := need(client.Sessions.Get(ctx, who.SessionID))(t); s.Status != clerk.SessionStatusExpired {
			t.Errorf("%s: got session %s at its end, want expired", name, s.Status)
		}
		ticketIsDead(t, in, "used", token.Token)
	}
	late := need(mint(clerk.ActorTokenCreateParams{}))(t)
	in.Clock().Advance(time.Hour)
	ticketIsDead(t, in, "after an hour", late.Token)

	token := need(mint(clerk.ActorTokenCreateParams{}))(t)
	_, err := client.SignInTokens.Revoke(ctx, token.ID)
	refusedAs(t, err, 404, "resource_not_found")
	if gone := need(client.ActorTokens.Revoke(ctx, token.ID))(t); gone.Status != clerk.TokenStatusRevoked || gone.Token != "" {
		t.Errorf("got status %s, secret shown %v, want revoked without the token", gone.Status, gone.Token != "")
	}
	ticketIsDead(t, in, "revoked", token.Token)
	_, err = client.ActorTokens.Revoke(ctx, token.ID)
	refusedAs(t, err, 400, "token_not_pending")

	for name, c := range map[string]struct {
		params clerk.ActorTokenCreateParams
		status int
		code   string
	}{
		"unknown user":     {clerk.ActorTokenCreateParams{UserID: "user_none"}, 404, "resource_not_found"},
		"nobody acts":      {clerk.ActorTokenCreateParams{Actor: map[string]any{"name": "x"}}, 422, "form_param_format_invalid"},
		"the user herself": {clerk.ActorTokenCreateParams{Actor: map[string]any{"sub": u}}, 422, "form_param_value_invalid"},
		"no life":          {clerk.ActorTokenCreateParams{ExpiresInSeconds: clerk.Int64(-1)}, 422, "form_param_value_invalid"},
		"no session":       {clerk.ActorTokenCreateParams{SessionMaxDurationInSeconds: clerk.Int64(0)}, 422, "form_param_value_invalid"},
	} {
		t.Log(name)
		_, err := mint(c.params)
		refusedAs(t, err, c.status, c.code)
	}
}

func TestAgentTasks(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(t, in), t.Context()
	in.Clock().Freeze()
	u := in.CreateUser(clerktest.User{Email: "ada@example.com", Phone: "+15555550101", Username: "ada_l"}).ID
	params := clerk.AgentTaskCreateParams{
		OnBehalfOf: clerk.AgentTaskOnBehalfOf{UserID: clerk.String(u)}, Permissions: "*", AgentName: "helper", TaskDescription: "tidy up",
		RedirectURL: "http://localhost:3000/done",
	}
	start := func(edit func(*clerk.AgentTaskCreateParams)) (*clerk.AgentTask, error) {
		p := params
		edit(&p)
		return client.AgentTasks.Create(ctx, &p)
	}
	first := need(start(func(*clerk.AgentTaskCreateParams) {}))(t)
	agents := map[string]bool{first.AgentID: true}
	for _, identifier := range []string{"ADA@example.com", "+15555550101", "ada_l"} {
		task := need(start(func(p *clerk.AgentTaskCreateParams) {
			p.OnBehalfOf = clerk.AgentTaskOnBehalfOf{Identifier: clerk.String(identifier)}
			p.SessionMaxDurationInSeconds = clerk.Int64(60)
		}))(t)
		agents[task.AgentID] = true
		who := need(in.Redeem(task.URL))(t)
		s := need(client.Sessions.Get(ctx, who.SessionID))(t)
		if who.UserID != u || s.ExpireAt != in.Clock().Now().Add(time.Minute).UnixMilli() || task.AgentTaskID == first.AgentTaskID {
			t.Errorf("%s: got a session of %s until %d, want one of %s for a minute in a task of its own", identifier, who.UserID, s.ExpireAt, u)
		}
		ticketIsDead(t, in, "used", task.URL)
	}
	if len(agents) != 1 {
		t.Errorf("got %d ids of one agent, want 1", len(agents))
	}
	other := need(start(func(p *clerk.AgentTaskCreateParams) { p.AgentName = "other" }))(t)
	if agents[other.AgentID] {
		t.Error("two agents share an id")
	}
	if gone := need(client.AgentTasks.Revoke(ctx, other.AgentTaskID))(t); gone.URL != "" || gone.AgentID != other.AgentID || gone.TaskID != other.AgentTaskID {
		t.Errorf("got agent %s and link shown %v, want the same agent without the link", gone.AgentID, gone.URL != "")
	}
	ticketIsDead(t, in, "revoked", other.URL)
	for id, want := range map[string]string{other.AgentTaskID: "400 token_not_pending", "agttsk_none": "404 resource_not_found"} {
		_, err := client.AgentTasks.Revoke(ctx, id)
		var refusal *clerk.APIError
		if !errors.As(err, &refusal) || fmt.Sprint(refusal.StatusCode, " ", refusal.Errors[0].Code) != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
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
		t.Log(name)
		_, err := start(c.edit)
		refusedAs(t, err, c.status, c.code)
	}
}

func TestTestingTokens(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client := newClient(t, in)
	in.Clock().Freeze()
	first, second := need(client.TestingTokens.Create(t.Context()))(t), need(client.TestingTokens.Create(t.Context()))(t)
	if want := in.Clock().Now().Add(time.Hour).Unix(); first.ExpiresAt != want || first.Token == second.Token {
		t.Errorf("got an end at %d, want %d in seconds and a new token each time", first.ExpiresAt, want)
	}
}
