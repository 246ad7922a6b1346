//go:build unix

package databases_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"

	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
	clerkmirror "github.com/clerkgo/clerk-go/mirror"
)

// send delivers a message to a handler and returns the status.
func (w *world) send(t *testing.T, h *clerkwebhook.Handler, id, eventType, data string) int {
	t.Helper()
	return w.answer(t, h, id, eventType, data).StatusCode
}

// answer delivers a message to a handler.
func (w *world) answer(t *testing.T, h *clerkwebhook.Handler, id, eventType, data string) clerkwebhook.Answer {
	t.Helper()
	signer, err := clerkwebhook.NewSigner(w.secret)
	if err != nil {
		t.Fatal(err)
	}
	body := []byte(`{"object":"event","type":"` + eventType + `","timestamp":1700000000000,"data":` + data + `}`)
	return h.Receive(t.Context(), signer.Sign(id, w.Clock().Now(), body), body)
}

// TestInput_Foreign sends what not every database takes; what is stored comes back without loss, what cannot be stored is
// refused for good, and nothing stops what follows.
func TestInput_Foreign(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat(`{"a":`, 200) + "1" + strings.Repeat("}", 200)
	values := map[string]string{
		"nul":        `"a\u0000b"`,
		"nul name":   `{"a\u0000b":1}`,
		"surrogate":  `"\ud800"`,
		"emoji":      `"\ud83d\ude00 😀"`,
		"utf-8":      "\"\xff\xfe\"",
		"huge":       `1e999`,
		"digits":     `12345678901234567890.123456789`,
		"deep":       deep,
		"controls":   `"\u001f\u001e"`,
		"a megabyte": `"` + strings.Repeat("x", 1_000_000) + `"`,
		"quotes":     `"'; DROP TABLE clerk_users; --"`,
	}
	eachDatabase(t, func(t *testing.T, d *database) {
		w := newWorld(t)
		db := d.open(t)
		m := d.mirror(t, clerkmirror.Config{DB: db})
		h := w.handler(t, m)
		n := 0
		for name, value := range values {
			n++
			id := fmt.Sprintf("user_%d", n)
			metadata := `{"value":` + value + `}`
			data := `{"id":"` + id + `","updated_at":1700000000000,"first_name":"Zo\u0000ë","public_metadata":` + metadata + `}`
			if got := w.send(t, h, "msg_"+id, "user.created", data); got != http.StatusNoContent {
				t.Errorf("%s: got %d, want 204", name, got)
				continue
			}
			user, err := m.User(t.Context(), id)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if !sameJSON(t, user.PublicMetadata, []byte(metadata)) {
				t.Errorf("%s: got %.100q back, want %.100q", name, user.PublicMetadata, metadata)
			}
			if got := *user.FirstName; got != "Zo\x00ë" {
				t.Errorf("%s: got the name %q back", name, got)
			}
		}
		for name, user := range map[string]string{
			"an id that is too long":  `{"id":"` + strings.Repeat("x", 300) + `"}`,
			"an id with a space":      `{"id":"user 1"}`,
			"a name that is too long": `{"id":"user_long","first_name":"` + strings.Repeat("x", 70_000) + `"}`,
			"no id":                   `{}`,
		} {
			if got := w.send(t, h, "msg_"+name, "user.created", user); got != http.StatusUnprocessableEntity {
				t.Errorf("%s: got %d, want 422", name, got)
			}
		}
		if got := w.send(t, h, "msg_unknown", "planet.discovered", `{"id":"x"}`); got != http.StatusNoContent {
			t.Errorf("got %d for an event of an unknown type, want 204", got)
		}
		if got := w.send(t, h, "msg_last", "user.created", `{"id":"user_last"}`); got != http.StatusNoContent {
			t.Errorf("got %d for what follows, want 204", got)
		}
		if got := number(t, db, "SELECT COUNT(*) FROM clerk_users"); got != len(values)+1 {
			t.Errorf("got %d users, want %d", got, len(values)+1)
		}
	})
}

// sameJSON compares JSON by value, numbers by their digits.
func sameJSON(t *testing.T, a, b []byte) bool {
	t.Helper()
	decode := func(text []byte) (v any) {
		d := json.NewDecoder(bytes.NewReader(text))
		d.UseNumber()
		if err := d.Decode(&v); err != nil {
			t.Error(err)
		}
		return v
	}
	return reflect.DeepEqual(decode(a), decode(b))
}

