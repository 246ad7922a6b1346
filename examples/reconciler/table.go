package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"iter"

	_ "modernc.org/sqlite" // the driver, in pure Go

	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
)

// schema keeps deletions as rows of their own, so that a late event does not bring an object back.
const schema = `
CREATE TABLE IF NOT EXISTS objects (
	id              TEXT PRIMARY KEY,
	kind            TEXT NOT NULL,
	organization_id TEXT NOT NULL,
	user_id         TEXT NOT NULL,
	data            TEXT,
	updated_at      INTEGER NOT NULL,
	observed_at     INTEGER NOT NULL,
	deleted         BOOLEAN NOT NULL
);
CREATE TABLE IF NOT EXISTS messages (
	id       TEXT PRIMARY KEY,
	finished BOOLEAN NOT NULL,
	at       INTEGER NOT NULL
);`

//docs:begin upsert

// upsert is the rule of Record.Supersedes in one statement.
const upsert = `
INSERT INTO objects (id, kind, organization_id, user_id, data, updated_at, observed_at, deleted)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET
	organization_id = excluded.organization_id, user_id = excluded.user_id, data = excluded.data,
	updated_at = excluded.updated_at, observed_at = excluded.observed_at, deleted = excluded.deleted
WHERE NOT objects.deleted AND (excluded.deleted OR
	(excluded.updated_at, excluded.observed_at) >= (objects.updated_at, objects.observed_at))`

//docs:end upsert

// database is the application's copy of Clerk's users, organizations and memberships.
type database struct{ db *sql.DB }

// open opens a database file.
func open(ctx context.Context, path string) (*database, error) {
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1) // SQLite has one writer
	if _, err := db.ExecContext(ctx, schema); err != nil {
		_ = db.Close()
		return nil, err
	}
	return &database{db: db}, nil
}

func (d *database) close() { _ = d.db.Close() }

// Apply implements clerkwebhook.Table.
func (d *database) Apply(ctx context.Context, r *clerkwebhook.Record) error {
	var data sql.NullString
	if !r.Deleted {
		data = sql.NullString{String: string(r.Data), Valid: true}
	}
	_, err := d.db.ExecContext(ctx, upsert,
		r.ID, r.Kind, r.OrganizationID, r.UserID, data, r.UpdatedAt, r.ObservedAt, r.Deleted)
	return err
}

// Keys implements clerkwebhook.Table. It reads everything first, because the caller writes while it goes through.
func (d *database) Keys(ctx context.Context, kind clerkwebhook.Kind) iter.Seq2[clerkwebhook.Key, error] {
	return func(yield func(clerkwebhook.Key, error) bool) {
		keys, err := d.keys(ctx, kind)
		if err != nil {
			yield(clerkwebhook.Key{}, err)
			return
		}
		for _, key := range keys {
			if !yield(key, nil) {
				return
			}
		}
	}
}

func (d *database) keys(ctx context.Context, kind clerkwebhook.Kind) ([]clerkwebhook.Key, error) {
	rows, err := d.db.QueryContext(ctx,
		`SELECT id, organization_id, user_id FROM objects WHERE kind = ? AND NOT deleted`, kind)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var keys []clerkwebhook.Key
	for rows.Next() {
		key := clerkwebhook.Key{Kind: kind}
		if err := rows.Scan(&key.ID, &key.OrganizationID, &key.UserID); err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	return keys, rows.Err()
}

// objects returns what is in the table, as Clerk sent it, by id.
func (d *database) objects(ctx context.Context) (map[string]json.RawMessage, error) {
	rows, err := d.db.QueryContext(ctx, `SELECT id, data FROM objects WHERE NOT deleted ORDER BY id`)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	objects := map[string]json.RawMessage{}
	for rows.Next() {
		var id string
		var data []byte
		if err := rows.Scan(&id, &data); err != nil {
			return nil, err
		}
		objects[id] = data
	}
	return objects, rows.Err()
}
