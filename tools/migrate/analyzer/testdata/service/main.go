// Command service greets whoever is signed in.
package main

import (
	"errors"
	"fmt"
	"log"
	"net/http"
	"os"

	"github.com/clerk/clerk-sdk-go/v2"
	clerkhttp "github.com/clerk/clerk-sdk-go/v2/http"
	"github.com/clerk/clerk-sdk-go/v2/jwt"
	"github.com/clerk/clerk-sdk-go/v2/organizationmembership"
	"github.com/clerk/clerk-sdk-go/v2/user"
)

func main() {
	clerk.SetKey(os.Getenv("CLERK_SECRET_KEY"))
	mux := http.NewServeMux()
	mux.HandleFunc("GET /", greet)
	mux.Handle("POST /members", clerkhttp.RequireHeaderAuthorization()(http.HandlerFunc(invite)))
	mux.HandleFunc("GET /socket", socket)
	log.Fatal(http.ListenAndServe("127.0.0.1:8080", clerkhttp.WithHeaderAuthorization()(mux)))
}

func greet(w http.ResponseWriter, r *http.Request) {
	claims, ok := clerk.SessionClaimsFromContext(r.Context())
	if !ok {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	usr, err := user.Get(r.Context(), claims.Subject)
	if err != nil {
		answer(w, err)
		return
	}
	fmt.Fprintf(w, "Hello %s of %s, here since %d, with the picture %s", *usr.FirstName, claims.ActiveOrganizationID, usr.CreatedAt, *usr.ImageURL)
}

func invite(w http.ResponseWriter, r *http.Request) {
	claims, ok := clerk.SessionClaimsFromContext(r.Context())
	if !ok || !claims.HasPermission("org:members:manage") || claims.HasRole("org:guest") {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	_, err := organizationmembership.Create(r.Context(), &organizationmembership.CreateParams{
		OrganizationID: claims.ActiveOrganizationID,
		UserID:         clerk.String(r.FormValue("user")),
		Role:           clerk.String("org:member"),
	})
	if err != nil {
		answer(w, err)
	}
}

// socket verifies a token that comes in the query.
func socket(w http.ResponseWriter, r *http.Request) {
	claims, err := jwt.Verify(r.Context(), &jwt.VerifyParams{Token: r.FormValue("token")})
	if err != nil {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	show(w, claims)
}

func show(w http.ResponseWriter, claims *clerk.SessionClaims) {
	fmt.Fprint(w, claims.Subject, claims.SessionID)
}

func answer(w http.ResponseWriter, err error) {
	var refused *clerk.APIErrorResponse
	if errors.As(err, &refused) {
		w.WriteHeader(refused.HTTPStatusCode)
		return
	}
	w.WriteHeader(http.StatusBadGateway)
}
