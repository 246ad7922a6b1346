package clerkwebhook_test

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"testing"

	clerk "github.com/clerkgo/clerk-go/core"
	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
)

// memoryTable is a Table in memory.
type memoryTable struct {
	mu   sync.Mutex
	rows map[string]clerkwebhook.Record
	fail error
}

func newMemoryTable() *memoryTable { return &memoryTable{rows: map[string]clerkwebhook.Record{}} }

func (t *memoryTable) Apply(_ context.Context, record *clerkwebhook.Record) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.fail != nil {
		return t.fail
	}
	old, ok := t.rows[record.ID]
	if !ok || record.Supersedes(old.UpdatedAt, old.ObservedAt, old.Deleted) {
		t.rows[record.ID] = *record
	}
	return nil
}

func (t *memoryTable) Keys(_ context.Context, kind clerkwebhook.Kind) iter.Seq2[clerkwebhook.Key, error] {
	t.mu.Lock()
	rows := maps.Clone(t.rows)
	t.mu.Unlock()
	return func(yield func(clerkwebhook.Key, error) bool) {
		for _, row := range rows {
			if row.Kind == kind && !row.Deleted && !yield(row.Key, nil) {
				return
			}
		}
	}
}

// live returns the stored objects as id and JSON, sorted.
func (t *memoryTable) live() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var out []string
	for id, row := range t.rows {
		if !row.Deleted {
			out = append(out, id+" "+string(row.Data))
		}
	}
	slices.Sort(out)
	return out
}

// server plays Clerk: it has a state and remembers the event of every change.
type server struct {
	now         clerk.Timestamp
	users       map[string]*clerk.User
	orgs        map[string]*clerk.Organization
	memberships map[string]*clerk.OrganizationMembership
	events      []*clerkwebhook.Event
	afterList   func()
}

func newServer() *server {
	return &server{
		now: clerk.NewTimestamp(noon), users: map[string]*clerk.User{}, orgs: map[string]*clerk.Organization{},
		memberships: map[string]*clerk.OrganizationMembership{},
	}
}

func (s *server) emit(t *testing.T, eventType clerkwebhook.EventType, data any) {
	t.Helper()
	encoded, err := json.Marshal(data)
	if err != nil {
		t.Fatal(err)
	}
	s.events = append(s.events, &clerkwebhook.Event{
		ID: "msg_" + strconv.Itoa(len(s.events)), Object: "event", Type: eventType, Timestamp: s.now, Data: encoded,
	})
}

// change makes one random change. Half of the changes happen in the same millisecond as the one before.
func (s *server) change(t *testing.T, r *rand.Rand) {
	t.Helper()
	s.now += clerk.Timestamp(r.IntN(2))
	n := len(s.events)
	switch r.IntN(8) {
	case 0, 1:
		s.putUser(t, "user_"+strconv.Itoa(n), n, clerkwebhook.EventUserCreated)
	case 2:
		if id, ok := pick(r, s.users); ok {
			s.putUser(t, id, n, clerkwebhook.EventUserUpdated)
		}
	case 3:
		if id, ok := pick(r, s.users); ok {
			delete(s.users, id)
			s.emit(t, clerkwebhook.EventUserDeleted, &clerk.DeletedObject{ID: id, Object: "user", Deleted: true})
		}
	case 4:
		s.orgs["org_"+strconv.Itoa(n)] = &clerk.Organization{ID: "org_" + strconv.Itoa(n), Object: "organization", UpdatedAt: s.now}
		s.emit(t, clerkwebhook.EventOrganizationCreated, s.orgs["org_"+strconv.Itoa(n)])
	case 5:
		if id, ok := pick(r, s.orgs); ok && r.IntN(3) == 0 {
			delete(s.orgs, id)
			s.emit(t, clerkwebhook.EventOrganizationDeleted, &clerk.DeletedObject{ID: id, Object: "organization", Deleted: true})
		}
	case 6:
		user, haveUser := pick(r, s.users)
		org, haveOrg := pick(r, s.orgs)
		if haveUser && haveOrg {
			m := &clerk.OrganizationMembership{ID: "orgmem_" + strconv.Itoa(n), Object: "organization_membership", UpdatedAt: s.now}
			m.Organization, m.PublicUserData = *s.orgs[org], &clerk.OrganizationMembershipPublicUserData{UserID: user}
			s.memberships[m.ID] = m
			s.emit(t, clerkwebhook.EventOrganizationMembershipCreated, m)
		}
	case 7:
		if id, ok := pick(r, s.memberships); ok {
			s.emit(t, clerkwebhook.EventOrganizationMembershipDeleted, s.memberships[id])
			delete(s.memberships, id)
		}
	}
}

func (s *server) putUser(t *testing.T, id string, n int, eventType clerkwebhook.EventType) {
	t.Helper()
	name := "name " + strconv.Itoa(n)
	s.users[id] = &clerk.User{ID: id, Object: "user", FirstName: &name, UpdatedAt: s.now}
	if eventType == clerkwebhook.EventUserUpdated {
		s.now++ // two states of one object in the same millisecond cannot be told apart
		s.users[id].UpdatedAt = s.now
	}
	s.emit(t, eventType, s.users[id])
}

func pick[V any](r *rand.Rand, m map[string]V) (string, bool) {
	ids := slices.Sorted(maps.Keys(m))
	if len(ids) == 0 {
		return "", false
	}
	return ids[r.IntN(len(ids))], true
}

func (s *server) source() clerkwebhook.Source {
	return clerkwebhook.Source{
		Users: func(context.Context) iter.Seq2[*clerk.User, error] { return all(s, s.users) },
		User:  func(_ context.Context, id string) (*clerk.User, error) { return one(s.users, id) },
		Organizations: func(context.Context) iter.Seq2[*clerk.Organization, error] {
			return all(s, s.orgs)
		},
		Organization: func(_ context.Context, id string) (*clerk.Organization, error) { return one(s.orgs, id) },
		Memberships: func(context.Context) iter.Seq2[*clerk.OrganizationMembership, error] {
			return all(s, s.memberships)
		},
		Membership: func(_ context.Context, org, user string) (*clerk.OrganizationMembership, error) {
			for _, m := range s.memberships {
				if m.Organization.ID == org && m.PublicUserData.UserID == user {
					return m, nil
				}
			}
			return nil, clerk.ErrNotFound
		},
	}
}

func all[T any](s *server, objects map[string]*T) iter.Seq2[*T, error] {
	listed := slices.Collect(maps.Values(objects))
	return func(yield func(*T, error) bool) {
		for _, object := range listed {
			if !yield(object, nil) {
				return
			}
		}
		if s.afterList != nil {
			s.afterList()
			s.afterList = nil
		}
	}
}

func one[T any](objects map[string]*T, id string) (*T, error) {
	if object := objects[id]; object != nil {
		return object, nil
	}
	return nil, fmt.Errorf("one object: %w", clerk.ErrNotFound)
}

func (s *server) live(t *testing.T) []string {
	t.Helper()
	var out []string
	add := func(id string, object any) {
		encoded, err := json.Marshal(object)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, id+" "+string(encoded))
	}
	for id, object := range s.users {
		add(id, object)
	}
	for id, object := range s.orgs {
		add(id, object)
	}
	for id, object := range s.memberships {
		add(id, object)
	}
	slices.Sort(out)
	return out
}
