package clerkmcp

import (
	"context"
	"slices"
	"strings"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// MissingScope is the error of [RequireScope]. Its text is meant for the model that called the tool.
type MissingScope struct {
	// Scopes are those that the token lacks.
	Scopes []string
}

// Error names the scopes.
func (e *MissingScope) Error() string {
	return "clerkmcp: the token lacks the scope " + strings.Join(e.Scopes, ", ")
}

// RequireScope returns nil if the caller's credential has all scopes, a [*MissingScope] if it lacks some, and a
// [*clerkauth.Error] if nobody is signed in. It is for the handler of a tool, as a second line of defence behind
// [Config].Tools: the answer of a tool comes too late for a client to ask the user for the scope.
func RequireScope(ctx context.Context, scopes ...string) error {
	state := clerkauth.FromContext(ctx)
	if err := state.Require(); err != nil {
		return err
	}
	var missing []string
	held := state.Scopes()
	for _, scope := range scopes {
		if !slices.Contains(held, scope) {
			missing = append(missing, scope)
		}
	}
	if missing != nil {
		return &MissingScope{Scopes: missing}
	}
	return nil
}
