package clerkmirror

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"
)

const (
	// valuesPerStatement is how many rows a statement with placeholders has; SQLite takes 32,766 placeholders.
	valuesPerStatement = 100
	// valuesPerArray is how many rows a statement with arrays has: fewer cost statements, more cost memory on both sides.
	valuesPerArray = 250
	// between and absent separate values in the texts that PostgreSQL cuts into arrays, and stand for null.
	between, absent = "\x1f", "\x1e"
)

// prepare composes the statements: comparison and change are one, so that of two replicas the one with the later state
// wins whoever comes first.
func (t *table) prepare(d Dialect, erase bool) {
	names := t.columnNames()
	t.upsert = "INSERT INTO " + t.name + " AS t (" + strings.Join(names, ", ") + ") "
	if d == MySQL {
		t.upsert = "INSERT INTO " + t.name + " (" + strings.Join(names, ", ") + ") "
		t.onConflict = " ON DUPLICATE KEY UPDATE " + mysqlUpdate(names)
	} else {
		t.onConflict = " ON CONFLICT (id) DO UPDATE SET " + standardUpdate(d, names) +
			" WHERE t.deleted_at IS NULL AND (excluded.version > t.version OR" +
			" (excluded.version = t.version AND excluded.observed >= t.observed))"
	}
	t.remove = t.removal(d, erase)
}

// standardUpdate is the SET clause of PostgreSQL and SQLite. The mark changes with the content only.
func standardUpdate(d Dialect, names []string) string {
	var set []string
	for _, name := range names[1:] {
		if name == "change_mark" {
			same := d.nullSafeEqual("t.data", "excluded.data") + " AND " + d.nullSafeEqual("t.data_raw", "excluded.data_raw")
			set = append(set, "change_mark = CASE WHEN "+same+" THEN t.change_mark ELSE excluded.change_mark END")
			continue
		}
		set = append(set, name+" = excluded."+name)
	}
	return strings.Join(set, ", ")
}

// mysqlUpdate is the SET clause of MySQL, which has no condition of its own and assigns from left to right: the mark
// comes first, since it compares the old content; observed and version come last, since all others depend on the old
// ones. The condition holds the same before and after observed has changed.
func mysqlUpdate(names []string) string {
	const newer = "deleted_at IS NULL AND (VALUES(version) > version OR" +
		" (VALUES(version) = version AND VALUES(observed) >= observed))"
	const same = "data <=> VALUES(data) AND data_raw <=> VALUES(data_raw)"
	set := []string{"change_mark = IF(" + newer + " AND NOT (" + same + "), VALUES(change_mark), change_mark)"}
	for _, name := range names[1:] {
		switch name {
		case "change_mark", "version", "observed":
		default:
			set = append(set, name+" = IF("+newer+", VALUES("+name+"), "+name+")")
		}
	}
	for _, name := range []string{"observed", "version"} {
		set = append(set, name+" = IF("+newer+", VALUES("+name+"), "+name+")")
	}
	return strings.Join(set, ", ")
}

// removal is the statement that marks a row as deleted, or leaves a mark for an object that was never seen, so that a
// late event does not revive it.
func (t *table) removal(d Dialect, erase bool) string {
	names := slices.Concat([]string{"id"}, t.owners, []string{"version", "observed", "change_mark", "deleted_at"})
	values := slices.Repeat([]string{"?"}, len(names))
	if d == PostgreSQL {
		values[len(values)-1] = column{cast: timestamp}.convert("?")
	}
	as, on, condition := " AS t ", "ON CONFLICT (id) DO UPDATE SET ", " WHERE t.deleted_at IS NULL"
	assign, empty := "%s = excluded.%[1]s", "%s = NULL"
	if d == MySQL {
		as, on, condition = " ", "ON DUPLICATE KEY UPDATE ", ""
		assign = "%s = IF(deleted_at IS NULL, VALUES(%[1]s), %[1]s)"
		empty = "%s = IF(deleted_at IS NULL, NULL, %[1]s)"
	}
	var set []string
	for _, name := range t.columnNames() {
		if erase && !slices.Contains(names, name) {
			set = append(set, fmt.Sprintf(empty, name))
		}
	}
	for _, name := range []string{"change_mark", "observed", "deleted_at"} { // the condition reads deleted_at
		set = append(set, fmt.Sprintf(assign, name))
	}
	return "INSERT INTO " + t.name + as + "(" + strings.Join(names, ", ") + ") VALUES (" + strings.Join(values, ", ") + ") " + on +
		strings.Join(set, ", ") + condition
}

