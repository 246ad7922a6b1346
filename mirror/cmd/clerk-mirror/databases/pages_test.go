//go:build unix

package databases_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"testing"

	clerk "github.com/clerkgo/clerk-go/core"
	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
	clerkmirror "github.com/clerkgo/clerk-go/mirror"
)

// TestBackfill_PageIsOvertaken holds a row of the first page until all other pages are there and the backfill ends: the next
// backfill begins with the first page.
func TestBackfill_PageIsOvertaken(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d *database) {
		if d.Dialect != clerkmirror.PostgreSQL {
			return // the others write one page after the other
		}
		w := newWorld(t)
		db := d.open(t)
		w.populate(t, 1600)
		ctx, stop := context.WithCancel(t.Context())
		var overtaken int
		config := w.config()
		config.Progress = func(p clerkmirror.Progress) {
			if p.Done != 0 {
				t.Errorf("got progress %+v before the first page is there", p)
			}
			if overtaken++; overtaken == 3 {
				stop()
			}
		}
		m := d.mirror(t, config)
		tx, err := db.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		first := w.ids(t)[0]
		_, err = tx.ExecContext(t.Context(), "INSERT INTO clerk_users (id, version, observed, change_mark) VALUES ($1, 0, 0, 0)", first)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.Backfill(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want the backfill to stop", err)
		}
		if err := tx.Rollback(); err != nil {
			t.Fatal(err)
		}
		result, err := d.mirror(t, w.config()).Backfill(t.Context())
		if err != nil || result.Listed[clerkwebhook.KindUser] != 1600 {
			t.Errorf("got %+v, %v; want all pages to be read again", result, err)
		}
		w.compare(t, d, db)
	})
}

// TestBackfill_PagesOverlap lets every page begin with most of the one before, so that those that are written at the same time
// want the same rows.
func TestBackfill_PagesOverlap(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d *database) {
		w := newWorld(t)
		db := d.open(t)
		w.populate(t, 1203)
		ids := w.ids(t)
		overlapping := func(r *http.Request) (*http.Response, error) {
			query := r.URL.Query()
			if after := query.Get("starting_after"); after != "" {
				query.Set("starting_after", ids[slices.Index(ids, after)-400])
				r = r.Clone(r.Context())
				r.URL.RawQuery = query.Encode()
			}
			return http.DefaultTransport.RoundTrip(r)
		}
		client, err := clerk.NewClient(w.SecretKey(), clerk.WithBaseURL(w.URL()),
			clerk.WithHTTPClient(&http.Client{Transport: roundTripper(overlapping)}))
		if err != nil {
			t.Fatal(err)
		}
		config := w.config()
		config.Client = client
		result, err := d.mirror(t, config).Backfill(t.Context())
		if err != nil || result.Listed[clerkwebhook.KindUser] < 4000 {
			t.Errorf("got %+v, %v; want users to be listed several times", result, err)
		}
		w.compare(t, d, db)
	})
}

// TestBackfill_OneConnection lets everything that a backfill does share one connection, Progress and the change feed as well.
func TestBackfill_OneConnection(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d *database) {
		w := newWorld(t)
		db := d.open(t)
		w.populate(t, 1603)
		config := w.config()
		config.DB = d.open(t)
		config.DB.SetMaxOpenConns(1)
		config.RecordChanges = true
		config.Progress = func(p clerkmirror.Progress) {
			if rows := number(t, config.DB, "SELECT COUNT(*) FROM clerk_users"); p.Done > int64(rows) {
				t.Errorf("got progress %+v with %d rows", p, rows)
			}
		}
		if _, err := d.mirror(t, config).Backfill(t.Context()); err != nil {
			t.Error(err)
		}
		w.compare(t, d, db)
	})
}

type roundTripper func(r *http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// ids returns the ids of all users in the order in which a backfill lists them.
func (w *world) ids(t *testing.T) (ids []string) {
	t.Helper()
	for u, err := range w.client.Users.ListAll(t.Context(), &clerk.UserListParams{OrderBy: clerk.String("+created_at")}) {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, u.ID)
	}
	return ids
}
