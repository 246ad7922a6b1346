package snippets_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/clerkgo/clerk-go/auth/clerkauthtest"
	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
	"github.com/clerkgo/clerk-go/examples/snippets"
)

func TestOnboarding(t *testing.T) {
	t.Parallel()
	srv, authn := clerkauthtest.New(t)
	says := func(text string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(text)) })
	}
	app := snippets.OnboardingRoutes(authn, says("questions"), says("dashboard"))
	visit := func(user clerktest.SignedIn) *httptest.ResponseRecorder {
		rec := httptest.NewRecorder()
		r := user.Authorize(httptest.NewRequest(http.MethodGet, "/dashboard", nil))
		r.Header.Set("Accept", "text/html")
		app.ServeHTTP(rec, r)
		return rec
	}

	user := srv.SignedInUser()
	if rec := visit(user); rec.Header().Get("Location") != "/onboarding" {
		t.Errorf("got %d to %q, want the questions", rec.Code, rec.Header().Get("Location"))
	}
	if err := snippets.FinishOnboarding(t.Context(), srv.API(), user.UserID, "blue"); err != nil {
		t.Fatal(err)
	}
	stored, err := srv.API().Users.Get(t.Context(), user.UserID)
	if err != nil {
		t.Fatal(err)
	}
	if rec := visit(srv.SignIn(user.UserID, "", clerktest.TokenClaim("metadata", stored.PublicMetadata))); rec.Body.String() != "dashboard" {
		t.Errorf("got %d %s, want the dashboard", rec.Code, rec.Body)
	}
}

func TestJob_Check(t *testing.T) {
	t.Parallel()
	srv, _ := clerkauthtest.New(t)
	client := srv.API()
	user, err := client.Users.Create(t.Context(), &clerk.UserCreateParams{
		EmailAddress: clerk.Set([]string{"ada@example.com"}), SkipPasswordRequirement: clerk.Bool(true),
	})
	if err != nil {
		t.Fatal(err)
	}
	srv.DefineRole("analyst", "reports:create")
	org := srv.CreateOrganization(clerktest.Organization{Name: "Acme"})
	srv.AddMember(org.ID, user.ID, "org:analyst")
	job := snippets.Job{UserID: user.ID, OrgID: org.ID}
	if err := job.Check(t.Context(), client); err != nil {
		t.Errorf("got error %v for a member, want none", err)
	}
	setRole := func(role string) {
		t.Helper()
		_, err := client.OrganizationMemberships.Update(t.Context(), org.ID, user.ID, &clerk.OrganizationMembershipUpdateParams{Role: role})
		if err != nil {
			t.Fatal(err)
		}
	}
	setRole("org:member")
	if err := job.Check(t.Context(), client); !errors.Is(err, snippets.ErrMayNot) {
		t.Errorf("got error %v without the permission, want ErrMayNot", err)
	}
	setRole("org:analyst")
	if _, err := client.Users.Ban(t.Context(), user.ID); err != nil {
		t.Fatal(err)
	}
	if err := job.Check(t.Context(), client); !errors.Is(err, snippets.ErrMayNot) {
		t.Errorf("got error %v for a banned user, want ErrMayNot", err)
	}
	if _, err := client.Users.Delete(t.Context(), user.ID); err != nil {
		t.Fatal(err)
	}
	if err := job.Check(t.Context(), client); !errors.Is(err, snippets.ErrMayNot) {
		t.Errorf("got error %v for a user who is gone, want ErrMayNot", err)
	}
}
