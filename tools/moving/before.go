package moving

//docs:begin before-imports
import (
	"fmt"
	"net/http"

	"github.com/clerk/clerk-sdk-go/v2"
	clerkhttp "github.com/clerk/clerk-sdk-go/v2/http"
	"github.com/clerk/clerk-sdk-go/v2/user"
)

//docs:end before-imports

// Before is a service on the official SDK.
func Before(secretKey string, options ...clerkhttp.AuthorizationOption) http.Handler {
	//docs:begin before
	clerk.SetKey(secretKey)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /me", func(w http.ResponseWriter, r *http.Request) {
		claims, ok := clerk.SessionClaimsFromContext(r.Context())
		if !ok {
			http.Error(w, "sign in", http.StatusUnauthorized)
			return
		}
		usr, err := user.Get(r.Context(), claims.Subject)
		if err != nil {
			http.Error(w, "try again", http.StatusBadGateway)
			return
		}
		fmt.Fprintf(w, "Hello %s", *usr.FirstName)
	})
	return clerkhttp.WithHeaderAuthorization(options...)(mux)
	//docs:end before
}
