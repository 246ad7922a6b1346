package clerktest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// TestSearch_FindsWhatAWalkFinds changes users at random, now and then in a change that fails, and compares each search with a
// look at every user.
func TestSearch_FindsWhatAWalkFinds(t *testing.T) {
	t.Parallel()
	e, err := New()
	if err != nil {
		t.Fatal(err)
	}
	in := e.Default()
	random := rand.New(rand.NewPCG(3, 4))
	refused := errors.New("refused")
	for step := range 4000 {
		err := in.write(func(x *tx) error {
			for range 1 + random.IntN(3) {
				id := fmt.Sprintf("user_%d", random.IntN(200))
				if random.IntN(4) == 0 {
					tableUsers.delete(x, id)
					continue
				}
				name := fmt.Sprintf("Name%d", random.IntN(20))
				tableUsers.put(x, &user{ID: id, FirstName: &name})
			}
			if random.IntN(5) == 0 {
				return refused
			}
			return nil
		})
		if err != nil && !errors.Is(err, refused) {
			t.Fatal(err)
		}
		if step%10 == 0 {
			checkSearch(t, in, fmt.Sprintf("name%d", random.IntN(20)))
			checkSearch(t, in, "user_1")
		}
	}
}

func checkSearch(t *testing.T, in *Instance, part string) {
	t.Helper()
	err := in.read(func(x *tx) error {
		want := keep(tableUsers.all(x), func(u *user) bool { return strings.Contains(u.folded, part) })
		if got, ok := tableUsers.search(x, part); !ok || !slices.Equal(got, want) {
			t.Errorf("a search for %s found %d users, %t, want the %d that a walk finds", part, len(got), ok, len(want))
		}
		texts := tableUsers.in(x).texts
		if places := len(texts.rows); places > 2*tableUsers.size(x)+2 {
			t.Errorf("got %d places for %d users", places, tableUsers.size(x))
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// TestSearch_LeavesTheRestToAWalk finds neither very many rows nor what goes over the end of a text.
func TestSearch_LeavesTheRestToAWalk(t *testing.T) {
	t.Parallel()
	e, err := New()
	if err != nil {
		t.Fatal(err)
	}
	in := e.Default()
	for i := range maxFound + 1 {
		in.CreateUser(User{Username: fmt.Sprintf("number%d", i)})
	}
	err = in.read(func(x *tx) error {
		if got, ok := tableUsers.search(x, "number"); ok {
			t.Errorf("a search for all users told %d", len(got))
		}
		if got, ok := tableUsers.search(x, textSeparator); ok {
			t.Errorf("a search for the separator told %d", len(got))
		}
		if got, ok := tableUsers.search(x, "number1000"); !ok || len(got) != 1 {
			t.Errorf("a search for one user told %d, %t, want it", len(got), ok)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
