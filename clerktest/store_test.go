package clerktest

import (
	"errors"
	"slices"
	"testing"
)

type lettered struct{ ID, Letter, Note string }

var tableLettered = &table[*lettered]{
	name:    "lettered",
	id:      func(l *lettered) string { return l.ID },
	indexes: map[string]func(*lettered) []string{"letter": func(l *lettered) []string { return []string{l.Letter} }},
}

func TestTable_IndexOrder(t *testing.T) {
	t.Parallel()
	in := NewServer(t).Instance
	in.state.collections[tableLettered.name] = tableLettered.newCollection()
	order := func() (ids []string) {
		_ = in.read(func(x *tx) error {
			for _, row := range tableLettered.find(x, "letter", "a") {
				ids = append(ids, row.ID)
			}
			return nil
		})
		return ids
	}
	for _, id := range []string{"1", "2", "3"} {
		_ = in.write(func(x *tx) error { tableLettered.put(x, &lettered{ID: id, Letter: "a"}); return nil })
	}
	want := []string{"1", "2", "3"}

	_ = in.write(func(x *tx) error {
		tableLettered.update(x, "1", func(l *lettered) { l.Note = "changed" })
		return nil
	})
	if got := order(); !slices.Equal(got, want) {
		t.Errorf("after an update: got %v, want %v", got, want)
	}
	_ = in.write(func(x *tx) error {
		tableLettered.update(x, "1", func(l *lettered) { l.Letter = "b" })
		tableLettered.delete(x, "2")
		return errors.New("undo")
	})
	if got := order(); !slices.Equal(got, want) {
		t.Errorf("after a change that failed: got %v, want %v", got, want)
	}
}
