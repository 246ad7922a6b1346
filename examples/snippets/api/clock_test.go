package api

import (
	"testing"
	"time"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/clerktest"
)

//docs:begin clock

func TestTokenExpires(t *testing.T) {
	t.Parallel()
	srv := clerktest.NewServer(t)
	authn, err := clerkauth.New(clerkauth.Config{
		SecretKey: srv.SecretKey(), APIURL: srv.URL(), HeaderOnly: true,
		Now: srv.Clock().Now,
	})
	if err != nil {
		t.Fatal(err)
	}
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
