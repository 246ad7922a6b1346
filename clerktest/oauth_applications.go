package clerktest

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"
)

// oauthApplication is an application that signs its users in with this instance.
type oauthApplication struct {
	ID             string   `json:"id"`
	Name           string   `json:"name"`
	ClientID       string   `json:"client_id"`
	ClientSecret   string   `json:"client_secret"`
	RedirectURIs   []string `json:"redirect_uris"`
	Scopes         string   `json:"scopes"`
	ConsentScreen  bool     `json:"consent_screen"`
	PKCERequired   bool     `json:"pkce_required"`
	Public         bool     `json:"public"`
	ClientImageURL *string  `json:"client_image_url"`
	ClientURI      *string  `json:"client_uri,omitzero"`
	LogoURI        *string  `json:"logo_uri,omitzero"` // that a client named itself
	AuthMethod     string   `json:"auth_method,omitzero"`
	Dynamic        bool     `json:"dynamic,omitzero"`  // registered itself
	Document       bool     `json:"document,omitzero"` // known by its metadata document alone
	DeviceGrant    bool     `json:"device_grant,omitzero"`
	CreatedAt      int64    `json:"created_at"`
	UpdatedAt      int64    `json:"updated_at"`
}

type oauthApplicationWire struct {
	Object                string   `json:"object"`
	ID                    string   `json:"id"`
	InstanceID            string   `json:"instance_id"`
	Name                  string   `json:"name"`
	ClientID              string   `json:"client_id"`
	ClientSecret          string   `json:"client_secret,omitzero"`
	ClientURI             *string  `json:"client_uri"`
	ClientImageURL        *string  `json:"client_image_url"`
	DynamicallyRegistered bool     `json:"dynamically_registered"`
	ConsentScreenEnabled  bool     `json:"consent_screen_enabled"`
	PKCERequired          bool     `json:"pkce_required"`
	Public                bool     `json:"public"`
	Scopes                string   `json:"scopes"`
	RedirectURIs          []string `json:"redirect_uris"`
	CallbackURL           string   `json:"callback_url"`
	AuthorizeURL          string   `json:"authorize_url"`
	TokenFetchURL         string   `json:"token_fetch_url"`
	UserInfoURL           string   `json:"user_info_url"`
	DiscoveryURL          string   `json:"discovery_url"`
	TokenIntrospectionURL string   `json:"token_introspection_url"`
	CreatedAt             int64    `json:"created_at"`
	UpdatedAt             int64    `json:"updated_at"`
}

// oauthAccessToken is a token that an application got for a user, opaque or a JWT.
type oauthAccessToken struct {
	ID       string   `json:"id"`
	ClientID string   `json:"client_id"`
	Subject  string   `json:"subject"`
	Scopes   []string `json:"scopes"`
	JWT      bool     `json:"jwt,omitzero"`

	GrantID        string          `json:"grant_id,omitzero"` // empty without a grant
	Resource       string          `json:"resource,omitzero"` // that it is meant for, empty for any
	OrganizationID string          `json:"organization_id,omitzero"`
	Actor          json.RawMessage `json:"actor,omitzero"`
	credential
}

type oauthAccessTokenWire struct {
	Object   string   `json:"object"`
	ID       string   `json:"id"`
	ClientID string   `json:"client_id"`
	Subject  string   `json:"subject"`
	Scopes   []string `json:"scopes"`

	Audience []string        `json:"aud,omitzero"`
	Actor    json.RawMessage `json:"act,omitzero"`
	credentialWire
}

var (
	tableOAuthApplications = &table[*oauthApplication]{
		name: "oauth_applications",
		id:   func(a *oauthApplication) string { return a.ID },
		indexes: map[string]func(*oauthApplication) []string{
			"client_id": func(a *oauthApplication) []string { return []string{a.ClientID} },
			"dynamic": func(a *oauthApplication) []string {
				if a.Dynamic {
					return []string{"yes"}
				}
				return nil
			},
		},
	}
	tableOAuthAccessTokens = &table[*oauthAccessToken]{
		name: "oauth_access_tokens",
		id:   func(t *oauthAccessToken) string { return t.ID },
		indexes: map[string]func(*oauthAccessToken) []string{
			"secret":  func(t *oauthAccessToken) []string { return []string{t.Secret} },
			"client":  func(t *oauthAccessToken) []string { return []string{t.ClientID} },
			"subject": func(t *oauthAccessToken) []string { return []string{t.Subject} },
			"grant":   func(t *oauthAccessToken) []string { return keysOf(t.GrantID) },
		},
	}
)

