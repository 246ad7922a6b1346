package snippets

//docs:begin imports
import (
	"os"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

//docs:end imports

// NewAuthenticator makes the one authenticator of a service.
func NewAuthenticator() (*clerkauth.Authenticator, error) {
	//docs:begin new
	authn, err := clerkauth.New(clerkauth.Config{
		SecretKey:         os.Getenv("CLERK_SECRET_KEY"),
		PublishableKey:    os.Getenv("CLERK_PUBLISHABLE_KEY"),
		AuthorizedParties: []string{"https://app.example.com"},
		// Tokens of page loads have no azp. Leave this out where others run applications on subdomains of yours.
		AllowMissingAuthorizedParty: true,
	})
	//docs:end new
	return authn, err
}
