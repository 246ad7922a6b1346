package clerktest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
)

// Snapshot is the records of an instance at one moment. It may be restored any number of times, also into other
// instances of the emulator that took it. Records are shared, not copied.
type Snapshot struct {
	tables map[string]any
}

// stateDocument is an instance's records as JSON.
type stateDocument struct {
	Version  int                          `json:"version"`
	Instance instanceDocument             `json:"instance"`
	Tables   map[string][]json.RawMessage `json:"tables"`
}

type instanceDocument struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Secret string `json:"secret_key"`
}

const stateVersion = 1

// Snapshot remembers all records of the instance, signing keys included. The clock, the logs, faults and webhook
// endpoints are not records.
func (in *Instance) Snapshot() *Snapshot {
	in.mu.RLock()
	defer in.mu.RUnlock()
	s := &Snapshot{tables: make(map[string]any, len(in.state.collections))}
	for name, c := range in.state.collections {
		s.tables[name] = c.snapshot()
	}
	return s
}

// Restore replaces all records with those of a snapshot. No events are emitted.
func (in *Instance) Restore(s *Snapshot) {
	if err := in.restore(s); err != nil {
		in.fail("Restore", err)
	}
}

func (in *Instance) restore(s *Snapshot) error {
	return in.replaceState(func(fresh *state) error {
		for name, c := range fresh.collections {
			fresh.collections[name] = c.restored(s.tables[name])
		}
		return nil
	})
}

// Reset returns the instance to the state it began with: no records but the standard roles, a new signing key, the
// machine's clock, empty logs, no faults, and no webhook endpoints but those of [WithWebhook], without messages. The
// secret key and registered functions stay.
func (in *Instance) Reset() {
	if err := in.reset(); err != nil {
		in.fail("Reset", err)
	}
}

func (in *Instance) reset() error {
	if err := in.restore(in.emulator.newStarted(in.name, in.secret).Snapshot()); err != nil {
		return err
	}
	if err := in.webhooks.reset(); err != nil {
		return errNotKept(err)
	}
	in.keys.parsed.Clear()
	in.jwksFault.Store(nil)
	in.ClearFaults()
	in.EnforceRateLimits(false)
	in.SetProduction(false)
	in.events.clear()
	in.requests.clear()
	in.oauthLog.clear()
	in.clock.Reset()
	return nil
}

// MarshalState returns all records of the instance as JSON, with the signing keys and password digests in it. See
// WriteState for a form that needs less memory.
func (in *Instance) MarshalState() ([]byte, error) {
	var buf bytes.Buffer
	err := in.WriteState(&buf)
	return buf.Bytes(), err
}

// WriteState writes what MarshalState returns, row by row. Changes that are made meanwhile are not in it, and do not
// wait.
func (in *Instance) WriteState(w io.Writer) error {
	in.mu.RLock()
	about, tables := in.document(), map[string][]any{}
	for name, c := range in.state.collections {
		if c.count() > 0 {
			tables[name] = slices.AppendSeq(make([]any, 0, c.count()), c.each())
		}
	}
	in.mu.RUnlock()
	buffered := bufio.NewWriter(w)
	if err := writeState(buffered, about, tables); err != nil {
		return fmt.Errorf("clerktest: WriteState: %w", err)
	}
	if err := buffered.Flush(); err != nil {
		return fmt.Errorf("clerktest: WriteState: %w", err)
	}
	return nil
}

// writeState writes a stateDocument. An error of the writer is kept by it until it is flushed.
func writeState(w *bufio.Writer, about instanceDocument, tables map[string][]any) error {
	instance, err := json.Marshal(about) //nolint:gosec // A state has the keys of its instance.
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(w, `{"version":%d,"instance":%s,"tables":{`, stateVersion, instance)
	for i, name := range slices.Sorted(maps.Keys(tables)) {
		if i > 0 {
			_ = w.WriteByte(',')
		}
		_, _ = fmt.Fprintf(w, "%q:[", name)
		for j, row := range tables[name] {
			raw, err := json.Marshal(row)
			if err != nil {
				return fmt.Errorf("table %s: %w", name, err)
			}
			if j > 0 {
				_ = w.WriteByte(',')
			}
			_, _ = w.Write(raw)
		}
		_ = w.WriteByte(']')
	}
	_, _ = w.WriteString("}}")
	return nil
}

// LoadState replaces all records with those that MarshalState wrote, and takes over the id of the instance they came
// from. Nothing changes when it fails.
func (in *Instance) LoadState(raw []byte) error {
	var doc stateDocument
	if err := json.Unmarshal(raw, &doc); err != nil {
		return fmt.Errorf("clerktest: LoadState: %w", err)
	}
	if doc.Version != stateVersion {
		return fmt.Errorf("clerktest: LoadState: version %d is not %d", doc.Version, stateVersion)
	}
	return in.replaceState(func(fresh *state) error {
		for name, rows := range doc.Tables {
			c := fresh.collections[name]
			if c == nil {
				return errors.New("clerktest: LoadState: there is no table " + name)
			}
			for _, row := range rows {
				decoded, err := c.decode(row)
				if err != nil {
					return err
				}
				c.apply("", decoded)
			}
		}
		if doc.Instance.ID != "" {
			in.id = doc.Instance.ID
		}
		return nil
	})
}

// replaceState swaps in a state that fill makes out of an empty one.
func (in *Instance) replaceState(fill func(fresh *state) error) (err error) {
	in.mu.Lock()
	defer in.mu.Unlock()
	id := in.id
	defer func() {
		if err != nil {
			in.id = id
		}
	}()
	fresh := in.emulator.emptyState()
	if err := fill(fresh); err != nil {
		return err
	}
	if in.data != nil {
		if err := in.data.rewrite(in.document(), fresh); err != nil {
			return errNotKept(err)
		}
	}
	in.state = fresh
	return nil
}
