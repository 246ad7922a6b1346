package snippets

import (
	"net/http"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/clerktest"
)

// MountedClerk serves an application, and below /__clerk the local Clerk for its browsers.
func MountedClerk(local *clerktest.Server, origin string, mux *http.ServeMux) (http.Handler, error) {
	//docs:begin mounted
	authn, err := clerkauth.New(clerkauth.Config{
		SecretKey: local.SecretKey(), PublishableKey: local.PublishableKey(), APIURL: local.URL(),
		AuthorizedParties: []string{origin}, ProxyURL: "/__clerk", Now: local.Clock().Now,
		AllowMissingAuthorizedParty: true, // a page that reads from its own origin sends no Origin, and gets a token without azp
	})
	if err != nil {
		return nil, err
	}
	root := http.NewServeMux()
	root.Handle("/__clerk/", http.StripPrefix("/__clerk", local.Emulator()))
	root.Handle("/", clerkauth.Middleware(authn)(mux))
	//docs:end mounted
	return root, nil
}