func oauthApplicationsFamily() family {
	return family{
		tables:   []anyTable{tableOAuthApplications, tableOAuthAccessTokens},
		userGone: func(x *tx, userID string) { tableOAuthAccessTokens.deleteAll(x, "subject", userID) },
		endpoints: map[string]endpoint{
			"ListOAuthApplications":        {read: listOAuthApplications},
			"CreateOAuthApplication":       {write: createOAuthApplication},
			"GetOAuthApplication":          getter((*call).oauthApplication, (*tx).wireOAuthApplication),
			"UpdateOAuthApplication":       {write: updateOAuthApplication},
			"DeleteOAuthApplication":       deleter((*call).oauthApplication, tableOAuthApplications, "oauth_application", (*tx).releaseOAuthApplication),
			"RotateOAuthApplicationSecret": {write: rotateOAuthApplicationSecret},
			"RevokeOAuthApplicationToken":  {write: revokeOAuthApplicationToken},
			"verifyOAuthAccessToken":       {read: verifyOAuthAccessToken},
		},
	}
}

func (x *tx) wireOAuthApplication(a *oauthApplication) oauthApplicationWire {
	base, callback := x.inst.URL(), ""
	if len(a.RedirectURIs) > 0 {
		callback = a.RedirectURIs[0]
	}
	return oauthApplicationWire{
		Object: "oauth_application", ID: a.ID, InstanceID: x.inst.id, Name: a.Name, ClientID: a.ClientID, ClientImageURL: a.ClientImageURL,
		ClientURI: a.ClientURI, DynamicallyRegistered: a.Dynamic, ConsentScreenEnabled: a.ConsentScreen, PKCERequired: a.PKCERequired, Public: a.Public, Scopes: a.Scopes,
		RedirectURIs: orNone(a.RedirectURIs), CallbackURL: callback, AuthorizeURL: base + "/oauth/authorize",
		TokenFetchURL: base + "/oauth/token", UserInfoURL: base + "/oauth/userinfo",
		DiscoveryURL: base + "/.well-known/openid-configuration", TokenIntrospectionURL: base + "/oauth/token_info",
		CreatedAt: a.CreatedAt, UpdatedAt: a.UpdatedAt,
	}
}

func (c *call) oauthApplication() (*oauthApplication, error) {
	return rowOf(c, tableOAuthApplications, "oauth_application_id", "OAuth application")
}

func listOAuthApplications(c *call) (any, error) {
	text := c.query.Get("name_query")
	rows := keep(tableOAuthApplications.all(c.tx), func(a *oauthApplication) bool {
		return text == "" || a.ID == text || a.ClientID == text || containsFold(a.Name, text)
	})
	if err := orderRows(c, rows, "+created_at", map[string]func(a, b *oauthApplication) int{
		"created_at": func(a, b *oauthApplication) int { return cmp.Compare(a.CreatedAt, b.CreatedAt) },
		"name":       func(a, b *oauthApplication) int { return cmp.Compare(a.Name, b.Name) },
	}); err != nil {
		return nil, err
	}
	return pageOf(c, rows, c.tx.wireOAuthApplication)
}

type oauthApplicationInput struct {
	Name          field[string]   `json:"name"`
	RedirectURIs  field[[]string] `json:"redirect_uris"`
	CallbackURL   field[string]   `json:"callback_url"`
	Scopes        field[string]   `json:"scopes"`
	ConsentScreen field[bool]     `json:"consent_screen_enabled"`
	PKCERequired  field[bool]     `json:"pkce_required"`
	Public        field[bool]     `json:"public"`
}

// maxOAuthName bounds the name of an application.
const maxOAuthName = 256

func (in *oauthApplicationInput) check() error {
	if utf8.RuneCountInString(in.Name.Value) > maxOAuthName {
		return errParamValue("name", "at most 256 characters long")
	}
	for _, uri := range in.RedirectURIs.Value {
		if err := checkAbsoluteURL("redirect_uris", uri); err != nil {
			return err
		}
	}
	if in.CallbackURL.given() {
		return checkAbsoluteURL("callback_url", in.CallbackURL.Value)
	}
	return nil
}

func (in *oauthApplicationInput) applyTo(x *tx, a *oauthApplication) {
	in.Name.applyValue(&a.Name)
	in.RedirectURIs.applyValue(&a.RedirectURIs)
	if in.CallbackURL.given() && !in.RedirectURIs.given() {
		a.RedirectURIs = []string{in.CallbackURL.Value}
	}
	if in.Scopes.given() {
		a.Scopes = canonicalScopes(in.Scopes.Value)
	}
	in.ConsentScreen.applyValue(&a.ConsentScreen)
	in.PKCERequired.applyValue(&a.PKCERequired)
	in.Public.applyValue(&a.Public)
	a.UpdatedAt = x.now
}

