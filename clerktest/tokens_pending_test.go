package clerktest

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestTokens_AreSignedBesideTheState writes the answer of a token while a change has the state for itself.
func TestTokens_AreSignedBesideTheState(t *testing.T) {
	t.Parallel()
	e, err := New()
	if err != nil {
		t.Fatal(err)
	}
	in := e.Default()
	who := in.SignedInUser()
	var answer tokenWire
	err = in.read(func(x *tx) (err error) {
		answer.JWT, err = x.sessionJWT(tableSessions.get(x, who.SessionID), in.newTokenSpec(nil))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	err = in.write(func(*tx) error {
		raw, err := json.Marshal(answer)
		if strings.Count(string(raw), ".") != 2 {
			t.Errorf("got %s, want a token", raw)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
