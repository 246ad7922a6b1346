package clerktest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
)

func TestSessions_Lifecycle(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	in.Clock().Freeze()
	id := in.CreateUser(clerktest.User{}).ID
	first := must(t, in, "POST", "/sessions", `{"user_id":"`+id+`"}`)
	second := must(t, in, "POST", "/sessions", `{"user_id":"`+id+`"}`)
	path := "/sessions/" + first.text("id")
	if first.text("status") != "active" || first.object["actor"] != nil || !strings.HasPrefix(first.text("client_id"), "client_") {
		t.Errorf("got %s", first.raw)
	}
	refused(t, send(t, in, "GET", "/sessions", ""), 422, "form_param_missing")
	refused(t, send(t, in, "POST", "/sessions", `{"user_id":"user_none"}`), 404, "resource_not_found")
	must(t, in, "POST", path+"/revoke", "")
	refused(t, send(t, in, "POST", path+"/revoke", ""), 400, "session_not_active")
	refused(t, send(t, in, "POST", path+"/tokens", ""), 404, "resource_not_found")
	for query, want := range map[string]int{"": 2, "&status=active": 1, "&status=revoked": 1, "&status=expired": 0, "&client_id=" + second.text("client_id"): 1} {
		if got := must(t, in, "GET", "/sessions?user_id="+id+query, ""); len(got.list) != want {
			t.Errorf("%s: got %d sessions, want %d", query, len(got.list), want)
		}
	}
	if got := must(t, in, "GET", "/sessions?paginated=true&limit=1&user_id="+id, ""); got.object["total_count"] != 2.0 {
		t.Errorf("got %s, want an envelope that counts both", got.raw)
	}
	client := must(t, in, "GET", "/clients/"+second.text("client_id"), "")
	if client.text("last_active_session_id") != second.text("id") {
		t.Errorf("got %s, want the live session", client.raw)
	}
	verified := must(t, in, "POST", "/clients/verify", `{"token":"`+in.SessionToken(second.text("id"))+`"}`)
	if verified.text("id") != second.text("client_id") {
		t.Errorf("got client %s, want the one of the session", verified.text("id"))
	}
	in.Clock().Advance(8 * 24 * time.Hour)
	if got := must(t, in, "GET", "/sessions/"+second.text("id"), "").text("status"); got != "expired" {
		t.Errorf("got %s after 8 days, want expired", got)
	}
}

func TestSessions_TokenLife(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	who := in.SignedInUser()
	path := "/sessions/" + who.SessionID + "/tokens"
	for body, want := range map[string]float64{"": 60, `{}`: 60, `{"expires_in_seconds":null}`: 60, `{"expires_in_seconds":600}`: 600} {
		claims := claimsOf(t, must(t, in, "POST", path, body).text("jwt"), 1)
		if got := claims["exp"].(float64) - claims["iat"].(float64); got != want {
			t.Errorf("%q: got a life of %v seconds, want %v", body, got, want)
		}
	}
	refused(t, send(t, in, "POST", path, `{"expires_in_seconds":1}`), 422, "form_param_value_invalid")
}

func TestSessions_StatesByClock(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	in.Clock().Freeze()
	u := in.CreateUser(clerktest.User{}).ID
	s := from(client.Sessions.Create(ctx, &clerk.SessionCreateParams{UserID: u})).must(t)
	const week, month = 7 * 24 * time.Hour, 30 * 24 * time.Hour
	start := in.Clock().Now()
	if s.ExpireAt != clerk.NewTimestamp(start.Add(week)) || s.AbandonAt != clerk.NewTimestamp(start.Add(month)) || s.LastActiveAt != clerk.NewTimestamp(start) {
		t.Errorf("got expiry %d and abandonment %d, want a week and a month from now", s.ExpireAt, s.AbandonAt)
	}
	for _, c := range []struct {
		after time.Duration
		want  clerk.SessionStatus
	}{
		{week - time.Millisecond, clerk.SessionStatusActive}, {week, clerk.SessionStatusExpired},
		{month - time.Millisecond, clerk.SessionStatusExpired}, {month, clerk.SessionStatusAbandoned},
	} {
		in.Clock().Set(start.Add(c.after))
		if got := from(client.Sessions.Get(ctx, s.ID)).must(t).Status; got != c.want {
			t.Errorf("after %v: got %s, want %s", c.after, got, c.want)
		}
		_, err := client.Sessions.CreateToken(ctx, s.ID, nil)
		if alive := c.want == clerk.SessionStatusActive; alive && err != nil {
			t.Errorf("after %v: %v", c.after, err)
		} else if !alive {
			refusedAs(t, err, 404, "resource_not_found")
		}
	}
	from(client.Sessions.Revoke(ctx, s.ID)).refused(t, 400, "session_not_active")
	in.RequireTasks(s.ID, "choose-organization")
	in.Clock().Set(start)
	if got := from(client.Sessions.Get(ctx, s.ID)).must(t); got.Status != clerk.SessionStatusPending || len(got.Tasks) != 1 {
		t.Errorf("got %s with %d tasks, want pending with one", got.Status, len(got.Tasks))
	}
	if token := from(client.Sessions.CreateToken(ctx, s.ID, nil)).must(t).JWT; claimsOf(t, token, 1)["sts"] != "pending" {
		t.Error("the token of a pending session does not say so")
	}
	if gone := from(client.Sessions.Revoke(ctx, s.ID)).must(t); gone.Status != clerk.SessionStatusRevoked {
		t.Errorf("got %s, want a pending session revoked", gone.Status)
	}
}

