package clerk

import "time"

// Timestamp is a moment in an answer of the API, kept as the number that Clerk sent: Unix milliseconds, or Unix seconds
// in the few fields whose comments say so. Zero stands for "never". Read it with Time, which returns the right moment
// for both units.
type Timestamp int64

// secondsBelow separates the units. As milliseconds it is in March 1973, before any account; as seconds it is in the
// year 5138.
const secondsBelow = 100_000_000_000

// NewTimestamp returns t in Unix milliseconds, for tests that build answers. The zero time gives zero.
func NewTimestamp(t time.Time) Timestamp {
	if t.IsZero() {
		return 0
	}
	return Timestamp(t.UnixMilli())
}

// Time returns the moment in UTC. It returns the zero time for nil and for zero, so it needs no check where a field is
// nullable. A positive number below 100,000,000,000 is read as Unix seconds and any other number as milliseconds, so
// moments between 1970 and March 1973 cannot be told in milliseconds.
func (t *Timestamp) Time() time.Time {
	switch {
	case t == nil || *t == 0:
		return time.Time{}
	case *t > 0 && *t < secondsBelow:
		return time.Unix(int64(*t), 0).UTC()
	}
	return time.UnixMilli(int64(*t)).UTC()
}
