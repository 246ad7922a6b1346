package clerkmirror

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	clerk "github.com/clerkgo/clerk-go/core"
	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
)

// Defaults of [Config].
const (
	// DefaultPrefix is what the names of tables start with.
	DefaultPrefix = "clerk_"
	// DefaultRequestsPerSecond keeps a backfill below Clerk's limit for development instances, 100 requests in 10 seconds,
	// and leaves the application some of it.
	DefaultRequestsPerSecond = 8
	// DefaultKnown is how many ids Ensure remembers.
	DefaultKnown = 10_000
)

// Config configures a [Mirror]. DB and Dialect are required.
type Config struct {
	// DB is the application's database. The [Mirror] does not close it.
	DB *sql.DB
	// Dialect is what DB speaks.
	Dialect Dialect
	// Client is what Backfill, Reconcile, Check, Audit and Ensure ask; without it they return [ErrConfig].
	Client *clerk.Client
	// Schema is the schema of the tables on PostgreSQL, which Migrate creates, or the database on MySQL, which has to
	// exist. Empty means the current one; SQLite has none.
	Schema string
	// Prefix starts the names of the tables; empty means [DefaultPrefix].
	Prefix string
	// Also are kinds that have tables on request, beside users, organizations and memberships: [KindRole],
	// [KindOrganizationInvitation], [KindInvitation].
	Also []clerkwebhook.Kind
	// EraseDeleted empties the columns of an object that is deleted and keeps its ids and deleted_at. Otherwise the row
	// keeps what was last known.
	EraseDeleted bool
	// RecordChanges fills the change feed that Changes reads. Without it nothing is recorded.
	RecordChanges bool
	// OnChange is called inside the transaction for every change of a row, whichever way it came: what it writes through
	// tx commits with the row, or not at all. Its error rolls the transaction back. A transaction that lost a deadlock
	// is run again, so it must do nothing that cannot be rolled back.
	OnChange func(ctx context.Context, tx *sql.Tx, change Change) error
	// Events are called inside the transaction of a message, once for each message, after the tables took it;
	// [TxFromContext] gives them the transaction. A backfill does not call them.
	Events clerkwebhook.Callbacks
	// RequestsPerSecond bounds the requests of Backfill, Reconcile and Audit; zero means [DefaultRequestsPerSecond], a
	// negative value no bound.
	RequestsPerSecond float64
	// Known is how many ids Ensure remembers; zero means [DefaultKnown], a negative value none.
	Known int
	// Progress is called after every page of a backfill, by one goroutine at a time; nil is never called.
	Progress func(Progress)
	// Now is Clerk's clock; nil means the Date of Clerk's answers. It is for tests against a clock that is moved.
	Now func() time.Time
}

// Mirror keeps Clerk's objects in the tables of a database. It is safe for concurrent use, by any number of goroutines
// and processes.
type Mirror struct {
	config  Config
	db      *sql.DB
	dialect Dialect
	tables  []*table
	known   *knownIDs
	flights flights
}

// New returns a [Mirror]. It does not touch the database; call Migrate before anything else. An error matches
// [ErrConfig].
func New(config Config) (*Mirror, error) {
	switch {
	case config.DB == nil:
		return nil, fmt.Errorf("%w: no DB", ErrConfig)
	case !config.Dialect.known():
		return nil, fmt.Errorf("%w: unknown Dialect", ErrConfig)
	case config.Schema != "" && (config.Dialect == SQLite || !isIdentifier(config.Schema)):
		return nil, fmt.Errorf("%w: Schema", ErrConfig)
	case config.Prefix != "" && !isIdentifier(config.Prefix):
		return nil, fmt.Errorf("%w: Prefix", ErrConfig)
	case !areKinds(config.Also):
		return nil, fmt.Errorf("%w: unknown kind in Also", ErrConfig)
	}
	if config.Prefix == "" {
		config.Prefix = DefaultPrefix
	}
	if config.RequestsPerSecond == 0 {
		config.RequestsPerSecond = DefaultRequestsPerSecond
	}
	if config.Known == 0 {
		config.Known = DefaultKnown
	}
	return &Mirror{
		config: config, db: config.DB, dialect: config.Dialect, known: newKnownIDs(config.Known), tables: newTables(&config),
	}, nil
}

// Kinds returns what the [Mirror] has tables of, in the order in which a backfill reads it.
func (m *Mirror) Kinds() []clerkwebhook.Kind {
	kinds := make([]clerkwebhook.Kind, len(m.tables))
	for i, t := range m.tables {
		kinds[i] = t.kind.name
	}
	return kinds
}

// isIdentifier reports whether a name needs no quotes in any dialect.
func isIdentifier(name string) bool {
	if len(name) > 40 || name[0] >= '0' && name[0] <= '9' {
		return false
	}
	return strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

// tableName returns the qualified name of one of the tables.
func (c *Config) tableName(name string) string {
	if c.Schema != "" {
		return c.Schema + "." + c.Prefix + name
	}
	return c.Prefix + name
}

// sql fills in the name of each table, written {name}, and the placeholders.
func (m *Mirror) sql(query string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(query, "{")
		b.WriteString(before)
		if !found {
			return m.dialect.bind(b.String())
		}
		name, after, _ := strings.Cut(rest, "}")
		if name == "now" {
			b.WriteString(m.dialect.now())
		} else {
			b.WriteString(m.config.tableName(name))
		}
		query = after
	}
}