func TestSessions_ActiveOrganizationNeedsAMember(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	u := in.CreateUser(clerktest.User{}).ID
	own, foreign := in.CreateOrganization(clerktest.Organization{CreatedBy: u}).ID, in.CreateOrganization(clerktest.Organization{}).ID
	create := func(org string) (*clerk.Session, error) {
		return client.Sessions.Create(ctx, &clerk.SessionCreateParams{UserID: u, ActiveOrganizationID: clerk.String(org)})
	}
	s := from(create(own)).must(t)
	token := from(client.Sessions.CreateToken(ctx, s.ID, nil)).must(t).JWT
	if o, _ := claimsOf(t, token, 1)["o"].(map[string]any); clerk.Value(s.LastActiveOrganizationID) != own || o["id"] != own {
		t.Errorf("got organization %v in the token, want %s", o["id"], own)
	}
	for _, org := range []string{foreign, "org_none"} {
		from(create(org)).refused(t, 404, "resource_not_found")
	}
	if n := len(must(t, in, "GET", "/sessions?user_id="+u, "").list); n != 1 {
		t.Errorf("got %d sessions after the refusals, want 1", n)
	}
}

func TestSessions_TemplateTokens(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	who := in.SignedInUser()
	must(t, in, "POST", "/jwt_templates", `{"name":"hasura","lifetime":300,"claims":{"role":"editor"}}`)
	for name, c := range map[string]struct {
		seconds clerk.Opt[int64]
		want    float64
	}{"the template's life": {clerk.Opt[int64]{}, 300}, "asked for": {clerk.Int64(30), 30}} {
		token := from(client.Sessions.CreateTokenFromTemplate(ctx, who.SessionID, "hasura", &clerk.SessionCreateTokenFromTemplateParams{ExpiresInSeconds: c.seconds})).must(t).JWT
		claims := claimsOf(t, token, 1)
		if got := claims["exp"].(float64) - claims["iat"].(float64); got != c.want || claims["role"] != "editor" || claims["sub"] != who.UserID {
			t.Errorf("%s: got a life of %v for %v as %v, want %v", name, got, claims["sub"], claims["role"], c.want)
		}
	}
	from(client.Sessions.CreateTokenFromTemplate(ctx, who.SessionID, "none", nil)).refused(t, 404, "resource_not_found")
	from(client.Sessions.CreateTokenFromTemplate(ctx, "sess_none", "hasura", nil)).refused(t, 404, "resource_not_found")
	for _, seconds := range []string{"29", "315360001", "-1"} {
		refused(t, send(t, in, "POST", "/sessions/"+who.SessionID+"/tokens/hasura", `{"expires_in_seconds":`+seconds+`}`), 422, "form_param_value_invalid")
	}
	refused(t, send(t, in, "POST", "/sessions/"+who.SessionID+"/tokens", `{"expires_in_seconds":60.5}`), 422, "form_param_type_invalid")
	in.RevokeSession(who.SessionID)
	from(client.Sessions.CreateTokenFromTemplate(ctx, who.SessionID, "hasura", nil)).refused(t, 404, "resource_not_found")
}

func TestSessions_List(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	in.Clock().Freeze()
	browser := in.NewBrowser()
	u, other := in.CreateUser(clerktest.User{}).ID, in.CreateUser(clerktest.User{}).ID
	var ids []string
	for range 3 {
		in.Clock().Advance(time.Second)
		ids = append(ids, in.SignInBrowser(browser, u).SessionID)
	}
	shared := in.SignInBrowser(browser, other).SessionID
	in.RevokeSession(ids[1])
	clientID := from(client.Sessions.Get(ctx, shared)).must(t).ClientID
	for name, c := range map[string]struct {
		params clerk.SessionListParams
		want   []string
		total  int64
	}{
		"of a user, newest first": {clerk.SessionListParams{UserID: clerk.String(u)}, []string{ids[2], ids[1], ids[0]}, 3},
		"of a client":             {clerk.SessionListParams{ClientID: clerk.String(clientID)}, []string{shared, ids[2], ids[1], ids[0]}, 4},
		"of both":                 {clerk.SessionListParams{ClientID: clerk.String(clientID), UserID: clerk.String(other)}, []string{shared}, 1},
		"of a state":              {clerk.SessionListParams{UserID: clerk.String(u), Status: clerk.Set(clerk.SessionStatusRevoked)}, []string{ids[1]}, 1},
		"a page": {clerk.SessionListParams{
			UserID: clerk.String(u), Limit: clerk.Int64(1), Offset: clerk.Int64(2),
		}, []string{ids[0]}, 3},
		"of nobody": {clerk.SessionListParams{UserID: clerk.String("user_none")}, nil, 0},
	} {
		page := from(client.Sessions.List(ctx, &c.params)).must(t)
		var got []string
		for _, s := range page.Data {
			got = append(got, s.ID)
		}
		if fmt.Sprint(got) != fmt.Sprint(c.want) || page.TotalCount != c.total {
			t.Errorf("%s: got %v of %d, want %v of %d", name, got, page.TotalCount, c.want, c.total)
		}
	}
	from(client.Sessions.List(ctx, nil)).refused(t, 422, "form_param_missing")
	refused(t, send(t, in, "GET", "/sessions?user_id="+u+"&status=pending", ""), 422, "form_param_value_invalid")
	for _, path := range []string{"/sessions/sess_none", "/sessions/sess_none/revoke", "/sessions/sess_none/tokens"} {
		method := map[bool]string{true: "GET", false: "POST"}[path == "/sessions/sess_none"]
		refused(t, send(t, in, method, path, ""), 404, "resource_not_found")
	}
}
