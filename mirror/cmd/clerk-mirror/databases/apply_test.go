//go:build unix

package databases_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	clerk "github.com/clerkgo/clerk-go/core"
	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
	clerkmirror "github.com/clerkgo/clerk-go/mirror"
)

// userState is a state of a user, as an event brings it.
func userState(t *testing.T, id, name string, updated, observed int64) *clerkwebhook.Record {
	t.Helper()
	text, err := json.Marshal(map[string]any{"id": id, "object": "user", "first_name": name, "updated_at": updated, "created_at": 1})
	if err != nil {
		t.Fatal(err)
	}
	var user clerk.User
	if err := json.Unmarshal(text, &user); err != nil {
		t.Fatal(err)
	}
	return &clerkwebhook.Record{
		Key: clerkwebhook.Key{Kind: clerkwebhook.KindUser, ID: id}, UpdatedAt: updated, ObservedAt: observed, Data: text, User: &user,
	}
}

func userGone(id string, observed int64) *clerkwebhook.Record {
	return &clerkwebhook.Record{Key: clerkwebhook.Key{Kind: clerkwebhook.KindUser, ID: id}, ObservedAt: observed, Deleted: true}
}

// TestApply_AnyOrder applies states in random orders from two replicas at once: the tables end as the rule of Supersedes says.
func TestApply_AnyOrder(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d *database) {
		replicas := []*clerkmirror.Mirror{d.mirror(t, clerkmirror.Config{}), d.mirror(t, clerkmirror.Config{})}
		r := rand.New(rand.NewPCG(1, 2))
		var records []*clerkwebhook.Record
		want := map[string]string{}
		for user := range 12 {
			id := fmt.Sprintf("user_%d", user)
			for n := range int64(6) {
				name := fmt.Sprintf("name %d", n)
				records = append(records, userState(t, id, name, 1_700_000_000_000+n/2, 1_700_000_000_000+n))
				want[id] = name
			}
			if user%4 == 0 {
				records = append(records, userGone(id, 1_700_000_000_000+r.Int64N(6)))
				delete(want, id)
			}
		}
		records = append(records, records...)
		r.Shuffle(len(records), func(i, j int) { records[i], records[j] = records[j], records[i] })
		var wg sync.WaitGroup
		for i, m := range replicas {
			wg.Go(func() {
				for n := i; n < len(records); n += len(replicas) {
					if err := m.Apply(t.Context(), records[n]); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		got := map[string]string{}
		for user, err := range replicas[0].Users(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			got[user.ID] = clerk.Value(user.FirstName)
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("got %v, want %v", got, want)
		}
		var keys []string
		for key, err := range replicas[1].Keys(t.Context(), clerkwebhook.KindUser) {
			if err != nil {
				t.Fatal(err)
			}
			keys = append(keys, key.ID)
		}
		if len(keys) != len(want) || !slices.IsSorted(keys) {
			t.Errorf("got keys %v, want the %d users that exist, in order", keys, len(want))
		}
	})
}

func TestMigrate_ManyReplicasAtOnce(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, d *database) {
		var wg sync.WaitGroup
		for range 6 {
			db := d.open(t)
			wg.Go(func() {
				m, err := clerkmirror.New(clerkmirror.Config{DB: db, Dialect: d.Dialect, Also: everyKind()})
				if err == nil {
					err = m.Migrate(t.Context())
				}
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	})
}
