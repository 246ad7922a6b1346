package main

import "testing"

func TestIsFiller(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		wire, doc string
		want      bool
	}{
		{"id", "is the id.", true},
		{"user_id", "is the id of the user.", true},
		{"domains", "lists the domains.", true},
		{"plan", "", true},
		{"user_id", "is the id of the user who invites.", false},
		{"status", "is the current state.", false},
		{"expires_at", "is when it expires; nil means never.", false},
	} {
		if got := isFiller(tc.wire, tc.doc); got != tc.want {
			t.Errorf("%s: %q: got %v, want %v", tc.wire, tc.doc, got, tc.want)
		}
	}
}
