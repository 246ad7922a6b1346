package snippets

import (
	"context"
	"net/http"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	clerk "github.com/clerkgo/clerk-go/core"
)

//docs:begin onboarding

// FinishOnboarding stores what the user chose, and that there is nothing left to ask.
func FinishOnboarding(ctx context.Context, client *clerk.Client, userID, team string) error {
	_, err := client.Users.UpdateMetadata(ctx, userID, &clerk.UserUpdateMetadataParams{
		PublicMetadata:  clerk.JSON(map[string]any{"onboarded": true, "team": team}),
		PrivateMetadata: clerk.JSON(map[string]any{"lead_source": "conference"}),
	})
	return err
}

// OnboardingRoutes sends everybody to the questions until they are answered.
func OnboardingRoutes(authn *clerkauth.Authenticator, questions, dashboard http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /onboarding", clerkauth.RedirectToSignIn()(questions))
	done := clerkauth.Pages{Unauthorized: "/onboarding"}
	mux.Handle("GET /dashboard", done.Require(clerkauth.HasClaim("metadata.onboarded", true))(dashboard))
	return clerkauth.Middleware(authn)(mux)
}

//docs:end onboarding
