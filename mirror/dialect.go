package clerkmirror

import (
	"database/sql"
	"strconv"
	"strings"
)

// Dialect is the SQL that a database speaks.
type Dialect string

// The dialects that a [Mirror] speaks.
const (
	// PostgreSQL is PostgreSQL 14 or newer.
	PostgreSQL Dialect = "postgres"
	// MySQL is MySQL 8 or newer, or MariaDB 10.6 or newer.
	MySQL Dialect = "mysql"
	// SQLite is SQLite 3.35 or newer. Open it with a busy time-out, as several connections write.
	SQLite Dialect = "sqlite"
)

// known reports whether the dialect is one of the constants.
func (d Dialect) known() bool { return d == PostgreSQL || d == MySQL || d == SQLite }

// bind replaces each ? with the placeholder of the dialect.
func (d Dialect) bind(query string) string {
	if d != PostgreSQL {
		return query
	}
	var b strings.Builder
	for n := 1; ; n++ {
		before, after, found := strings.Cut(query, "?")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		b.WriteString("$" + strconv.Itoa(n))
		query = after
	}
}

// now is the database's clock in Unix milliseconds; leases go by it, as the clocks of replicas differ.
func (d Dialect) now() string {
	switch d {
	case PostgreSQL:
		return "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)"
	case MySQL:
		return "CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)"
	default:
		return "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"
	}
}

// isolation lets a statement see what others have committed while it waited for a lock.
func (d Dialect) isolation() *sql.TxOptions {
	if d == SQLite {
		return nil
	}
	return &sql.TxOptions{Isolation: sql.LevelReadCommitted}
}

// nullSafeEqual compares two expressions, of which either may be null.
func (d Dialect) nullSafeEqual(a, b string) string {
	switch d {
	case PostgreSQL:
		return a + " IS NOT DISTINCT FROM " + b
	case MySQL:
		return a + " <=> " + b
	default:
		return a + " IS " + b
	}
}

// placeholders returns n placeholders with commas, in parentheses.
func placeholders(n int) string {
	return "(" + strings.TrimSuffix(strings.Repeat("?, ", n), ", ") + ")"
}
