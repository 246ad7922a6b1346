package clerk

import "time"

// Time converts the Unix milliseconds that the API uses, such as User.CreatedAt, to a time in UTC. Zero, which
// stands for "never" in responses, gives the zero time.
func Time(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// Millis converts t to the Unix milliseconds that the API uses. The zero time gives zero.
func Millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}
