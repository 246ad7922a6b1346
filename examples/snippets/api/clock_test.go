package api

import (
	"testing"
	"time"

	"github.com/clerkgo/clerk-go/auth/clerkauthtest"
)

//docs:begin clock

func TestTokenExpires(t *testing.T) {
	t.Parallel()
	srv, authn := clerkauthtest.New(t)
	token := srv.SignedInUser().Token
	if _, err := authn.Verify(t.Context(), token); err != nil {
		t.Errorf("got error %v, want none", err)
	}
	srv.Clock().Advance(2 * time.Minute)
	if _, err := authn.Verify(t.Context(), token); err == nil {
		t.Error("a token verifies two minutes later")
	}
}

//docs:end clock
