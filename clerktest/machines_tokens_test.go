package clerktest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	clerk "github.com/clerkgo/clerk-go/core"

	"github.com/clerkgo/clerk-go/clerktest"
)

func TestM2MTokens_ScopesAreThoseOfTheBirth(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	receiver := newMachine(t, client, "receiver")
	caller := newMachine(t, client, "caller", receiver.ID)
	stranger := newMachine(t, client, "stranger")
	mint := func() *clerk.M2MToken {
		return from(client.M2MTokens.Create(ctx, nil, clerk.WithSecretKey(caller.SecretKey))).must(t)
	}
	verify := func(token, key string) error {
		_, err := client.M2MTokens.Verify(ctx, &clerk.M2MTokenVerifyParams{Token: token}, clerk.WithSecretKey(key))
		return err
	}
	granted := mint()
	if got, want := fmt.Sprint(granted.Scopes)+" "+granted.Subject, "["+receiver.ID+"] "+caller.ID; got != want {
		t.Errorf("got scopes and subject %s, want %s", got, want)
	}
	for name, c := range map[string]struct {
		key     string
		allowed bool
	}{
		"the receiver": {receiver.SecretKey, true}, "a stranger": {stranger.SecretKey, false},
		"the caller itself": {caller.SecretKey, false}, "the instance": {in.SecretKey(), true},
	} {
		switch err := verify(granted.Token, c.key); {
		case c.allowed && err != nil:
			t.Errorf("%s: %v", name, err)
		case !c.allowed:
			refusedAs(t, err, 404, "resource_not_found")
		}
	}
	from(client.Machines.DeleteScope(ctx, caller.ID, receiver.ID)).must(t)
	if err := verify(granted.Token, receiver.SecretKey); err != nil {
		t.Errorf("a token that was made before the scope went: %v", err)
	}
	refusedAs(t, verify(mint().Token, receiver.SecretKey), 404, "resource_not_found")
	from(client.Machines.Delete(ctx, caller.ID)).must(t)
	refusedAs(t, verify(granted.Token, in.SecretKey()), 404, "resource_not_found")
}

func TestM2MTokens_Life(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	in.Clock().Freeze()
	m := from(client.Machines.Create(ctx, &clerk.MachineCreateParams{Name: "m", DefaultTokenTTL: clerk.Int64(90)})).must(t)
	own := clerk.WithSecretKey(m.SecretKey)
	for name, c := range map[string]struct {
		life clerk.Opt[int64]
		want int64 // 0 is for ever
	}{
		"the machine's own": {clerk.Opt[int64]{}, 90}, "asked for": {clerk.Int64(10), 10}, "null is for ever": {clerk.Null[int64](), 0},
	} {
		token := from(client.M2MTokens.Create(ctx, &clerk.M2MTokenCreateParams{SecondsUntilExpiration: c.life}, own)).must(t)
		if got := clerk.Value(token.Expiration); (c.want == 0) != (token.Expiration == nil) || c.want != 0 && got != clerk.NewTimestamp(in.Clock().Now())+clerk.Timestamp(c.want*1000) {
			t.Errorf("%s: got expiration %d, want %d seconds from now", name, got, c.want)
		}
	}
	for _, seconds := range []int64{0, -1} {
		from(client.M2MTokens.Create(ctx, &clerk.M2MTokenCreateParams{SecondsUntilExpiration: clerk.Int64(seconds)}, own)).refused(t, 422, "form_param_value_invalid")
	}
	token := from(client.M2MTokens.Create(ctx, nil, own)).must(t)
	verify := func() error {
		v, err := client.M2MTokens.Verify(ctx, &clerk.M2MTokenVerifyParams{Token: token.Token})
		if err == nil && (v.ID != token.ID || v.Token != "") {
			t.Errorf("got %s, want %s without the token itself", v.ID, token.ID)
		}
		return err
	}
	in.Clock().Advance(89 * time.Second)
	if err := verify(); err != nil {
		t.Errorf("a second before the end: %v", err)
	}
	in.Clock().Advance(time.Second)
	refusedAs(t, verify(), 404, "resource_not_found")
}

