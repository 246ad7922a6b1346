package main

import (
	"encoding/json"
	"errors"
	"net/http"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	clerk "github.com/clerkgo/clerk-go/core"
)

// routes lets signed-in users read and change their own profile.
func routes(authn *clerkauth.Authenticator, client *clerk.Client) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /profile", func(w http.ResponseWriter, r *http.Request) {
		user, err := client.Users.Get(r.Context(), userID(r))
		answer(w, user, err)
	})
	mux.HandleFunc("PUT /profile/theme", func(w http.ResponseWriter, r *http.Request) {
		setTheme(w, r, client, r.FormValue("value"))
	})
	mux.HandleFunc("DELETE /profile/theme", func(w http.ResponseWriter, r *http.Request) {
		setTheme(w, r, client, nil) // null removes the key
	})
	return clerkauth.Middleware(authn)(clerkauth.RequireAuth()(mux))
}

func userID(r *http.Request) string { return clerkauth.FromContext(r.Context()).UserID() }

// setTheme merges one key into the user's public metadata and leaves the others alone.
func setTheme(w http.ResponseWriter, r *http.Request, client *clerk.Client, theme any) {
	user, err := client.Users.UpdateMetadata(r.Context(), userID(r), &clerk.UserUpdateMetadataParams{
		PublicMetadata: clerk.JSON(map[string]any{"theme": theme}),
	})
	answer(w, user, err)
}

func answer(w http.ResponseWriter, user *clerk.User, err error) {
	var apiErr *clerk.APIError
	switch {
	case errors.Is(err, clerk.ErrNotFound):
		http.Error(w, "you are gone", http.StatusGone)
	case errors.As(err, &apiErr) && apiErr.StatusCode < 500:
		http.Error(w, apiErr.Code(), apiErr.StatusCode)
	case err != nil:
		http.Error(w, "Clerk cannot be reached", http.StatusBadGateway)
	default:
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"name": user.FirstName, "metadata": user.PublicMetadata})
	}
}
