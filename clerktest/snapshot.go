package clerktest

import (
	"encoding/json"
	"errors"
	"fmt"
)

// Snapshot is the records of an instance at one moment. It belongs to the emulator that took it, may be restored any
// number of times, into several instances too, and costs no more than a list of pointers.
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
	if err := in.replaceState(func(fresh *state) error {
		for name, c := range fresh.collections {
			fresh.collections[name] = c.restored(s.tables[name])
		}
		return nil
	}); err != nil {
		in.fail("Restore", err)
	}
}

// Reset returns the instance to the state it began with: no records but the standard roles, a new signing key, the
// machine's clock, empty logs, no faults, no webhook endpoints but those of WithWebhook, which have nothing to send.
// The secret key and registered functions stay.
func (in *Instance) Reset() {
	if err := in.webhooks.reset(); err != nil {
		in.fail("Reset", err)
		return
	}
	in.Restore(in.emulator.newStarted(in.name, in.secret).Snapshot())
	in.keys.parsed.Clear()
	in.jwksFault.Store(nil)
	in.ClearFaults()
	in.EnforceRateLimits(false)
	in.SetProduction(false)
	in.events.clear()
	in.requests.clear()
	in.clock.Reset()
}

// MarshalState returns all records of the instance as JSON, with the signing keys and password digests in it.
func (in *Instance) MarshalState() ([]byte, error) {
	in.mu.RLock()
	defer in.mu.RUnlock()
	return in.encodeState(in.state)
}

// encodeState needs the lock.
func (in *Instance) encodeState(s *state) ([]byte, error) {
	doc := stateDocument{
		Version: stateVersion, Instance: instanceDocument{ID: in.id, Name: in.name, Secret: in.secret},
		Tables: make(map[string][]json.RawMessage, len(s.collections)),
	}
	for name, c := range s.collections {
		rows, err := c.encode()
		if err != nil {
			return nil, err
		}
		if len(rows) > 0 {
			doc.Tables[name] = rows
		}
	}
	raw, err := json.Marshal(doc)
	if err != nil {
		return nil, fmt.Errorf("clerktest: MarshalState: %w", err)
	}
	return raw, nil
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
				if err := c.load("", row); err != nil {
					return err
				}
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
	if in.rewrite != nil {
		raw, err := in.encodeState(fresh)
		if err != nil {
			return err
		}
		if err := in.rewrite(raw); err != nil {
			return fmt.Errorf("clerktest: journal: %w", err)
		}
	}
	in.state = fresh
	return nil
}

// applyJournal replays changes that a journal recorded, before the instance serves.
func (in *Instance) applyJournal(changes []committedChange) error {
	in.mu.Lock()
	defer in.mu.Unlock()
	for _, ch := range changes {
		c := in.state.collections[ch.Table]
		if c == nil {
			return errors.New("clerktest: journal: there is no table " + ch.Table)
		}
		if err := c.load(ch.ID, ch.Row); err != nil {
			return err
		}
	}
	return nil
}