func TestM2MTokens_RevokeAndList(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	m, other := newMachine(t, client, "m"), newMachine(t, client, "other")
	own, foreign := clerk.WithSecretKey(m.SecretKey), clerk.WithSecretKey(other.SecretKey)
	mint := func(seconds int64) *clerk.M2MToken {
		return from(client.M2MTokens.Create(ctx, &clerk.M2MTokenCreateParams{SecondsUntilExpiration: clerk.Int64(seconds)}, own)).must(t)
	}
	mint(3600)
	revoked, expired := mint(3600), mint(10)
	in.Clock().Advance(11 * time.Second)

	reason := func(text string) *clerk.M2MTokenRevokeParams {
		return &clerk.M2MTokenRevokeParams{RevocationReason: clerk.String(text)}
	}
	from(client.M2MTokens.Revoke(ctx, revoked.ID, reason("not mine"), foreign)).refused(t, 404, "resource_not_found")
	from(client.M2MTokens.Revoke(ctx, "mt_none", nil)).refused(t, 404, "resource_not_found")
	for _, text := range []string{"leaked", "again"} {
		v := from(client.M2MTokens.Revoke(ctx, revoked.ID, reason(text), own)).must(t)
		if !v.Revoked || clerk.Value(v.RevocationReason) != "leaked" || v.Token != "" {
			t.Errorf("%s: got revoked %v because of %s, want the first revocation", text, v.Revoked, clerk.Value(v.RevocationReason))
		}
	}
	from(client.M2MTokens.Verify(ctx, &clerk.M2MTokenVerifyParams{Token: revoked.Token})).refused(t, 404, "resource_not_found")
	from(client.M2MTokens.Verify(ctx, &clerk.M2MTokenVerifyParams{Token: expired.Token})).refused(t, 404, "resource_not_found")

	for query, want := range map[string]string{
		"": "1 1", "&revoked=true": "2 2", "&expired=true": "2 2", "&revoked=true&expired=true": "3 3",
		"&revoked=false": "1 1", "&revoked=true&limit=1": "1 2", "&revoked=true&offset=1": "1 2",
	} {
		answer := must(t, in, "GET", "/m2m_tokens?subject="+m.ID+query, "")
		if got := fmt.Sprint(len(answer.object["m2m_tokens"].([]any)), " ", answer.object["total_count"]); got != want {
			t.Errorf("%s: got %s tokens, want %s", query, got, want)
		}
		if strings.Contains(string(answer.raw), `"token"`) {
			t.Error("a list shows tokens")
		}
	}
	list := &clerk.M2MTokenListParams{Subject: m.ID}
	from(client.M2MTokens.List(ctx, list, foreign)).refused(t, 403, "machine_unauthorized")
	if page := from(client.M2MTokens.List(ctx, list, own)).must(t); page.TotalCount != 1 {
		t.Errorf("got %d tokens for the machine itself, want 1", page.TotalCount)
	}
	refused(t, send(t, in, "GET", "/m2m_tokens", ""), 422, "form_param_missing")
	refused(t, send(t, in, "POST", "/m2m_tokens", `{}`), 401, "machine_secret_key_required")
}

func TestM2MTokens_Reuse(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	in.Clock().Freeze()
	peer := newMachine(t, client, "peer")
	m := newMachine(t, client, "m")
	mint := func(claims any, remaining int64) string {
		return from(client.M2MTokens.Create(ctx, &clerk.M2MTokenCreateParams{
			Claims: clerk.JSON(claims), MinRemainingTTLSeconds: clerk.Int64(remaining), SecondsUntilExpiration: clerk.Int64(100),
		}, clerk.WithSecretKey(m.SecretKey))).must(t).ID
	}
	type claims map[string]any
	first := mint(claims{"a": 1, "b": 2}, 0)
	raw := sendWith(t, in, "POST", "/m2m_tokens", `{"claims": { "b":2, "a":1 }, "min_remaining_ttl_seconds":100}`,
		map[string][]string{"Authorization": {"Bearer " + m.SecretKey}})
	if raw.text("id") != first || raw.text("token") == "" {
		t.Errorf("got %s, want the token with the same claims again", raw.raw)
	}
	if mint(claims{"a": 2}, 0) == first {
		t.Error("a token with other claims is reused")
	}
	in.Clock().Advance(time.Second)
	if mint(claims{"a": 1, "b": 2}, 100) == first {
		t.Error("a token with too little time left is reused")
	}
	from(client.Machines.CreateScope(ctx, m.ID, &clerk.MachineCreateScopeParams{ToMachineID: peer.ID})).must(t)
	scoped := mint(claims{"a": 1, "b": 2}, 0)
	if scoped == first {
		t.Error("a token with other scopes is reused")
	}
	from(client.M2MTokens.Revoke(ctx, scoped, nil)).must(t)
	last := mint(claims{"a": 1, "b": 2}, 0)
	if last == scoped {
		t.Error("a revoked token is reused")
	}
	in.Clock().Advance(100 * time.Second)
	if mint(claims{"a": 1, "b": 2}, 0) == last {
		t.Error("an expired token is reused")
	}
}

func TestM2MTokens_JWT(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	in.Clock().Freeze()
	peer := newMachine(t, client, "peer")
	m := newMachine(t, client, "m", peer.ID)
	own := clerk.WithSecretKey(m.SecretKey)
	format := clerk.Set(clerk.M2MTokenFormatJWT)
	token := from(client.M2MTokens.Create(ctx, &clerk.M2MTokenCreateParams{
		TokenFormat: format, Claims: clerk.JSON(map[string]any{"job": "sync", "sub": "mch_forged"}),
	}, own)).must(t)
	header, claims := claimsOf(t, token.Token, 0), claimsOf(t, token.Token, 1)
	now := float64(in.Clock().Now().Unix())
	for name, want := range map[string]any{
		"sub": m.ID, "jti": token.ID, "iss": in.Issuer(), "job": "sync", "scopes": peer.ID, "iat": now, "exp": now + 3600,
	} {
		if claims[name] != want {
			t.Errorf("claim %s: got %v, want %v", name, claims[name], want)
		}
	}
	if header["cat"] != "cl_B7d4PD333AAA" || header["alg"] != "RS256" {
		t.Errorf("got header %v, want one of M2M tokens", header)
	}
	// Clerk keeps no JWT: it is in no list, cannot be revoked and is verified where it arrives.
	page := from(client.M2MTokens.List(ctx, &clerk.M2MTokenListParams{Subject: m.ID})).must(t)
	if page.TotalCount != 0 {
		t.Errorf("got %d tokens in the list, want 0", page.TotalCount)
	}
	from(client.M2MTokens.Revoke(ctx, token.ID, nil)).refused(t, 404, "resource_not_found")
	from(client.M2MTokens.Create(ctx, &clerk.M2MTokenCreateParams{TokenFormat: format, Claims: clerk.JSON("text")}, own)).refused(t, 422, "form_param_format_invalid")
}
