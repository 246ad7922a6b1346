package clerkauth_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
)

// machineRoom is a local Clerk on whose clock machines are verified.
type machineRoom struct {
	srv    *clerktest.Server
	client *clerk.Client
}

func newMachineRoom(t *testing.T) *machineRoom {
	t.Helper()
	srv := clerktest.NewServer(t)
	srv.Clock().Freeze()
	client, err := clerk.NewClient(srv.SecretKey(), clerk.WithBaseURL(srv.URL()), clerk.WithRetries(0))
	if err != nil {
		t.Fatal(err)
	}
	return &machineRoom{srv: srv, client: client}
}

// verify returns the reason for which a token is refused, empty when it is accepted. The machine is the one that receives
// the token, nil for an application without one.
func (r *machineRoom) verify(t *testing.T, token string, receiver *clerk.Machine) (*clerkauth.MachineIdentity, clerkauth.Reason) {
	t.Helper()
	config := clerkauth.Config{
		SecretKey: r.srv.SecretKey(), PublishableKey: r.srv.PublishableKey(), APIURL: r.srv.URL(), Now: r.srv.Clock().Now,
		AcceptTokens: clerkauth.AnyToken(),
	}
	if receiver != nil {
		config.MachineSecretKey, config.MachineID = receiver.SecretKey, receiver.ID
	}
	authn, err := clerkauth.New(config)
	if err != nil {
		t.Fatal(err)
	}
	req := httptest.NewRequest(http.MethodGet, "http://app.localhost:3000/", nil)
	req.Header.Set("Authorization", "Bearer "+token)
	state := authn.Authenticate(t.Context(), clerkauth.FromHTTP(req))
	return state.Machine(), state.Reason()
}

