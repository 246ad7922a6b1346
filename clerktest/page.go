package clerktest

import (
	"slices"
	"strings"
)

// envelope is the answer of most lists.
type envelope[T any] struct {
	Data       []T `json:"data"`
	TotalCount int `json:"total_count"`
}

type m2mEnvelope[T any] struct {
	Data       []T `json:"m2m_tokens"`
	TotalCount int `json:"total_count"`
}

// deletedObject is the answer of most deletions.
type deletedObject struct {
	Object     string  `json:"object"`
	ID         string  `json:"id"`
	Slug       *string `json:"slug,omitzero"`
	ExternalID *string `json:"external_id,omitzero"`
	Deleted    bool    `json:"deleted"`
}

func deleted(object, id string) deletedObject {
	return deletedObject{Object: object, ID: id, Deleted: true}
}

// pageOf cuts limit and offset out of rows that are filtered and ordered, and wraps the wire values of that page as the
// operation lays out its lists.
func pageOf[T, W any](c *call, rows []*T, wire func(*T) W) (any, error) {
	offset, limit := pageBounds(c, len(rows))
	page := rows[offset:min(offset+limit, len(rows))]
	return wrapPage(c, mapped(page, wire), len(rows)), nil
}

func wrapPage[W any](c *call, page []W, total int) any {
	switch {
	case c.endpoint.op.shape == shapeM2M:
		return m2mEnvelope[W]{Data: page, TotalCount: total}
	case hasTotal(c):
		return envelope[W]{Data: page, TotalCount: total}
	default:
		return page
	}
}

// afterCursor drops the rows up to and including the one with this id.
func afterCursor[T any](rows []*T, cursor string, id func(*T) string) ([]*T, error) {
	at := slices.IndexFunc(rows, func(row *T) bool { return id(row) == cursor })
	if at < 0 {
		return nil, errCursor()
	}
	return rows[at+1:], nil
}

// keep filters rows in place.
func keep[T any](rows []*T, ok func(*T) bool) []*T {
	return slices.DeleteFunc(rows, func(row *T) bool { return !ok(row) })
}

// signedSet is a list parameter whose values may carry + (include, the default) or - (exclude).
type signedSet struct {
	include, exclude map[string]bool
}

func newSignedSet(values []string) signedSet {
	s := signedSet{include: map[string]bool{}, exclude: map[string]bool{}}
	for _, v := range values {
		if rest, ok := strings.CutPrefix(v, "-"); ok {
			s.exclude[rest] = true
			continue
		}
		s.include[strings.TrimLeft(v, "+ ")] = true
	}
	return s
}

// empty reports whether the parameter was not given.
func (s signedSet) empty() bool { return len(s.include)+len(s.exclude) == 0 }

// matches reports whether any of values is included, or none is included at all, and none is excluded.
func (s signedSet) matches(values ...string) bool {
	found := len(s.include) == 0
	for _, v := range values {
		if s.exclude[v] {
			return false
		}
		found = found || s.include[v]
	}
	return found
}
