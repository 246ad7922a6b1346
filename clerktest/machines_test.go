package clerktest_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	clerk "github.com/clerkgo/clerk-go/core"

	"github.com/clerkgo/clerk-go/clerktest"
)

// newMachine makes a machine that may call others.
func newMachine(t *testing.T, client *clerk.Client, name string, others ...string) *clerk.Machine {
	t.Helper()
	return from(client.Machines.Create(t.Context(), &clerk.MachineCreateParams{Name: name, ScopedMachines: clerk.Set(append([]string{}, others...))})).must(t)
}

func TestMachines_List(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	in.Clock().Freeze()
	made := map[string]string{}
	for _, name := range []string{"Mailer", "archive", "mail reader"} {
		in.Clock().Advance(time.Second)
		made[newMachine(t, client, name).ID] = name
	}
	for query, want := range map[string]string{
		"":                     "[mail reader archive Mailer] 3",
		"?order_by=created_at": "[Mailer archive mail reader] 3",
		"?order_by=name":       "[Mailer archive mail reader] 3",
		"?order_by=-name":      "[mail reader archive Mailer] 3",
		"?query=MAIL":          "[mail reader Mailer] 2",
		"?limit=1&offset=1":    "[archive] 3",
		"?offset=3":            "[] 3",
		"?query=mch_none":      "[] 0",
	} {
		answer := must(t, in, "GET", "/machines"+query, "")
		var names []string
		for _, m := range answer.object["data"].([]any) {
			names = append(names, made[m.(map[string]any)["id"].(string)])
		}
		if got := fmt.Sprint(names, answer.object["total_count"]); got != want {
			t.Errorf("%s: got %s, want %s", query, got, want)
		}
	}
	var all []string
	for m, err := range client.Machines.ListAll(ctx, &clerk.MachineListParams{Limit: clerk.Int64(2)}) {
		all = append(all, from(m, err).must(t).Name)
		if m.SecretKey != "" {
			t.Error("a list shows a secret key")
		}
	}
	if want := []string{"mail reader", "archive", "Mailer"}; !slices.Equal(all, want) {
		t.Errorf("got %v over all pages, want %v", all, want)
	}
	refused(t, send(t, in, "GET", "/machines?order_by=updated_at", ""), 422, "form_param_value_invalid")
}

func TestMachines_ScopesHaveADirection(t *testing.T) {
	t.Parallel()
	client, ctx := newClient(clerktest.NewServer(t).Instance), t.Context()
	b := newMachine(t, client, "b")
	a := newMachine(t, client, "a", b.ID)
	scopes := func(id string) string {
		var out []string
		for _, m := range from(client.Machines.Get(ctx, id)).must(t).ScopedMachines {
			out = append(out, m.Name)
		}
		return fmt.Sprint(out)
	}
	if got := scopes(a.ID) + scopes(b.ID); got != "[b][]" {
		t.Errorf("got scopes %s, want that only a may call b", got)
	}
	add := func(from, to string) error {
		_, err := client.Machines.CreateScope(ctx, from, &clerk.MachineCreateScopeParams{ToMachineID: to})
		return err
	}
	refusedAs(t, add(a.ID, b.ID), 409, "machine_scope_already_exists")
	refusedAs(t, add(a.ID, a.ID), 422, "form_param_value_invalid")
	refusedAs(t, add(a.ID, "mch_none"), 404, "resource_not_found")
	refusedAs(t, add("mch_none", a.ID), 404, "resource_not_found")
	from(client.Machines.DeleteScope(ctx, b.ID, a.ID)).refused(t, 404, "resource_not_found")
	if err := add(b.ID, a.ID); err != nil {
		t.Errorf("the other direction: %v", err)
	}
	gone := from(client.Machines.DeleteScope(ctx, a.ID, b.ID)).must(t)
	if got := scopes(a.ID) + scopes(b.ID); got != "[][a]" || !gone.Deleted || gone.FromMachineID != a.ID || gone.ToMachineID != b.ID {
		t.Errorf("got scopes %s and %+v, want that only b may call a", got, gone)
	}
	from(client.Machines.DeleteScope(ctx, a.ID, b.ID)).refused(t, 404, "resource_not_found")
	from(client.Machines.Delete(ctx, a.ID)).must(t)
	if got := scopes(b.ID); got != "[]" {
		t.Errorf("got scopes %s of b after a is gone, want none", got)
	}
}

