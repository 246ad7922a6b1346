package clerk_test

import (
	"testing"
	"time"

	clerk "github.com/clerkgo/clerk-go/core"
)

func TestTimestamp_Time(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		n    clerk.Timestamp
		want string
	}{
		"milliseconds":         {1700000000123, "2023-11-14T22:13:20.123Z"},
		"seconds":              {1700000000, "2023-11-14T22:13:20Z"},
		"milliseconds of 1973": {100_000_000_000, "1973-03-03T09:46:40Z"},
		"before 1970":          {-1, "1969-12-31T23:59:59.999Z"},
		"never":                {0, "0001-01-01T00:00:00Z"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := test.n.Time().Format(time.RFC3339Nano); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
	var none *clerk.Timestamp
	if !none.Time().IsZero() {
		t.Errorf("nil: got %s, want the zero time", none.Time())
	}
}

func TestNewTimestamp_RoundTrip(t *testing.T) {
	t.Parallel()
	for _, want := range []time.Time{{}, time.UnixMilli(1700000000123).UTC()} {
		made := clerk.NewTimestamp(want)
		if got := made.Time(); !got.Equal(want) {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
