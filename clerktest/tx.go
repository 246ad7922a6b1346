package clerktest

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// state is everything an instance remembers, one collection per table.
type state struct {
	collections map[string]anyCollection
}

// tx is one look at or change of an instance's state. Inside of it the clock stands still. A change that returns an
// error leaves no trace.
type tx struct {
	inst     *Instance
	state    *state
	writable bool
	time     time.Time
	now      int64 // time in Unix milliseconds
	request  *requestOrigin
	changes  []change
	events   []Event
}

// requestOrigin is what events tell about the request that caused them.
type requestOrigin struct {
	clientIP  string
	userAgent string
}

// change is one row that a tx stored, or removed when row is nil.
type change struct {
	table string
	id    string
	row   any
	undo  func()
}

// newID returns a fresh identifier of this prefix, user_ for example.
func (x *tx) newID(prefix string) string { return newID(prefix, x.time) }

func (x *tx) record(table, id string, row any, undo func()) {
	if !x.writable {
		panic("clerktest: a read of table " + table + " tried to write")
	}
	x.changes = append(x.changes, change{table: table, id: id, row: row, undo: undo})
}

// emit announces an event of Clerk's webhooks. It reaches the event log and the subscribers after the change is
// committed, and is dropped with it.
func (x *tx) emit(kind string, data any) {
	raw, err := json.Marshal(data)
	if err != nil {
		panic(fmt.Sprintf("clerktest: event %s: %v", kind, err))
	}
	ev := Event{ID: x.newID("msg_"), Type: kind, Timestamp: x.now, InstanceID: x.inst.id, Data: raw}
	if x.request != nil {
		ev.ClientIP, ev.UserAgent = x.request.clientIP, x.request.userAgent
	}
	x.events = append(x.events, ev)
}

func (x *tx) rollback() {
	for _, ch := range slices.Backward(x.changes) {
		ch.undo()
	}
}

// read runs fn with a consistent view of the state, beside other reads.
func (in *Instance) read(fn func(*tx) error) error {
	in.mu.RLock()
	defer in.mu.RUnlock()
	return fn(in.begin(false))
}

// write runs fn alone. When fn fails, panics, or the journal does, nothing has changed.
func (in *Instance) write(fn func(*tx) error) error {
	return in.writeFrom(nil, fn)
}

func (in *Instance) writeFrom(origin *requestOrigin, fn func(*tx) error) error {
	events, err := in.commit(origin, fn)
	if err != nil {
		return err
	}
	in.events.publish(events)
	return nil
}

func (in *Instance) commit(origin *requestOrigin, fn func(*tx) error) (events []Event, err error) {
	in.mu.Lock()
	defer in.mu.Unlock()
	x := in.begin(true)
	x.request = origin
	done := false
	defer func() {
		if !done {
			x.rollback()
		}
	}()
	if err := fn(x); err != nil {
		return nil, err
	}
	if in.data != nil && len(x.changes) > 0 {
		if err := in.data.append(x.changes); err != nil {
			return nil, errNotKept(err)
		}
	}
	done = true
	in.events.append(x.events)
	return x.events, nil
}

func (in *Instance) begin(writable bool) *tx {
	now := in.clock.Now()
	return &tx{inst: in, state: in.state, writable: writable, time: now, now: now.UnixMilli()}
}

// edit runs a change and ends the test when it fails.
func (in *Instance) edit(op string, change func(*tx) error) {
	if in.tb != nil {
		in.tb.Helper()
	}
	if err := in.write(change); err != nil {
		in.fail(op, err)
	}
}
