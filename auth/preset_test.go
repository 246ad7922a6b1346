package clerkauth_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

func TestPreset(t *testing.T) {
	t.Parallel()
	table := newInstanceTable(t, "a")
	authn, err := table.instances(t, nil).Find(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	instance := table.byName["a"]
	token := instance.IssueOAuthAccessToken("", instance.SignedInUser().UserID, "read")
	req := bearer(token)
	header := req.Header
	req.Header = func(name string) []string {
		if name == instanceHeader {
			return []string{"a"}
		}
		return header(name)
	}
	for name, plain := range map[string]clerkauth.RequestAuthenticator{"an authenticator": authn, "instances": table.instances(t, nil)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			preset := clerkauth.Preset(plain, clerkauth.AcceptTokens(clerkauth.TokenOAuth), clerkauth.HeaderOnly())
			for range 2 {
				if state := preset.Authenticate(t.Context(), req); !state.Has(clerkauth.HasScope("read")) {
					t.Errorf("got %v, want the options to count", state)
				}
				if state := preset.Authenticate(t.Context(), req, clerkauth.AcceptTokens(clerkauth.TokenAPIKey)); state.Reason() != clerkauth.ReasonTokenTypeMismatch {
					t.Errorf("got %v, want the options of the call to come last", state)
				}
				if state := plain.Authenticate(t.Context(), req); state.SignedIn() {
					t.Errorf("got %v, want the authenticator as it was", state)
				}
			}
		})
	}
}

func ExamplePreset() {
	authn, err := clerkauth.New(clerkauth.Config{SecretKey: "sk_test_example", HeaderOnly: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	machines := clerkauth.Preset(authn, clerkauth.AcceptTokens(clerkauth.TokenAPIKey, clerkauth.TokenM2M))

	r := httptest.NewRequest(http.MethodGet, "/jobs", http.NoBody)
	fmt.Println(machines.Authenticate(r.Context(), clerkauth.FromHTTP(r)).SignedIn())
	// Output: false
}
