package clerkmirror

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

//go:embed migrations
var migrations embed.FS

// migrationLock is the number of the lock that replicas take before they migrate.
const migrationLock int64 = 0x636c65726b

// Migrate creates the tables, or brings those of an older version up to date. Any number of replicas may call it at the
// same time: one does the work, the others wait. An error matches [ErrSchema] if a table is in the way that has other
// columns, or if the tables were made by a newer version.
func (m *Mirror) Migrate(ctx context.Context) error {
	conn, err := m.db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("clerkmirror: Migrate: %w", err)
	}
	defer func() { _ = conn.Close() }()
	if err := m.migrateLocked(ctx, conn); err != nil {
		return fmt.Errorf("clerkmirror: Migrate: %w", err)
	}
	if err := m.verify(ctx, conn); err != nil {
		return fmt.Errorf("clerkmirror: Migrate: %w", err)
	}
	return nil
}

// migrateLocked runs the migrations under a lock: that of a transaction, or on MySQL, which commits before each change
// of a table, one by name.
func (m *Mirror) migrateLocked(ctx context.Context, conn *sql.Conn) (err error) {
	begin, end, undo := "BEGIN IMMEDIATE", "COMMIT", "ROLLBACK"
	switch m.dialect {
	case PostgreSQL:
		begin = "BEGIN"
	case MySQL:
		begin = fmt.Sprintf("SELECT GET_LOCK('clerkmirror_%x', 60)", migrationLock)
		end = fmt.Sprintf("SELECT RELEASE_LOCK('clerkmirror_%x')", migrationLock)
		undo = end
	}
	if err := run(ctx, conn, begin); err != nil {
		return err
	}
	defer func() {
		if err == nil {
			err = run(ctx, conn, end)
		} else {
			_ = run(context.WithoutCancel(ctx), conn, undo)
		}
	}()
	if m.dialect == PostgreSQL {
		if err := run(ctx, conn, fmt.Sprintf("SELECT pg_advisory_xact_lock(%d)", migrationLock)); err != nil {
			return err
		}
	}
	return m.runMigrations(ctx, conn)
}

// run executes a statement and reads its rows, if it has any.
func run(ctx context.Context, conn *sql.Conn, query string) error {
	_, err := conn.ExecContext(ctx, query)
	return err
}

func (m *Mirror) runMigrations(ctx context.Context, conn *sql.Conn) error {
	if m.config.Schema != "" && m.dialect == PostgreSQL {
		if err := run(ctx, conn, "CREATE SCHEMA IF NOT EXISTS "+m.config.Schema); err != nil {
			return err
		}
	}
	meta := "CREATE TABLE IF NOT EXISTS {meta} (name VARCHAR(64) NOT NULL PRIMARY KEY, value VARCHAR(191) NOT NULL)"
	if err := run(ctx, conn, m.sql(meta)); err != nil {
		return err
	}
	if err := m.runSeries(ctx, conn, ".", "version"); err != nil {
		return err
	}
	for _, t := range m.tables {
		if t.onRequest {
			if err := m.runSeries(ctx, conn, t.table, "version of "+t.table); err != nil {
				return err
			}
		}
	}
	return nil
}

// runSeries runs those migrations of a folder that are newer than the version that the meta table has under a name.
func (m *Mirror) runSeries(ctx context.Context, conn *sql.Conn, folder, name string) error {
	files, err := fs.Glob(migrations, path.Join("migrations", string(m.dialect), folder, "*.sql"))
	if err != nil {
		return err
	}
	at, err := m.schemaVersion(ctx, conn, name)
	if err != nil {
		return err
	}
	if at > len(files) {
		return fmt.Errorf("%w: their %s is %d, the one here is %d", ErrSchema, name, at, len(files))
	}
	for n := at; n < len(files); n++ {
		if err := m.runMigration(ctx, conn, files[n], name, n+1); err != nil {
			return fmt.Errorf("%s %d: %w", name, n+1, err)
		}
	}
	return nil
}

func (m *Mirror) schemaVersion(ctx context.Context, conn *sql.Conn, name string) (int, error) {
	var value string
	err := conn.QueryRowContext(ctx, m.sql("SELECT value FROM {meta} WHERE name = ?"), name).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(value)
}

func (m *Mirror) runMigration(ctx context.Context, conn *sql.Conn, file, name string, version int) error {
	text, err := migrations.ReadFile(file)
	if err != nil {
		return err
	}
	fill := strings.NewReplacer("{table}", m.config.tableName(""), "{index}", m.config.Prefix)
	for statement := range strings.SplitSeq(fill.Replace(string(text)), ";\n") {
		if strings.TrimSpace(statement) == "" {
			continue
		}
		if err := run(ctx, conn, statement); err != nil {
			if strings.Contains(err.Error(), "already exists") {
				return fmt.Errorf("%w: %w", ErrSchema, err)
			}
			return err
		}
	}
	if _, err := conn.ExecContext(ctx, m.sql("DELETE FROM {meta} WHERE name = ?"), name); err != nil {
		return err
	}
	_, err = conn.ExecContext(ctx, m.sql("INSERT INTO {meta} (name, value) VALUES (?, ?)"), name, strconv.Itoa(version))
	return err
}

// verify selects every column that the Mirror uses, to find a foreign table of the same name before it is written to.
func (m *Mirror) verify(ctx context.Context, conn *sql.Conn) error {
	queries := []string{
		"SELECT receiver, id, finished, at FROM {messages} WHERE 1 = 0",
		"SELECT id, kind, object_id, organization_id, user_id, deleted, at FROM {outbox} WHERE 1 = 0",
		"SELECT id, kind, object_id, organization_id, user_id, deleted, at FROM {changes} WHERE 1 = 0",
		"SELECT name, owner, lease_until, beat, phase, position, started, done, completed FROM {sync} WHERE 1 = 0",
	}
	for _, t := range m.tables {
		queries = append(queries, "SELECT "+strings.Join(t.columnNames(), ", ")+", deleted_at FROM "+t.name+" WHERE 1 = 0")
	}
	for _, query := range queries {
		rows, err := conn.QueryContext(ctx, m.sql(query))
		if err == nil {
			err = errors.Join(rows.Close(), rows.Err())
		}
		if err != nil {
			return fmt.Errorf("%w: %w", ErrSchema, err)
		}
	}
	return nil
}
