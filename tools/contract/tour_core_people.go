package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
)

// people are what a user has beside the first address.
func (t *coreVisitor) people() {
	ctx, users := t.ctx, t.client.Users
	u := must(t.tour, "a user with a wallet and an authenticator", func() (*clerk.User, error) {
		return users.Create(ctx, &clerk.UserCreateParams{
			EmailAddress: clerk.Set([]string{"people@example.com", "people2@example.com"}), TOTPSecret: clerk.String("JBSWY3DPEHPK3PXP"),
			Web3Wallet: clerk.Set([]string{"0x52908400098527886E0F7030069857D2E4169EE7"}),
		})
	})
	t.step("what belongs to a user", func() error {
		account := t.in.AddExternalAccount(u.ID, clerktest.ExternalAccount{Provider: "google", ProviderUserID: "g-9", AccessToken: "at"})
		device := t.in.AddTrustedDevice(u.ID, clerktest.TrustedDevice{Platform: "ios"})
		passkey, err := addPasskey(t.in, u.ID)
		if err != nil {
			return err
		}
		return all(
			func() error { return second(users.Get(ctx, u.ID)) },
			func() error { return second(users.ListOAuthAccessTokens(ctx, u.ID, "google", nil)) },
			func() error { return second(users.ListTrustedDevices(ctx, u.ID)) },
			func() error { return second(users.RevokeTrustedDevice(ctx, u.ID, device)) },
			func() error { return second(users.DeleteExternalAccount(ctx, u.ID, account)) },
			func() error { return second(users.DeletePasskey(ctx, u.ID, passkey)) },
			func() error { return second(users.DeleteTOTP(ctx, u.ID)) },
			func() error { return second(users.DeleteWeb3Wallet(ctx, u.ID, u.Web3Wallets[0].ID)) },
			func() error { return second(users.ListOrganizationInvitations(ctx, u.ID, nil)) },
		)
	})
	t.addresses(u)
	t.clients(u.ID)
}

func (t *coreVisitor) addresses(u *clerk.User) {
	ctx, emails, phones := t.ctx, t.client.EmailAddresses, t.client.PhoneNumbers
	t.step("verify a phone number, replace and delete addresses", func() error {
		made, err := phones.Create(ctx, &clerk.PhoneNumberCreateParams{UserID: u.ID, PhoneNumber: "+15555550131"})
		if err != nil {
			return err
		}
		prepared, err := phones.PrepareVerification(ctx, made.ID)
		if err != nil {
			return err
		}
		sent := t.in.TextMessages()
		return all(
			func() error {
				return second(phones.AttemptVerification(ctx, made.ID, &clerk.PhoneNumberAttemptVerificationParams{VerificationID: prepared.ID, Code: sent[len(sent)-1].Code}))
			},
			func() error {
				return second(phones.Update(ctx, made.ID, &clerk.PhoneNumberUpdateParams{Primary: clerk.Bool(true)}))
			},
			func() error {
				return second(phones.ReplaceForUser(ctx, u.ID, &clerk.PhoneNumberReplaceForUserParams{PhoneNumber: "+15555550132"}))
			},
			func() error { return second(emails.Delete(ctx, u.EmailAddresses[1].ID)) },
			func() error {
				return second(emails.ReplaceForUser(ctx, u.ID, &clerk.EmailAddressReplaceForUserParams{EmailAddress: "people3@example.com"}))
			},
		)
	})
}

func (t *coreVisitor) clients(userID string) {
	ctx, client := t.ctx, t.client
	t.step("clients, and a session that a server renews", func() error {
		browser := t.in.NewBrowser()
		who := t.in.SignInBrowser(browser, userID)
		refresh, err := refreshCookie(t.in, browser)
		if err != nil {
			return err
		}
		return all(
			func() error { return second(client.Clients.List(ctx, nil)) },
			func() error { return second(client.Clients.Verify(ctx, &clerk.ClientVerifyParams{Token: who.Token})) },
			func() error {
				return second(client.Sessions.Refresh(ctx, who.SessionID, &clerk.SessionRefreshParams{
					ExpiredToken: who.Token, RefreshToken: refresh, RequestOrigin: "https://app.example",
				}))
			},
		)
	})
}

// addPasskey gives a user a passkey, which no operation of the Backend API can, and returns its id.
func addPasskey(in *clerktest.Instance, userID string) (id string, err error) {
	state, err := in.MarshalState()
	if err != nil {
		return "", err
	}
	var doc map[string]json.RawMessage
	var tables map[string][]json.RawMessage
	if err := json.Unmarshal(state, &doc); err != nil {
		return "", err
	}
	if err := json.Unmarshal(doc["tables"], &tables); err != nil {
		return "", err
	}
	for i, row := range tables["users"] {
		if bytes.Contains(row, []byte(`"id":"`+userID+`"`)) {
			tables["users"][i] = bytes.Replace(row, []byte(`{`), []byte(`{"passkeys":[{"id":"idn_passkey","name":"Key"}],`), 1)
		}
	}
	if doc["tables"], err = json.Marshal(tables); err != nil {
		return "", err
	}
	if state, err = json.Marshal(doc); err != nil {
		return "", err
	}
	return "idn_passkey", in.LoadState(state)
}

// refreshCookie is the refresh token that a handshake brings to a signed-in browser.
func refreshCookie(in *clerktest.Instance, browser string) (string, error) {
	client := *in.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err := client.Get(in.URL() + "/v1/client/handshake?redirect_url=http%3A%2F%2Flocalhost%3A3000%2F&__clerk_db_jwt=" + browser)
	if err != nil {
		return "", err
	}
	_ = resp.Body.Close()
	back, err := url.Parse(resp.Header.Get("Location"))
	if err != nil {
		return "", err
	}
	parts := strings.Split(back.Query().Get("__clerk_handshake"), ".")
	if len(parts) != 3 {
		return "", errors.New("the handshake brought no token")
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return "", err
	}
	var claims struct {
		Cookies []string `json:"handshake"`
	}
	if err := json.Unmarshal(raw, &claims); err != nil {
		return "", err
	}
	for _, line := range claims.Cookies {
		if cookie, err := http.ParseSetCookie(line); err == nil && strings.HasPrefix(cookie.Name, "__refresh") {
			return cookie.Value, nil
		}
	}
	return "", errors.New("the handshake brought no refresh token")
}
