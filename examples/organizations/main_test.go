package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
	"github.com/clerkgo/clerk-go/examples/internal/demo"
)

// office is the service with an admin and a member.
type office struct {
	clerk         *demo.Clerk
	handler       http.Handler
	admin, member clerktest.SignedIn
}

func newOffice(t *testing.T) *office {
	t.Helper()
	c, err := demo.Connect()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	authn, err := clerkauth.New(c.Config)
	if err != nil {
		t.Fatal(err)
	}
	admin, err := c.Admin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ben := c.Local.CreateUser(clerktest.User{FirstName: "Ben"})
	_, err = c.Client.OrganizationMemberships.Create(t.Context(), admin.OrganizationID,
		&clerk.OrganizationMembershipCreateParams{UserID: ben.ID, Role: "org:member"})
	if err != nil {
		t.Fatal(err)
	}
	return &office{
		clerk: c, handler: routes(authn, c.Client),
		admin:  c.Local.SignIn(admin.UserID, admin.OrganizationID),
		member: c.Local.SignIn(ben.ID, admin.OrganizationID),
	}
}

func (o *office) call(method, target, token, form string) *httptest.ResponseRecorder {
	req := httptest.NewRequest(method, target, strings.NewReader(form))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Authorization", "Bearer "+token)
	rec := httptest.NewRecorder()
	o.handler.ServeHTTP(rec, req)
	return rec
}

func TestMembers(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	rec := o.call(http.MethodGet, "/members", o.member.Token, "")
	if body := rec.Body.String(); rec.Code != http.StatusOK ||
		!strings.Contains(body, o.admin.UserID) || !strings.Contains(body, o.member.UserID) {
		t.Errorf("got %d %s, want both members", rec.Code, body)
	}
	stranger := o.clerk.Local.SignedInUser()
	if rec := o.call(http.MethodGet, "/members", stranger.Token, ""); rec.Code != http.StatusForbidden {
		t.Errorf("got %d for somebody without an organization, want 403", rec.Code)
	}
}

func TestInvite(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	if rec := o.call(http.MethodPost, "/invitations", o.member.Token, "email=cy@example.com"); rec.Code != http.StatusForbidden {
		t.Errorf("got %d for a member, want 403", rec.Code)
	}
	rec := o.call(http.MethodPost, "/invitations", o.admin.Token, "email=cy@example.com")
	if rec.Code != http.StatusCreated || !strings.Contains(rec.Body.String(), "pending") {
		t.Errorf("got %d %s, want a pending invitation", rec.Code, rec.Body)
	}
	if rec := o.call(http.MethodPost, "/invitations", o.admin.Token, "email=nonsense"); rec.Code != http.StatusUnprocessableEntity {
		t.Errorf("got %d %s for a bad address, want 422", rec.Code, rec.Body)
	}
}

func TestRemove(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	target := "/members/" + o.member.UserID
	stale := o.clerk.Local.SessionToken(o.admin.SessionID, clerktest.TokenFactorAge(30, -1))
	rec := o.call(http.MethodDelete, target, stale, "")
	if rec.Code != http.StatusForbidden || !strings.Contains(rec.Body.String(), "reverification-error") {
		t.Errorf("got %d %s half an hour after signing in, want a request to verify", rec.Code, rec.Body)
	}
	if rec := o.call(http.MethodDelete, target, o.admin.Token, ""); rec.Code != http.StatusNoContent {
		t.Errorf("got %d %s, want 204", rec.Code, rec.Body)
	}
	rec = o.call(http.MethodGet, "/members", o.admin.Token, "")
	if strings.Contains(rec.Body.String(), o.member.UserID) {
		t.Errorf("got %s, want the member to be gone", rec.Body)
	}
}
