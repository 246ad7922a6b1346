package clerktest

import (
	"cmp"
	"net/http"
)

// frontendClientWire is what a browser is told about itself: the sessions with their users and fresh tokens, and the
// sign-in and sign-up that it has begun.
type frontendClientWire struct {
	Object              string                `json:"object"`
	ID                  string                `json:"id"`
	Sessions            []frontendSessionWire `json:"sessions"`
	SignIn              any                   `json:"sign_in"`
	SignUp              any                   `json:"sign_up"`
	LastActiveSessionID *string               `json:"last_active_session_id"`
	LastStrategy        *string               `json:"last_authentication_strategy"`
	CookieExpiresAt     *int64                `json:"cookie_expires_at"`
	CaptchaBypass       bool                  `json:"captcha_bypass"`
	CreatedAt           int64                 `json:"created_at"`
	UpdatedAt           int64                 `json:"updated_at"`
}

// frontendSessionWire is a session as its browser sees it.
type frontendSessionWire struct {
	*sessionWire
	User            *frontendUserWire `json:"user"`
	PublicUserData  *publicUserWire   `json:"public_user_data"`
	FactorAge       []int64           `json:"factor_verification_age"`
	LastActiveToken *tokenWire        `json:"last_active_token"`
	LatestActivity  *struct{}         `json:"latest_activity,omitzero"`
}

// frontendUserWire is a user as the person sees it: private metadata stay with the Backend API.
type frontendUserWire struct {
	*userWire
	PrivateMetadata         *struct{}                 `json:"private_metadata,omitzero"`
	CreateOrganizations     *int64                    `json:"create_organizations_limit,omitzero"`
	OrganizationMemberships []*frontendMembershipWire `json:"organization_memberships"`
}

// wireFrontendClient returns the answer form of a client. The tokens get the azp of the page that asks.
func (x *tx) wireFrontendClient(clientID string, r *http.Request) (*frontendClientWire, error) {
	d := tableDevices.get(x, clientID)
	if d == nil {
		return nil, nil
	}
	w := &frontendClientWire{
		Object: "client", ID: d.ID, Sessions: []frontendSessionWire{}, LastStrategy: d.Strategy, CreatedAt: d.CreatedAt, UpdatedAt: d.UpdatedAt,
	}
	for _, s := range tableSessions.find(x, "client", clientID) {
		if !s.liveAt(x.now) {
			continue
		}
		session, err := x.wireFrontendSession(s, r)
		if err != nil {
			return nil, err
		}
		w.Sessions = append(w.Sessions, *session)
	}
	if s := tableSignIns.get(x, text(d.SignInID)); s != nil && x.signInStatus(s) != "abandoned" {
		w.SignIn = x.wireSignIn(s)
	}
	if s := x.currentSignUp(clientID); s != nil && s.statusAt(x.now) != "abandoned" {
		w.SignUp = x.wireSignUp(s)
	}
	if s := x.browserSession(clientID); s != nil {
		w.LastActiveSessionID = &s.ID
	}
	return w, nil
}

// wireFrontendSession returns the answer form of a session; a live one has a fresh token.
func (x *tx) wireFrontendSession(s *session, r *http.Request) (*frontendSessionWire, error) {
	w := &frontendSessionWire{sessionWire: x.wireSession(s), FactorAge: x.factorAges(s, &tokenSpec{})}
	u := tableUsers.get(x, s.UserID)
	if u == nil {
		return w, nil
	}
	w.User, w.PublicUserData = x.wireFrontendUser(u), wirePublicUser(u)
	if !s.liveAt(x.now) {
		return w, nil
	}
	jwt, err := x.sessionJWT(s, x.inst.newTokenSpec([]TokenOption{TokenAuthorizedParty(cmp.Or(r.Header.Get("Origin"), x.inst.emulator.azp))}))
	w.LastActiveToken = &tokenWire{Object: "token", JWT: jwt}
	return w, err
}

func (x *tx) wireFrontendUser(u *user) *frontendUserWire {
	w := &frontendUserWire{userWire: x.wireUser(u), CreateOrganizations: u.OrganizationsLimit, OrganizationMemberships: []*frontendMembershipWire{}}
	for at := range u.Emails {
		shown := x.withPending(emailKind, u.Emails[at])
		matches := w.EmailAddresses[at].MatchesSSOConnection
		w.EmailAddresses[at] = wireEmail(&shown)
		w.EmailAddresses[at].MatchesSSOConnection = matches
	}
	for at := range u.Phones {
		shown := x.withPending(phoneKind, u.Phones[at])
		w.PhoneNumbers[at] = wirePhone(&shown)
	}
	for _, m := range tableMemberships.find(x, "user", u.ID) {
		w.OrganizationMemberships = append(w.OrganizationMemberships, x.wireFrontendMembership(m))
	}
	return w
}
