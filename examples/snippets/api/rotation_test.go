package api

import (
	"testing"
	"time"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/auth/clerkauthtest"
	"github.com/clerkgo/clerk-go/clerktest"
)

//docs:begin rotation

func TestKeyRotation(t *testing.T) {
	t.Parallel()
	srv, authn := clerkauthtest.New(t)
	verifies := func(token string) bool {
		_, err := authn.Verify(t.Context(), token)
		return err == nil
	}
	oldKey := srv.SigningKeys()[0].ID
	old := srv.SignedInUser(clerktest.TokenTTL(time.Hour)).Token
	if !verifies(old) {
		t.Error("a token of the first key is refused")
	}
	srv.RotateKey() // signs with a new key from now on; the old one stays published
	if !verifies(srv.SignedInUser().Token) || !verifies(old) {
		t.Error("a good token is refused during the rotation")
	}
	srv.RetireKey(oldKey)
	srv.Clock().Advance(clerkauth.DefaultKeyTTL + time.Minute)
	if verifies(old) {
		t.Error("a token of the withdrawn key still verifies")
	}
}

//docs:end rotation