func TestInput_ForeignInBulk(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d *database) {
		w := newWorld(t)
		db := d.open(t)
		w.populate(t, 30)
		for id := range w.truth(t) {
			if id[:5] == "user_" {
				w.patch(t, "/users/"+id, `{"first_name":"a\u001f\u001eb"}`)
				w.patch(t, "/users/"+id+"/metadata", `{"public_metadata":{"nul":"\u0000","n":12345678901234567890}}`)
				break
			}
		}
		m := d.mirror(t, w.config())
		if _, err := m.Backfill(t.Context()); err != nil {
			t.Fatal(err)
		}
		n := 0
		for user, err := range m.Users(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			if n++; strings.Contains(string(user.PublicMetadata), "nul") && !strings.Contains(string(user.PublicMetadata), `"\u0000"`) {
				t.Errorf("got %s back", user.PublicMetadata)
			}
		}
		if n != 30 || number(t, db, "SELECT COUNT(*) FROM clerk_users") != 30 {
			t.Errorf("got %d users, want 30", n)
		}
	})
}

// patch changes an object through the API.
func (w *world) patch(t *testing.T, path, body string) {
	t.Helper()
	if err := w.client.Do(t.Context(), http.MethodPatch, path, nil, json.RawMessage(body), nil); err != nil {
		t.Fatal(err)
	}
}

func TestInput_ForeignTable(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d *database) {
		db := d.open(t)
		execute(t, db, "CREATE TABLE clerk_users (number INTEGER)", "INSERT INTO clerk_users VALUES (7)")
		m, err := clerkmirror.New(clerkmirror.Config{DB: db, Dialect: d.Dialect})
		if err != nil {
			t.Fatal(err)
		}
		if err := m.Migrate(t.Context()); !errors.Is(err, clerkmirror.ErrSchema) {
			t.Errorf("got %v, want ErrSchema", err)
		}
		if got := number(t, db, "SELECT number FROM clerk_users"); got != 7 {
			t.Errorf("got %d, want the foreign table left alone", got)
		}
		m, err = clerkmirror.New(clerkmirror.Config{DB: db, Dialect: d.Dialect, Prefix: "people_"})
		if err != nil {
			t.Fatal(err)
		}
		if err := m.Migrate(t.Context()); err != nil {
			t.Errorf("got %v with another prefix, want none", err)
		}
	})
}

// TestInput_ReadOnly has a database that takes no writes for a while.
func TestInput_ReadOnly(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d *database) {
		w := newWorld(t)
		db := d.open(t)
		m := d.mirror(t, clerkmirror.Config{DB: db, Client: w.client, RequestsPerSecond: -1})
		readonly := *d
		switch d.Dialect {
		case clerkmirror.PostgreSQL:
			readonly.dsn += "&default_transaction_read_only=on"
		case clerkmirror.MySQL:
			execute(t, db, "CREATE USER IF NOT EXISTS reader IDENTIFIED BY ''", "GRANT SELECT ON *.* TO reader")
			readonly.dsn = strings.Replace(d.dsn, "root@", "reader@", 1)
		default:
			readonly.dsn += "&_pragma=query_only(1)"
		}
		blocked, err := clerkmirror.New(clerkmirror.Config{
			DB: readonly.open(t), Dialect: d.Dialect, Client: w.client, RequestsPerSecond: -1,
		})
		if err != nil {
			t.Fatal(err)
		}
		user := `{"id":"user_1","updated_at":1700000000000}`
		if got := w.send(t, w.handler(t, blocked), "msg_1", "user.created", user); got != http.StatusInternalServerError {
			t.Errorf("got %d, want 500 so that Clerk repeats the message", got)
		}
		w.populate(t, 2)
		if _, err := blocked.Backfill(t.Context()); err == nil {
			t.Error("got no error of the backfill")
		}
		if got := w.send(t, w.handler(t, m), "msg_1", "user.created", user); got != http.StatusNoContent {
			t.Errorf("got %d, want the next delivery to be taken", got)
		}
	})
}

// TestInput_FullDisk has a database that cannot grow.
func TestInput_FullDisk(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := newDatabase(t, servers[0])
	m := d.mirror(t, clerkmirror.Config{})
	full := *d
	full.dsn += "&_pragma=max_page_count(1)"
	h := w.handler(t, full.mirror(t, clerkmirror.Config{}))
	big := `{"id":"user_1","public_metadata":{"x":"` + strings.Repeat("x", 500_000) + `"}}`
	if got := w.send(t, h, "msg_1", "user.created", big); got != http.StatusInternalServerError {
		t.Errorf("got %d, want 500 so that Clerk repeats the message", got)
	}
	if got := w.send(t, w.handler(t, m), "msg_1", "user.created", big); got != http.StatusNoContent {
		t.Errorf("got %d with room on the disk, want 204", got)
	}
}
