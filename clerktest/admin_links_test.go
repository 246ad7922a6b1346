package clerktest_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/clerkgo/clerk-go/clerktest"
)

func TestAdmin_SignInLinks(t *testing.T) {
	t.Parallel()
	srv := clerktest.NewServer(t)
	other := srv.NewInstance(t)
	ada, bob := srv.CreateUser(clerktest.User{Email: "ada@example.com"}), other.CreateUser(clerktest.User{Email: "bob@example.com"})
	strangers := srv.CreateOrganization(clerktest.Organization{Name: "Engines"})
	for name, test := range map[string]struct {
		body   map[string]any
		header []string
		status int
	}{
		"nobody":                              {map[string]any{}, nil, 404},
		"a user of another instance":          {map[string]any{"user_id": bob.ID}, nil, 404},
		"an organization of others":           {map[string]any{"user_id": ada.ID, "organization_id": strangers.ID}, nil, 404},
		"a foreign host":                      {map[string]any{"user_id": ada.ID, "application": "https://evil.example.net/"}, nil, 400},
		"a host that looks like this machine": {map[string]any{"user_id": ada.ID, "application": "http://localhost@evil.example.net/"}, nil, 422},
		"a script":                            {map[string]any{"user_id": ada.ID, "application": "javascript:alert(1)"}, nil, 422},
		"a page of another origin":            {map[string]any{"user_id": ada.ID}, []string{"Origin", applicationOrigin}, 403},
		"a key":                               {map[string]any{"user_id": ada.ID}, []string{"Authorization", "Bearer " + other.SecretKey()}, 400},
	} {
		if status, answer := admin(t, srv, http.MethodPost, "/sign_in_links", test.body, test.header...); status != test.status || answer["url"] != nil {
			t.Errorf("%s: got %d %v, want %d", name, status, answer, test.status)
		}
	}
	first := visitLink(t, srv, "", map[string]any{"user_id": ada.ID})
	if got := first.must(http.MethodGet, "/v1/client", nil).response().sessions(); len(got) != 1 {
		t.Errorf("got the sessions %v behind the link, want one", got)
	}
	// The address bar of an application that does not take the token away still has the one of the last visit.
	second := visitLink(t, srv, "", map[string]any{"user_id": ada.ID, "application": "http://localhost:3000/home?tab=1&__clerk_db_jwt=" + first.dev})
	if second.dev == first.dev {
		t.Error("the second link leads to the browser of the first one")
	}
}

// visitLink makes a link and returns the browser that it opens the application as.
func visitLink(t *testing.T, srv *clerktest.Server, path string, body map[string]any) *webBrowser {
	t.Helper()
	status, answer := admin(t, srv, http.MethodPost, "/sign_in_links"+path, body)
	if status != http.StatusOK {
		t.Fatalf("got %d %v, want a link", status, answer)
	}
	link, err := url.Parse(answer["url"].(string))
	if err != nil || len(link.Query()["__clerk_db_jwt"]) != 1 {
		t.Fatalf("got %v with %v, want one browser", answer["url"], err)
	}
	b := newCookieBrowser(t, srv.Instance)
	b.dev = link.Query().Get("__clerk_db_jwt")
	return b
}
