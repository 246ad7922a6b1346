package main

import (
	"encoding/json"
	"errors"
	"net/http"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	clerk "github.com/clerkgo/clerk-go/core"
)

// service works on the organization that is active in the visitor's session: its id comes from the verified token, never
// from the URL.
type service struct {
	client *clerk.Client
}

type member struct {
	User string `json:"user"`
	Role string `json:"role"`
}

func (s *service) members(w http.ResponseWriter, r *http.Request) {
	state := clerkauth.FromContext(r.Context())
	members := []member{}
	for m, err := range s.client.OrganizationMemberships.ListAll(r.Context(), state.OrgID(), nil) {
		if err != nil {
			fail(w, err)
			return
		}
		if m.PublicUserData != nil {
			members = append(members, member{User: m.PublicUserData.UserID, Role: m.Role})
		}
	}
	write(w, http.StatusOK, members)
}

func (s *service) invite(w http.ResponseWriter, r *http.Request) {
	state := clerkauth.FromContext(r.Context())
	invitation, err := s.client.OrganizationInvitations.Create(r.Context(), state.OrgID(),
		&clerk.OrganizationInvitationCreateParams{
			EmailAddress:  r.FormValue("email"),
			InviterUserID: clerk.String(state.UserID()),
			Role:          "org:member",
		})
	if err != nil {
		fail(w, err)
		return
	}
	write(w, http.StatusCreated, map[string]any{"id": invitation.ID, "status": invitation.Status})
}

func (s *service) remove(w http.ResponseWriter, r *http.Request) {
	org := clerkauth.FromContext(r.Context()).OrgID()
	if _, err := s.client.OrganizationMemberships.Delete(r.Context(), org, r.PathValue("user")); err != nil {
		fail(w, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// fail passes on what Clerk refused, and hides what went wrong between this service and Clerk.
func fail(w http.ResponseWriter, err error) {
	var apiErr *clerk.APIError
	if errors.As(err, &apiErr) && apiErr.StatusCode < http.StatusInternalServerError {
		write(w, apiErr.StatusCode, map[string]string{"error": apiErr.Code()})
		return
	}
	write(w, http.StatusBadGateway, map[string]string{"error": "clerk_unavailable"})
}

func write(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