// writeRows stores rows of one table that are not deletions. Their ids differ.
func (m *Mirror) writeRows(ctx context.Context, tx *sql.Tx, t *table, rows []*row, mark int64) error {
	size, write := valuesPerStatement, m.writeValues
	if m.dialect == PostgreSQL && len(rows) > 1 {
		size, write = valuesPerArray, m.writeArrays
	}
	for chunk := range slices.Chunk(rows, size) {
		if err := write(ctx, tx, t, chunk, mark); err != nil {
			return err
		}
	}
	return nil
}

// writeValues sends a placeholder for each value.
func (m *Mirror) writeValues(ctx context.Context, tx *sql.Tx, t *table, rows []*row, mark int64) error {
	args := make([]any, 0, len(rows)*len(t.columns))
	for _, r := range rows {
		args = append(args, r.args(mark)...)
	}
	tuples := strings.TrimSuffix(strings.Repeat(m.tuple(t)+", ", len(rows)), ", ")
	_, err := tx.ExecContext(ctx, m.dialect.bind(t.upsert+"VALUES "+tuples+t.onConflict), args...)
	return err
}

// tuple is the placeholders of a row.
func (m *Mirror) tuple(t *table) string {
	if m.dialect != PostgreSQL {
		return placeholders(len(t.columns))
	}
	casts := make([]string, len(t.columns))
	for i, c := range t.columns {
		casts[i] = c.convert("?")
	}
	return "(" + strings.Join(casts, ", ") + ")"
}

// convert makes a value of the column's type out of a text, on PostgreSQL.
func (c column) convert(text string) string {
	switch c.cast {
	case "":
		return text
	case timestamp:
		return "CAST(" + text + " AS timestamp) AT TIME ZONE 'UTC'"
	default:
		return "CAST(" + text + " AS " + c.cast + ")"
	}
}

// writeArrays sends one text for each column and lets PostgreSQL cut it, which is the fastest way that every driver
// has: one statement without a placeholder for each value, and no escaping.
func (m *Mirror) writeArrays(ctx context.Context, tx *sql.Tx, t *table, rows []*row, mark int64) error {
	texts, nulls := make([][]string, len(t.columns)), make([]int, len(t.columns))
	for c := range texts {
		texts[c] = make([]string, 0, len(rows))
	}
	for _, r := range rows {
		for c, value := range r.args(mark) {
			s, ok := value.(string)
			if !ok {
				s = absent
				nulls[c]++
			}
			texts[c] = append(texts[c], s)
		}
	}
	values, arrays := make([]string, len(texts)), []string(nil)
	var single, joined []any // arguments, in the order of the placeholders
	for i, c := range t.columns {
		switch first := texts[i][0]; {
		case nulls[i] == len(rows):
			values[i] = "NULL"
		case !slices.ContainsFunc(texts[i], func(s string) bool { return s != first }): // the same in every row
			single = append(single, first)
			values[i] = c.convert("CAST(? AS text)")
		default:
			all := strings.Join(texts[i], between)
			if strings.Count(all, between) != len(rows)-1 || strings.Count(all, absent) != nulls[i] {
				return m.writeEach(ctx, tx, t, rows, mark)
			}
			joined = append(joined, all)
			arrays = append(arrays, `unnest(string_to_array(CAST(? AS text), E'\x1f', E'\x1e')) AS `+c.name)
			values[i] = c.convert("v." + c.name)
		}
	}
	query := t.upsert + "SELECT " + strings.Join(values, ", ") + " FROM (SELECT " + strings.Join(arrays, ", ") + ") AS v" + t.onConflict
	_, err := tx.ExecContext(ctx, m.dialect.bind(query), append(single, joined...)...)
	return err
}

// writeEach stores rows one by one, for texts that have the separators in them.
func (m *Mirror) writeEach(ctx context.Context, tx *sql.Tx, t *table, rows []*row, mark int64) error {
	for i := range rows {
		if err := m.writeValues(ctx, tx, t, rows[i:i+1], mark); err != nil {
			return err
		}
	}
	return nil
}

// removeRow stores a deletion.
func (m *Mirror) removeRow(ctx context.Context, tx *sql.Tx, t *table, r *row, mark int64) error {
	owners := []any{r.key.OrganizationID, r.key.UserID}[:len(t.owners)]
	at := time.UnixMilli(r.observed)
	args := slices.Concat([]any{r.key.ID}, owners, []any{int64(0), r.observed, mark, stamp(at)}) // the version plays no part any more
	_, err := tx.ExecContext(ctx, m.dialect.bind(t.remove), args...)
	return err
}
