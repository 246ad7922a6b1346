package clerkmirror

import (
	"fmt"
	"slices"

	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
)

// table is the table of a kind in this database, with its statements. Values travel as text and each database converts
// them: the columns of the object first, then those that every table has.
type table struct {
	*kind
	name    string // as statements write it
	columns []column

	upsert     string // up to VALUES
	onConflict string
	remove     string // one row, with its conflict clause
}

// column is a column that is written.
type column struct {
	name string
	cast string // type on PostgreSQL; empty for TEXT
}

const boolean, timestamp = "boolean", "timestamptz"

// bookkeeping are the columns that every table has beside those of the object.
func bookkeeping() []column {
	return []column{{"data", "jsonb"}, {"data_raw", ""}, {"version", "bigint"}, {"observed", "bigint"}, {"change_mark", "bigint"}}
}

// newTables returns the tables that the configuration asks for, in the order of kinds.
func newTables(config *Config) []*table {
	var tables []*table
	for _, k := range kinds() {
		if k.onRequest && !slices.Contains(config.Also, k.name) {
			continue
		}
		t := &table{kind: k, name: config.tableName(k.table), columns: append(k.columns, bookkeeping()...)}
		t.prepare(config.Dialect, config.EraseDeleted)
		tables = append(tables, t)
	}
	return tables
}

// table returns the table of a kind.
func (m *Mirror) table(kind clerkwebhook.Kind) (*table, error) {
	for _, t := range m.tables {
		if t.kind.name == kind {
			return t, nil
		}
	}
	return nil, fmt.Errorf("%w: kind %q is not in Also", ErrConfig, kind)
}

// columnNames returns the names of the columns that are written.
func (t *table) columnNames() []string {
	names := make([]string, len(t.columns))
	for i, c := range t.columns {
		names[i] = c.name
	}
	return names
}