func createOAuthApplication(c *call) (any, error) {
	var in oauthApplicationInput
	if err := cmp.Or(c.decode(&in), in.check()); err != nil {
		return nil, err
	}
	a := &oauthApplication{
		ID: c.tx.newID("oauthapp_"), ClientID: randomHex(12), ClientSecret: randomHex(24), Scopes: "profile email",
		ConsentScreen: true, CreatedAt: c.tx.now,
	}
	in.applyTo(c.tx, a)
	if len(a.RedirectURIs) == 0 {
		return nil, errParamMissing("redirect_uris")
	}
	tableOAuthApplications.put(c.tx, a)
	wire := c.tx.wireOAuthApplication(a)
	if !a.Public {
		wire.ClientSecret = a.ClientSecret
	}
	return wire, nil
}

func updateOAuthApplication(c *call) (any, error) {
	var in oauthApplicationInput
	if err := cmp.Or(c.decode(&in), in.check()); err != nil {
		return nil, err
	}
	return changeOAuthApplication(c, func(a *oauthApplication) { in.applyTo(c.tx, a) })
}

func changeOAuthApplication(c *call, edit func(*oauthApplication)) (any, error) {
	a, err := c.oauthApplication()
	if err != nil {
		return nil, err
	}
	return c.tx.wireOAuthApplication(tableOAuthApplications.update(c.tx, a.ID, edit)), nil
}

// releaseOAuthApplication deletes the access tokens and the picture of an application.
func (x *tx) releaseOAuthApplication(a *oauthApplication) error {
	x.dropGrantsOf("client", a.ClientID)
	tableOAuthAccessTokens.deleteAll(x, "client", a.ClientID)
	x.dropImage(text(a.ClientImageURL))
	return nil
}

func rotateOAuthApplicationSecret(c *call) (any, error) {
	a, err := c.oauthApplication()
	if err != nil {
		return nil, err
	}
	if a.Public {
		return nil, errForbidden("oauth_application_public", "a public application has no secret")
	}
	a = tableOAuthApplications.update(c.tx, a.ID, func(a *oauthApplication) { a.ClientSecret, a.UpdatedAt = randomHex(24), c.tx.now })
	wire := c.tx.wireOAuthApplication(a)
	wire.ClientSecret = a.ClientSecret
	return wire, nil
}

func revokeOAuthApplicationToken(c *call) (any, error) {
	var in struct {
		Token string `json:"token"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	a, err := c.oauthApplication()
	if err != nil {
		return nil, err
	}
	if !c.tx.revokeToken(a, in.Token) {
		return nil, errNotFound("token")
	}
	return nil, nil
}

// revokeToken ends an opaque access token or a refresh token of an application, with the whole grant that it belongs
// to. It reports whether there is such a token.
func (x *tx) revokeToken(a *oauthApplication, token string) bool {
	if t := tableOAuthRefreshTokens.get(x, token); t != nil && t.ClientID == a.ClientID {
		x.revokeGrant(t.GrantID)
		return true
	}
	t := tableOAuthAccessTokens.first(x, "secret", token)
	if t == nil || t.ClientID != a.ClientID || t.JWT {
		return false
	}
	tableOAuthAccessTokens.update(x, t.ID, func(t *oauthAccessToken) { t.revoke(nil, x.now) })
	if t.GrantID != "" {
		x.revokeGrant(t.GrantID)
	}
	return true
}

func verifyOAuthAccessToken(c *call) (any, error) {
	var in struct {
		AccessToken string `json:"access_token"`
		Secret      string `json:"secret"` // the deprecated spelling
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	token := cmp.Or(in.AccessToken, in.Secret)
	if token == "" {
		return nil, errParamMissing("access_token")
	}
	t := tableOAuthAccessTokens.first(c.tx, "secret", token)
	if t == nil {
		return nil, errNotFound("OAuth access token")
	}
	if !t.validAt(c.tx.now) {
		return map[string]bool{"active": false}, nil
	}
	return c.tx.wireOAuthAccessToken(t), nil
}

// wireOAuthAccessToken tells times in seconds, as Clerk does about these tokens alone.
func (x *tx) wireOAuthAccessToken(t *oauthAccessToken) oauthAccessTokenWire {
	wire := oauthAccessTokenWire{
		Object: "clerk_idp_oauth_access_token", ID: t.ID, ClientID: t.ClientID, Subject: t.Subject, Scopes: orNone(t.Scopes),
		Actor: t.Actor, credentialWire: x.wireCredential(&t.credential),
	}
	if t.Resource != "" {
		wire.Audience = []string{t.Resource}
	}
	if x.oauthSettings().VerifyMilliseconds {
		return wire
	}
	wire.CreatedAt /= 1000
	wire.UpdatedAt /= 1000
	if t.Expiration != nil {
		seconds := *t.Expiration / 1000
		wire.Expiration = &seconds
	}
	return wire
}

// canonicalScopes is a list of scopes in alphabetical order, each once.
func canonicalScopes(text string) string {
	words := strings.Fields(text)
	slices.Sort(words)
	return strings.Join(slices.Compact(words), " ")
}
