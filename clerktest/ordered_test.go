package clerktest

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
)

type numbered struct {
	ID  string
	Key int
}

// TestOrdered_IsASortedSlice adds and removes rows at random and compares every way through them with a slice that is
// sorted anew each time.
func TestOrdered_IsASortedSlice(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	byKey := func(a, b *numbered) int { return cmp.Compare(a.Key, b.Key) }
	for name, compare := range map[string]func(a, b *numbered) int{"by key": byKey, "in the order of creation": nil} {
		t.Run(name, func(t *testing.T) {
			o := newOrdered(compare, nil)
			var model []*entry[*numbered]
			for seq := range int64(4 * maxChunk) {
				e := &entry[*numbered]{seq: seq, row: &numbered{Key: random.IntN(50)}}
				o.insert(e)
				o.insert(e) // the second time does nothing
				model = append(model, e)
				if random.IntN(4) == 0 {
					at := random.IntN(len(model))
					o.remove(model[at])
					o.remove(model[at])
					model = slices.Delete(model, at, at+1)
				}
			}
			slices.SortFunc(model, o.cmp)
			checkOrdered(t, o, model)
			checkOrdered(t, newOrdered(compare, slices.Clone(model)), model)
			for _, e := range model {
				o.remove(e)
			}
			checkOrdered(t, o, nil)
		})
	}
}

func checkOrdered(t *testing.T, o *ordered[*numbered], model []*entry[*numbered]) {
	t.Helper()
	want := rowsOf(model)
	if o.length != len(want) || !slices.Equal(slices.Collect(o.all(false)), want) {
		t.Fatalf("got %d rows, want %d in their order", o.length, len(want))
	}
	for _, chunk := range o.chunks {
		if len(chunk) == 0 || len(chunk) >= maxChunk {
			t.Errorf("a chunk of %d rows", len(chunk))
		}
	}
	backward := slices.Clone(want)
	slices.Reverse(backward)
	if !slices.Equal(slices.Collect(o.all(true)), backward) {
		t.Error("backward: another order")
	}
	for n := range len(want) + 1 {
		if n%97 != 0 && n != len(want) {
			continue
		}
		if !slices.Equal(slices.Collect(o.skip(n, false)), want[n:]) || !slices.Equal(slices.Collect(o.skip(n, true)), backward[n:]) {
			t.Fatalf("behind the first %d: other rows", n)
		}
		if n < len(want) {
			if !slices.Equal(slices.Collect(o.after(model[n], false)), want[n+1:]) {
				t.Fatalf("after row %d: other rows", n)
			}
			if !slices.Equal(slices.Collect(o.after(model[n], true)), backward[len(want)-n:]) {
				t.Fatalf("after row %d, backward: other rows", n)
			}
		}
	}
}
