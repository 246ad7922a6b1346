package clerktest

import (
	"net/http"
	"slices"
	"sync"
	"time"
)

var adminSnapshotRoutes = []adminRoute{
	{http.MethodGet, "/snapshots", func(in *Instance, _ *http.Request) (any, error) { return in.snapshots.all(), nil }},
	{http.MethodPost, "/snapshots", takeSnapshot},
	{http.MethodDelete, "/snapshots/{id}", func(in *Instance, r *http.Request) (any, error) {
		if !in.snapshots.remove(r.PathValue("id")) {
			return nil, errNotFound("snapshot")
		}
		return nil, nil
	}},
	{http.MethodPost, "/snapshots/{id}/restore", func(in *Instance, r *http.Request) (any, error) {
		snap := in.snapshots.get(r.PathValue("id"))
		if snap == nil {
			return nil, errNotFound("snapshot")
		}
		return nil, in.restore(snap)
	}},
}

// snapshotShelf keeps the snapshots that were taken over HTTP, in memory.
type snapshotShelf struct {
	mu   sync.Mutex
	list []shelvedSnapshot // oldest first
}

// shelvedSnapshot is a snapshot with what the admin API tells about it.
type shelvedSnapshot struct {
	*Snapshot `json:"-"`

	ID      string `json:"id"`
	Note    string `json:"note"`
	At      int64  `json:"at"` // Unix milliseconds of the machine's clock
	Records int    `json:"records"`
}

// Bounds of a shelf; the oldest snapshot makes room. A snapshot costs a few words per record.
const (
	maxSnapshots       = 100
	maxSnapshotRecords = 2_000_000
	maxSnapshotNote    = 200 // bytes
)

func takeSnapshot(in *Instance, r *http.Request) (any, error) {
	body, err := adminBody[struct {
		Note string `json:"note"` // what the snapshot is for
	}](r)
	if err != nil {
		return nil, err
	}
	if len(body.Note) > maxSnapshotNote {
		return nil, errParamFormat("note", "at most 200 bytes")
	}
	records := 0
	for _, n := range in.recordCounts() {
		records += n
	}
	return in.snapshots.add(shelvedSnapshot{
		Snapshot: in.Snapshot(), ID: "snap_" + randomHex(8), Note: body.Note, At: time.Now().UnixMilli(), Records: records,
	}), nil
}

func (s *snapshotShelf) add(snap shelvedSnapshot) shelvedSnapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = append(s.list, snap)
	records := 0
	for _, one := range s.list {
		records += one.Records
	}
	for len(s.list) > maxSnapshots || records > maxSnapshotRecords && len(s.list) > 1 {
		records -= s.list[0].Records
		s.list = slices.Delete(s.list, 0, 1)
	}
	return snap
}

// all returns what is on the shelf, newest first.
func (s *snapshotShelf) all() []shelvedSnapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := orNone(slices.Clone(s.list))
	slices.Reverse(out)
	return out
}

func (s *snapshotShelf) remove(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := len(s.list)
	s.list = slices.DeleteFunc(s.list, func(one shelvedSnapshot) bool { return one.ID == id })
	return len(s.list) < before
}

// get returns a snapshot, nil when there is none of this id.
func (s *snapshotShelf) get(id string) *Snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, one := range s.list {
		if one.ID == id {
			return one.Snapshot
		}
	}
	return nil
}