func TestMachines_Refusals(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	for body, code := range map[string]string{
		`{}`: "form_param_missing", `{"name":""}`: "form_param_value_invalid", `{"name":7}`: "form_param_type_invalid",
		`{"name":"x","default_token_ttl":0}`: "form_param_value_invalid", `{"name":"x","default_token_ttl":315360001}`: "form_param_value_invalid",
	} {
		refused(t, send(t, in, "POST", "/machines", body), 422, code)
	}
	refused(t, send(t, in, "POST", "/machines", `{"name":"x","scoped_machines":["mch_none"]}`), 404, "resource_not_found")
	for _, path := range []string{"/machines/mch_none", "/machines/mch_none/secret_key"} {
		refused(t, send(t, in, "GET", path, ""), 404, "resource_not_found")
	}
	refused(t, send(t, in, "PATCH", "/machines/mch_none", `{"name":"y"}`), 404, "resource_not_found")
	refused(t, send(t, in, "DELETE", "/machines/mch_none", ""), 404, "resource_not_found")
	refused(t, send(t, in, "POST", "/machines/mch_none/secret_key/rotate", `{"previous_token_ttl":0}`), 404, "resource_not_found")
	refused(t, send(t, in, "POST", "/machines/mch_none/secret_key/rotate", `{"previous_token_ttl":28801}`), 422, "form_param_value_invalid")
	if n := must(t, in, "GET", "/machines", "").object["total_count"]; n != 0.0 {
		t.Errorf("got %v machines after the refusals, want 0", n)
	}
}

func TestMachines_SecretKey(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	client, ctx := newClient(in), t.Context()
	in.Clock().Freeze()
	m := newMachine(t, client, "m")
	if m.SecretKey == "" || from(client.Machines.Get(ctx, m.ID)).must(t).SecretKey != "" {
		t.Error("the secret key belongs into the answer that made it and into no other one")
	}
	if got := from(client.Machines.GetSecretKey(ctx, m.ID)).must(t).Secret; got != m.SecretKey {
		t.Error("the secret key that can be read again is another one")
	}
	works := func(key string) bool {
		return sendWith(t, in, "GET", "/m2m_tokens?subject="+m.ID, "", http.Header{"Authorization": {"Bearer " + key}}).status == 200
	}
	rotate := func(seconds int64) string {
		return from(client.Machines.RotateSecretKey(ctx, m.ID, &clerk.MachineRotateSecretKeyParams{PreviousTokenTTL: seconds})).must(t).Secret
	}
	second := rotate(60)
	if !works(m.SecretKey) || !works(second) {
		t.Error("both keys have to work while the old one is on its way out")
	}
	in.Clock().Advance(time.Minute)
	if works(m.SecretKey) || !works(second) {
		t.Error("after a minute the new key works and the old one does not")
	}
	third := rotate(0)
	if works(second) || !works(third) {
		t.Error("a previous key with no time left still works")
	}
	renamed := from(client.Machines.Update(ctx, m.ID, &clerk.MachineUpdateParams{Name: clerk.String("n")})).must(t)
	if renamed.Name != "n" || renamed.DefaultTokenTTL != 3600 || !works(third) {
		t.Errorf("got %s with a life of %d, want n with 3600 and the same key", renamed.Name, renamed.DefaultTokenTTL)
	}
	from(client.Machines.Delete(ctx, m.ID)).must(t)
	if works(third) {
		t.Error("the key of a machine that is gone still works")
	}
}
