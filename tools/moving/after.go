package moving

//docs:begin after-imports
import (
	"fmt"
	"net/http"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

//docs:end after-imports

// After is the same service here.
func After(config clerkauth.Config) (http.Handler, error) {
	//docs:begin after
	authn, err := clerkauth.New(config) // ConfigFromEnv reads the same variables
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("GET /me", clerkauth.RequireAuth()(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, err := clerkauth.CurrentUser(r.Context())
		if err != nil {
			clerkauth.AnswerTo(err).Write(w)
			return
		}
		fmt.Fprintf(w, "Hello %s", user.FullName())
	})))
	return clerkauth.Middleware(authn)(mux), nil
	//docs:end after
}

// Exact is the middleware that answers as that of the official SDK does: headers only, what is not valid refused at once.
func Exact(config clerkauth.Config, handler http.Handler) (http.Handler, error) {
	//docs:begin exact
	config.HeaderOnly = true                  // no cookies, no handshake
	config.AllowMissingAuthorizedParty = true // as AuthorizedPartyMatches does
	authn, err := clerkauth.New(config)
	if err != nil {
		return nil, err
	}
	return clerkauth.Middleware(authn, clerkauth.RejectInvalid())(handler), nil
	//docs:end exact
}
