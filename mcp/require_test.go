package clerkmcp_test

import (
	"errors"
	"slices"
	"testing"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	clerkmcp "github.com/clerkgo/clerk-go/mcp"
)

func TestRequireScope(t *testing.T) {
	t.Parallel()
	ctx := clerkauth.NewContext(t.Context(), clerkauth.NewMachineState(&clerkauth.MachineIdentity{
		TokenType: clerkauth.TokenOAuth, Subject: "user_1", Scopes: []string{"a", "b"},
	}))
	if err := clerkmcp.RequireScope(ctx, "b", "a"); err != nil {
		t.Errorf("with all scopes: %v", err)
	}
	var missing *clerkmcp.MissingScope
	if err := clerkmcp.RequireScope(ctx, "c", "a", "d"); !errors.As(err, &missing) || !slices.Equal(missing.Scopes, []string{"c", "d"}) {
		t.Errorf("got %v, want c and d missing", err)
	}
	if err := clerkmcp.RequireScope(t.Context(), "a"); !errors.Is(err, clerkauth.ErrUnavailable) {
		t.Errorf("without a guard: got %v, want the error of a missing middleware", err)
	}
}
