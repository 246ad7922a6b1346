package snippets

//docs:begin imports
import (
	"context"
	"net/http"

	clerk "github.com/clerkgo/clerk-go/core"
	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
)

//docs:end imports

//docs:begin handler

// Webhooks receives Clerk's webhooks and keeps names in a map, where a service would have its database.
func Webhooks(store func(id, name string), remove func(id string)) (http.Handler, error) {
	verifier, err := clerkwebhook.NewFromEnv() // CLERK_WEBHOOK_SIGNING_SECRET
	if err != nil {
		return nil, err
	}
	save := func(_ context.Context, _ *clerkwebhook.Event, user *clerk.User) error {
		store(user.ID, clerk.Value(user.FirstName))
		return nil // an error makes Clerk send the event again
	}
	return clerkwebhook.NewHandler(verifier, clerkwebhook.Callbacks{
		UserCreated: save,
		UserUpdated: save,
		UserDeleted: func(_ context.Context, _ *clerkwebhook.Event, user *clerk.DeletedObject) error {
			remove(user.ID)
			return nil
		},
	})
}

//docs:end handler
