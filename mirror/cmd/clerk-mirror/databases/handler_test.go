//go:build unix

package databases_test

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
	clerkmirror "github.com/clerkgo/clerk-go/mirror"
)

// execute runs statements of the application.
func execute(t *testing.T, db *sql.DB, statements ...string) {
	t.Helper()
	for _, statement := range statements {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
}

// number reads one number.
func number(t *testing.T, db *sql.DB, query string) (n int) {
	t.Helper()
	if err := db.QueryRowContext(t.Context(), query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestHandler_TwoReplicasMirrorClerk(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d *database) {
		w := newWorld(t)
		db := d.open(t)
		execute(t, db, "CREATE TABLE seen (type VARCHAR(64) NOT NULL)")
		config := w.config()
		config.Events = clerkwebhook.Callbacks{Other: func(ctx context.Context, event *clerkwebhook.Event) error {
			_, err := clerkmirror.TxFromContext(ctx).ExecContext(ctx, "INSERT INTO seen VALUES ('"+string(event.Type)+"')")
			return err
		}}
		handlers := []http.Handler{w.handler(t, d.mirror(t, config)), w.handler(t, d.mirror(t, config))}
		var turn atomic.Int64
		w.deliver(t, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			handlers[int(turn.Add(1))%2].ServeHTTP(rw, r)
		})).Duplicate(20)
		w.populate(t, 20)
		users := w.truth(t)
		for id := range users {
			if id[:5] == "user_" {
				if _, err := w.client.Users.Delete(t.Context(), id); err != nil {
					t.Fatal(err)
				}
				break
			}
		}
		if err := w.FlushWebhooks(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.compare(t, d, db)
		if got, want := number(t, db, "SELECT COUNT(*) FROM seen"), len(w.Events()); got != want {
			t.Errorf("got %d calls of the callback, want one for each of %d messages", got, want)
		}
		if got := number(t, db, "SELECT COUNT(*) FROM clerk_users WHERE deleted_at IS NOT NULL"); got != 1 {
			t.Errorf("got %d deleted users, want the row of the one to stay", got)
		}
	})
}

// TestHandler_CallbackFails rolls everything back: the next delivery of the message is handled as if there had been none.
func TestHandler_CallbackFails(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d *database) {
		w := newWorld(t)
		db := d.open(t)
		execute(t, db, "CREATE TABLE welcome (id VARCHAR(191) NOT NULL PRIMARY KEY)")
		var fail atomic.Bool
		fail.Store(true)
		config := w.config()
		config.OnChange = func(ctx context.Context, tx *sql.Tx, change clerkmirror.Change) error {
			if _, err := tx.ExecContext(ctx, "INSERT INTO welcome VALUES ('"+change.ID+"')"); err != nil {
				return err
			}
			if fail.Load() {
				return errors.New("the application has trouble")
			}
			return nil
		}
		endpoint := w.deliver(t, w.handler(t, d.mirror(t, config)))
		user := w.CreateUser(clerktest.User{FirstName: "Ada"})
		if err := w.FlushWebhooks(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, table := range []string{"welcome", "clerk_users", "clerk_messages"} {
			if n := number(t, db, "SELECT COUNT(*) FROM "+table); n != 0 {
				t.Errorf("got %d rows in %s after the failure, want none", n, table)
			}
		}
		if got := endpoint.Deliveries()[0].Status; got != http.StatusInternalServerError {
			t.Errorf("got %d, want 500 so that Clerk repeats the message", got)
		}
		fail.Store(false)
		for _, event := range w.Events() {
			if err := w.ReplayEvent(event.ID); err != nil {
				t.Fatal(err)
			}
			if err := w.ReplayEvent(event.ID); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.FlushWebhooks(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := number(t, db, "SELECT COUNT(*) FROM welcome WHERE id = '"+user.ID+"'"); n != 1 {
			t.Errorf("got %d welcomes, want one", n)
		}
		w.compare(t, d, db)
	})
}

// TestHandler_SameMessageAtOnce sends one message to two replicas at the same time.
func TestHandler_SameMessageAtOnce(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d *database) {
		w := newWorld(t)
		db := d.open(t)
		execute(t, db, "CREATE TABLE welcome (id VARCHAR(191) NOT NULL)")
		config := w.config()
		config.Events = clerkwebhook.Callbacks{UserCreated: func(ctx context.Context, _ *clerkwebhook.Event, u *clerk.User) error {
			_, err := clerkmirror.TxFromContext(ctx).ExecContext(ctx, "INSERT INTO welcome VALUES ('"+u.ID+"')")
			return err
		}}
		handlers := []*clerkwebhook.Handler{w.handler(t, d.mirror(t, config)), w.handler(t, d.mirror(t, config))}
		signer, err := clerkwebhook.NewSigner(w.secret)
		if err != nil {
			t.Fatal(err)
		}
		body := []byte(`{"object":"event","type":"user.created","timestamp":1700000000000,"data":{"id":"user_1","updated_at":1700000000000}}`)
		header := signer.Sign("msg_1", w.Clock().Now(), body)
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				if answer := handlers[i%2].Receive(t.Context(), header, body); answer.StatusCode != http.StatusNoContent {
					t.Errorf("got %d and %v, want 204", answer.StatusCode, answer.Err)
				}
			})
		}
		wg.Wait()
		if n := number(t, db, "SELECT COUNT(*) FROM welcome"); n != 1 {
			t.Errorf("got %d rows of the callback, want 1", n)
		}
	})
}