func (r *machineRoom) machine(t *testing.T, name string, scopes ...string) *clerk.Machine {
	t.Helper()
	m, err := r.client.Machines.Create(t.Context(), &clerk.MachineCreateParams{Name: name, ScopedMachines: clerk.Set(append([]string{}, scopes...))})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func (r *machineRoom) token(t *testing.T, caller *clerk.Machine, format clerk.M2MTokenFormat) *clerk.M2MToken {
	t.Helper()
	token, err := r.client.M2MTokens.Create(t.Context(), &clerk.M2MTokenCreateParams{
		TokenFormat: clerk.Set(format), SecondsUntilExpiration: clerk.Int64(60), Claims: clerk.JSON(map[string]any{"job": "sync"}),
	}, clerk.WithSecretKey(caller.SecretKey))
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestLocalMachines_ScopesDecideWhoMayBeCalled(t *testing.T) {
	t.Parallel()
	room := newMachineRoom(t)
	receiver, stranger := room.machine(t, "receiver"), room.machine(t, "stranger")
	caller := room.machine(t, "caller", receiver.ID)
	for _, c := range []struct {
		format clerk.M2MTokenFormat
		late   clerkauth.Reason
	}{
		{clerk.M2MTokenFormatOpaque, clerkauth.ReasonTokenInvalid},
		{clerk.M2MTokenFormatJWT, clerkauth.ReasonTokenVerificationFailed},
	} {
		token := room.token(t, caller, c.format).Token
		m, reason := room.verify(t, token, receiver)
		if reason != "" || m.Subject != caller.ID || m.Claims["job"] != "sync" || len(m.Scopes) != 1 || m.Scopes[0] != receiver.ID {
			t.Errorf("%s, the receiver: got %+v, reason %q, want the caller with its claims and scopes", c.format, m, reason)
		}
		if m, _ := room.verify(t, token, stranger); m != nil {
			t.Errorf("%s, a stranger: got %+v, want the token refused", c.format, m)
		}
		if m, reason := room.verify(t, token, nil); m == nil {
			t.Errorf("%s, without a machine: got %q, want the token accepted", c.format, reason)
		}
		room.srv.Clock().Advance(2 * time.Minute)
		if _, reason := room.verify(t, token, receiver); reason != c.late {
			t.Errorf("%s, two minutes later: got %q, want %q", c.format, reason, c.late)
		}
	}
}

func TestLocalMachines_RevocationAndExpiry(t *testing.T) {
	t.Parallel()
	room := newMachineRoom(t)
	user := room.srv.CreateUser(clerktest.User{}).ID
	app, err := room.client.OAuthApplications.Create(t.Context(), &clerk.OAuthApplicationCreateParams{
		Name: "app", RedirectURIs: clerk.Set([]string{"https://app.example.com/cb"}),
	})
	if err != nil {
		t.Fatal(err)
	}
	caller := room.machine(t, "caller")
	// Each kind makes a token that is over after a day, and the function that revokes it.
	kinds := map[string]func() (token string, revoke func() error){
		"API key": func() (string, func() error) {
			k, err := room.client.APIKeys.Create(t.Context(), &clerk.APIKeyCreateParams{
				Name: "build", Subject: user, Scopes: clerk.Set([]string{"read"}), SecondsUntilExpiration: clerk.Int64(60),
			})
			if err != nil {
				t.Fatal(err)
			}
			return k.Secret, func() error { _, err := room.client.APIKeys.Revoke(t.Context(), k.ID, nil); return err }
		},
		"M2M token": func() (string, func() error) {
			k := room.token(t, caller, clerk.M2MTokenFormatOpaque)
			return k.Token, func() error { _, err := room.client.M2MTokens.Revoke(t.Context(), k.ID, nil); return err }
		},
		"OAuth token": func() (string, func() error) {
			token := room.srv.IssueOAuthAccessToken(app.ID, user, "read")
			return token, func() error {
				return room.client.OAuthApplications.RevokeToken(t.Context(), app.ID, &clerk.OAuthApplicationRevokeTokenParams{Token: token})
			}
		},
	}
	for name, mint := range kinds {
		token, revoke := mint()
		if m, reason := room.verify(t, token, nil); m == nil || m.Subject != user && m.Subject != caller.ID {
			t.Errorf("%s: got %+v, reason %q, want it accepted", name, m, reason)
		}
		if err := revoke(); err != nil {
			t.Fatal(err)
		}
		if _, reason := room.verify(t, token, nil); reason != clerkauth.ReasonTokenInvalid {
			t.Errorf("%s, revoked: got %q, want %q", name, reason, clerkauth.ReasonTokenInvalid)
		}
		late, _ := mint()
		room.srv.Clock().Advance(25 * time.Hour)
		if _, reason := room.verify(t, late, nil); reason != clerkauth.ReasonTokenInvalid {
			t.Errorf("%s, a day later: got %q, want %q", name, reason, clerkauth.ReasonTokenInvalid)
		}
	}
}

func TestLocalMachines_OAuthJWT(t *testing.T) {
	t.Parallel()
	room := newMachineRoom(t)
	_, err := room.client.Instance.UpdateOAuthApplicationSettings(t.Context(), &clerk.InstanceUpdateOAuthApplicationSettingsParams{OAuthJWTAccessTokens: clerk.Bool(true)})
	if err != nil {
		t.Fatal(err)
	}
	user := room.srv.CreateUser(clerktest.User{}).ID
	token := room.srv.IssueOAuthAccessToken("", user, "profile", "email")
	m, reason := room.verify(t, token, nil)
	if reason != "" || m.TokenType != clerkauth.TokenOAuth || m.Subject != user || len(m.Scopes) != 2 || m.ClientID == "" {
		t.Errorf("got %+v, reason %q, want the user's token with two scopes", m, reason)
	}
	room.srv.Clock().Advance(25 * time.Hour)
	if _, reason := room.verify(t, token, nil); reason != clerkauth.ReasonTokenVerificationFailed {
		t.Errorf("got %q a day later, want %q", reason, clerkauth.ReasonTokenVerificationFailed)
	}
}
