package clerkmirror

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"

	clerk "github.com/clerkgo/clerk-go/core"
	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
)

// one reads an object.
func one[T any](
	ctx context.Context, m *Mirror, operation string, kind clerkwebhook.Kind, condition string, args ...any,
) (*T, error) {
	t, err := m.table(kind)
	if err != nil {
		return nil, fmt.Errorf("clerkmirror: %s: %w", operation, err)
	}
	query := "SELECT data, COALESCE(data_raw, '') FROM " + t.name + " WHERE deleted_at IS NULL AND " + condition
	var data, raw string
	err = m.db.QueryRowContext(ctx, m.sql(query), args...).Scan(&data, &raw)
	if errors.Is(err, sql.ErrNoRows) {
		err = clerk.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("clerkmirror: %s: %w", operation, err)
	}
	return decode[T](operation, data, raw)
}

// decode makes an object out of its columns.
func decode[T any](operation, data, raw string) (*T, error) {
	sent, err := unfitJSON(data, raw)
	object := new(T)
	if err == nil {
		err = json.Unmarshal(sent, object)
	}
	if err != nil {
		return nil, fmt.Errorf("clerkmirror: %s: %w", operation, err)
	}
	return object, nil
}

// all reads the objects that a condition chooses, by id and some hundred at a time, so that the caller may write
// meanwhile. The condition is empty or ends with AND.
func all[T any](
	ctx context.Context, m *Mirror, operation string, kind clerkwebhook.Kind, condition string, args ...any,
) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) {
		t, err := m.table(kind)
		for after, more := "", err == nil; more; {
			var batch []*T
			query := "SELECT id, data, COALESCE(data_raw, '') FROM " + t.name +
				" WHERE deleted_at IS NULL AND " + condition + "id > ? ORDER BY id LIMIT ?"
			err = m.query(ctx, m.db, query, slices.Concat(args, []any{after, keysPerQuery}), func(scan func(...any) error) error {
				var data, raw string
				if err := scan(&after, &data, &raw); err != nil {
					return err
				}
				object, err := decode[T](operation, data, raw)
				batch = append(batch, object)
				return err
			})
			if err != nil {
				break
			}
			for _, object := range batch {
				if !yield(object, nil) {
					return
				}
			}
			more = len(batch) == keysPerQuery
		}
		if err != nil {
			yield(nil, fmt.Errorf("clerkmirror: %s: %w", operation, err))
		}
	}
}
