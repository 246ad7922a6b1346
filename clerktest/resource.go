package clerktest

// rowOf returns the row whose id is a parameter of the path. The noun says in the error what is missing.
func rowOf[T any](c *call, t *table[*T], param, noun string) (*T, error) {
	if row := t.get(c.tx, c.param(param)); row != nil {
		return row, nil
	}
	return nil, errNotFound(noun)
}

// getter is the endpoint that answers one record.
func getter[T, W any](find func(*call) (*T, error), wire func(*tx, *T) W) endpoint {
	return endpoint{read: func(c *call) (any, error) {
		row, err := find(c)
		if err != nil {
			return nil, err
		}
		return wire(c.tx, row), nil
	}}
}

// plain makes a wire function out of one that needs nothing but the row.
func plain[T, W any](wire func(*T) W) func(*tx, *T) W {
	return func(_ *tx, row *T) W { return wire(row) }
}

// deleter is the endpoint that deletes one record of a table. Before that, release refuses, or deletes what belongs to
// the record; nil does neither.
func deleter[T any](find func(*call) (*T, error), t *table[*T], object string, release func(*tx, *T) error) endpoint {
	return endpoint{write: func(c *call) (any, error) {
		row, err := find(c)
		if err != nil {
			return nil, err
		}
		if release != nil {
			if err := release(c.tx, row); err != nil {
				return nil, err
			}
		}
		id := t.id(row)
		t.delete(c.tx, id)
		return deleted(object, id), nil
	}}
}
