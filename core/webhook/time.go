package clerkwebhook

import (
	"encoding/json"
	"math"
	"time"
)

// secondsLimit separates Unix seconds from Unix milliseconds: as seconds it is the year 5138, as milliseconds 1973.
const secondsLimit = 100_000_000_000

// Time converts a Unix time of a webhook to a time in UTC, whether it counts seconds or milliseconds: Clerk sends
// milliseconds, its examples hold seconds. Zero gives the zero time.
func Time(unix int64) time.Time {
	switch {
	case unix == 0:
		return time.Time{}
	case unix > -secondsLimit && unix < secondsLimit:
		return time.Unix(unix, 0).UTC()
	default:
		return time.UnixMilli(unix).UTC()
	}
}

// wholeNumber reads a JSON number that may have a fraction or an exponent. What is no number gives zero.
func wholeNumber(n json.Number) int64 {
	if i, err := n.Int64(); err == nil {
		return i
	}
	f, err := n.Float64()
	if err != nil || math.IsNaN(f) || math.Abs(f) >= math.MaxInt64 {
		return 0
	}
	return int64(f)
}
