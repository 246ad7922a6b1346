//go:build unix

package databases_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	clerkmirror "github.com/clerkgo/clerk-go/mirror"
)

//docs:begin follow

// listen sends to wake whenever PostgreSQL tells of changes, until ctx is done or the connection ends.
func listen(ctx context.Context, address, channel string, wake chan<- struct{}) error {
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err := conn.Exec(ctx, "LISTEN "+channel); err != nil {
		return err
	}
	for {
		select {
		case wake <- struct{}{}: // once at the start, too
		default:
		}
		if _, err := conn.WaitForNotification(ctx); err != nil {
			return err
		}
	}
}

// consume deals with every change after a position and returns the position up to which it did.
func consume(
	ctx context.Context, m *clerkmirror.Mirror, position int64, wake <-chan struct{}, handle func(clerkmirror.Change) error,
) (int64, error) {
	for change, err := range m.Follow(ctx, position, wake) {
		if err != nil {
			return position, err
		}
		if err := handle(change); err != nil {
			return position, err
		}
		position = change.Position // store it where handle stores its work
	}
	return position, nil
}

//docs:end follow

// TestFollow_ListenWakes leaves the polling no time to see the change first.
func TestFollow_ListenWakes(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d *database) {
		m := d.mirror(t, clerkmirror.Config{RecordChanges: true})
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		wake := make(chan struct{}, 1)
		var listener sync.WaitGroup
		if d.Dialect == clerkmirror.PostgreSQL {
			listener.Go(func() {
				if err := listen(ctx, d.dsn, m.ChangesChannel(), wake); !errors.Is(err, context.Canceled) {
					t.Error(err)
				}
			})
			<-wake // it listens
		}
		if err := m.Apply(ctx, userState(t, "user_1", "Ada", 1, 1)); err != nil {
			t.Fatal(err)
		}
		if d.Dialect == clerkmirror.PostgreSQL {
			<-wake
			wake <- struct{}{}
		}
		position, err := consume(ctx, m, 0, wake, func(change clerkmirror.Change) error {
			if change.ID != "user_1" {
				t.Errorf("got %+v, want the user", change)
			}
			cancel()
			return nil
		})
		listener.Wait()
		if position == 0 || !errors.Is(err, context.Canceled) {
			t.Errorf("got %d, %v; want the position of the change and the end of the context", position, err)
		}
	})
}
