package clerktest

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// TestProgress_IsToldNowAndThen reads for two seconds: the first report comes after half of one, the next a second later.
func TestProgress_IsToldNowAndThen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var told []float64
		report := reporter(func(share float64) { told = append(told, share) })
		for percent := range 100 {
			time.Sleep(20 * time.Millisecond)
			report(float64(percent+1) / 100)
		}
		if want := []float64{0.26, 0.77}; !slices.Equal(told, want) {
			t.Errorf("told %v, want %v", told, want)
		}
	})
}
