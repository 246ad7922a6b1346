package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	official "github.com/clerk/clerk-sdk-go/v2"
	officialuser "github.com/clerk/clerk-sdk-go/v2/user"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	clerk "github.com/clerkgo/clerk-go/core"
	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
	clerkmirror "github.com/clerkgo/clerk-go/mirror"
)

const key = "sk_test_benchmark"

// newMirror returns a Mirror on tables with a prefix.
func newMirror(ctx context.Context, db *sql.DB, address, prefix string) (*clerkmirror.Mirror, error) {
	client, err := clerk.NewClient(key, clerk.WithBaseURL(address))
	if err != nil {
		return nil, err
	}
	m, err := clerkmirror.New(clerkmirror.Config{
		DB: db, Dialect: clerkmirror.PostgreSQL, Client: client, Prefix: prefix, RequestsPerSecond: -1,
	})
	if err != nil {
		return nil, err
	}
	return m, m.Migrate(ctx)
}

// backfill runs a backfill.
func (o *options) backfill(ctx context.Context, db *sql.DB, address string) error {
	m, err := newMirror(ctx, db, address, "filled_")
	if err != nil {
		return err
	}
	result, err := m.Backfill(ctx)
	if err == nil && result.Listed[clerkwebhook.KindUser] != int64(o.users) {
		err = fmt.Errorf("the backfill stored %+v", result)
	}
	return err
}

// peakMemory returns how much memory this process has had at most, in bytes.
func peakMemory() int64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), "VmHWM:")
	fields := strings.Fields(rest)
	if len(fields) == 0 {
		return 0
	}
	kib, _ := strconv.ParseInt(fields[0], 10, 64)
	return kib << 10
}

// rows are the rows of the users, decoded already.
type rows struct {
	t     template
	n     int
	users int
	first map[string]any
}

// Next implements pgx.CopyFromSource.
func (r *rows) Next() bool { r.n++; return r.n <= r.users }

// Values implements pgx.CopyFromSource.
func (r *rows) Values() ([]any, error) {
	var b bytes.Buffer
	r.t.write(&b, r.n-1)
	at := time.UnixMilli(userTime(r.n - 1)).UTC()
	return []any{
		userID(r.n - 1), userMail(r.n - 1), r.first["username"], r.first["first_name"], r.first["last_name"], r.first["external_id"],
		r.first["image_url"], false, false, at, at, nil, b.String(), userTime(r.n - 1), int64(1), int64(1),
	}, nil
}

// Err implements pgx.CopyFromSource.
func (r *rows) Err() error { return nil }

// copyRows copies the rows of the users into a table of the same shape.
func (o *options) copyRows(ctx context.Context, db *sql.DB) error {
	if _, err := newMirror(ctx, db, "http://127.0.0.1:1", "copied_"); err != nil {
		return err
	}
	t, err := newTemplate(o.file)
	if err != nil {
		return err
	}
	source := &rows{t: t, users: o.users}
	text, err := os.ReadFile(o.file)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, &source.first); err != nil {
		return err
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	return conn.Raw(func(driver any) error {
		_, err := driver.(*stdlib.Conn).Conn().CopyFrom(ctx, pgx.Identifier{"copied_users"}, []string{
			"id", "primary_email", "username", "first_name", "last_name", "external_id", "image_url", "banned", "locked", "created_at",
			"updated_at", "last_sign_in_at", "data", "version", "observed", "change_mark",
		}, source)
		return err
	})
}

// naiveLoop is what one would write: a page after the other, an upsert for each user.
func (o *options) naiveLoop(ctx context.Context, db *sql.DB, address string) error {
	if _, err := newMirror(ctx, db, "http://127.0.0.1:1", "naive_"); err != nil {
		return err
	}
	config := &official.ClientConfig{}
	config.Key, config.URL = official.String(key), official.String(address+"/v1")
	client := officialuser.NewClient(config)
	for offset := 0; offset < o.naive; offset += pageSize {
		params := &officialuser.ListParams{}
		params.Limit, params.Offset = official.Int64(pageSize), official.Int64(int64(offset))
		list, err := client.List(ctx, params)
		if err != nil {
			return err
		}
		for _, u := range list.Users {
			data, err := json.Marshal(u)
			if err != nil {
				return err
			}
			_, err = db.ExecContext(ctx, `INSERT INTO naive_users (id, primary_email, username, first_name, last_name, data, version,
				observed, change_mark) VALUES ($1, $2, $3, $4, $5, $6, $7, 1, 1) ON CONFLICT (id) DO UPDATE SET primary_email = $2,
				username = $3, first_name = $4, last_name = $5, data = $6, version = $7`, u.ID, u.EmailAddresses[0].EmailAddress,
				u.Username, u.FirstName, u.LastName, string(data), u.UpdatedAt)
			if err != nil {
				return err
			}
		}
	}
	return nil
}
