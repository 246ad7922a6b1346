package clerkauth_test

import (
	"context"
	"errors"
	"testing"
	"time"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/auth/clerkauthtest"
	"github.com/clerkgo/clerk-go/clerktest"
)

func TestRequestState_UntilExpiry(t *testing.T) {
	t.Parallel()
	srv, authn := clerkauthtest.New(t)
	srv.Clock().Advance(time.Hour) // The clock of the configuration counts.
	state := authn.AuthenticateToken(t.Context(), srv.SignedInUser(clerktest.TokenTTL(time.Second)).Token)
	ctx, cancel := state.UntilExpiry(t.Context())
	defer cancel()
	if err := ctx.Err(); err != nil {
		t.Fatalf("got %v, want a context that has not ended", err)
	}
	<-ctx.Done()
	var refusal *clerkauth.Error
	if !errors.As(context.Cause(ctx), &refusal) || refusal.Reason != clerkauth.ReasonTokenExpired {
		t.Errorf("got %v, want that the token is expired", context.Cause(ctx))
	}
}

func TestRequestState_UntilExpiry_OfMachines(t *testing.T) {
	t.Parallel()
	ctx, cancel := clerkauth.NewMachineState(&clerkauth.MachineIdentity{TokenType: clerkauth.TokenAPIKey, Subject: "user_1"}).UntilExpiry(t.Context())
	if _, ends := ctx.Deadline(); ends || ctx.Err() != nil {
		t.Error("the context of a key that does not expire ends")
	}
	cancel()
	if ctx.Err() == nil {
		t.Error("the context did not end when the work was done")
	}
}

func TestRequestState_UntilExpiry_OfNobody(t *testing.T) {
	t.Parallel()
	ctx, cancel := clerkauth.NewState(nil).UntilExpiry(t.Context())
	defer cancel()
	if ctx.Err() == nil || !errors.Is(context.Cause(ctx), clerkauth.ErrUnauthenticated) {
		t.Errorf("got %v, want a context that has ended because nobody is signed in", context.Cause(ctx))
	}
}
