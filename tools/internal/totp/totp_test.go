package totp

import (
	"testing"
	"time"
)

func TestCode(t *testing.T) {
	t.Parallel()
	// The secret and the first two times of RFC 6238, appendix B, six digits of them.
	for seconds, want := range map[int64]string{59: "287082", 1111111109: "081804"} {
		if got := Code("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", time.Unix(seconds, 0)); got != want {
			t.Errorf("at %d: got %s, want %s", seconds, got, want)
		}
	}
	if got := Code("no secret", time.Unix(59, 0)); got != "" {
		t.Errorf("got %s", got)
	}
}
