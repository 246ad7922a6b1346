package clerktest_test

import (
	"fmt"
	"testing"
	"time"

	clerk "github.com/clerkgo/clerk-go/core"

	"github.com/clerkgo/clerk-go/clerktest"
)

func TestClients_HoldLiveSessions(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	in.Clock().Freeze()
	browser := in.NewBrowser()
	var who []clerktest.SignedIn
	for range 3 {
		in.Clock().Advance(time.Second)
		who = append(who, in.SignInBrowser(browser, in.CreateUser(clerktest.User{}).ID))
	}
	id := from(client.Sessions.Get(ctx, who[0].SessionID)).must(t).ClientID
	check := func(name string, want ...string) {
		t.Helper()
		c := from(client.Clients.Get(ctx, id)).must(t)
		last := ""
		if len(want) > 0 {
			last = want[len(want)-1]
		}
		if fmt.Sprint(c.SessionIDs) != fmt.Sprint(want) || len(c.Sessions) != len(want) || clerk.Value(c.LastActiveSessionID) != last {
			t.Errorf("%s: got sessions %v, last active %q, want %v", name, c.SessionIDs, clerk.Value(c.LastActiveSessionID), want)
		}
	}
	check("three people", who[0].SessionID, who[1].SessionID, who[2].SessionID)
	in.RevokeSession(who[2].SessionID)
	check("the last is revoked", who[0].SessionID, who[1].SessionID)
	from(client.Users.Ban(ctx, who[1].UserID)).must(t)
	check("one is banned", who[0].SessionID)
	in.Clock().Advance(8 * 24 * time.Hour)
	check("after a week")
	from(client.Clients.Get(ctx, "client_none")).refused(t, 404, "resource_not_found")
}

func TestClients_List(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	in.Clock().Freeze()
	var want []string
	for range 3 {
		in.Clock().Advance(time.Second)
		s := from(client.Sessions.Get(ctx, in.SignedInUser().SessionID)).must(t)
		want = append([]string{s.ClientID}, want...)
	}
	var got []string
	for c, err := range client.Clients.ListAll(ctx, &clerk.ClientListParams{Limit: clerk.Int64(2)}) {
		got = append(got, from(c, err).must(t).ID)
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want the newest first: %v", got, want)
	}
	if page := must(t, in, "GET", "/clients?paginated=true&limit=1&offset=1", ""); page.object["total_count"] != 3.0 ||
		page.object["data"].([]any)[0].(map[string]any)["id"] != want[1] {
		t.Errorf("got %s, want the second of 3", page.raw)
	}
}

func TestClients_Verify(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	who := in.SignedInUser()
	verify := func(token string) (*clerk.DeviceClient, error) {
		return client.Clients.Verify(ctx, &clerk.ClientVerifyParams{Token: token})
	}
	if c := from(verify(who.Token)).must(t); len(c.SessionIDs) != 1 || c.SessionIDs[0] != who.SessionID {
		t.Errorf("got sessions %v, want %s", c.SessionIDs, who.SessionID)
	}
	for _, kind := range []clerktest.BadToken{clerktest.BadExpired, clerktest.BadWrongKey, clerktest.BadAlgorithmNone, clerktest.BadTemplateCategory} {
		from(verify(in.BadSessionToken(kind, who.SessionID))).refused(t, 400, "token_invalid")
	}
	from(verify("nonsense")).refused(t, 400, "token_invalid")
	from(client.Users.Delete(ctx, who.UserID)).must(t)
	from(verify(who.Token)).refused(t, 404, "resource_not_found")
	refused(t, send(t, in, "POST", "/clients/verify", `{}`), 422, "form_param_missing")
}
