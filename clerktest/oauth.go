package clerktest

import (
	"cmp"
	"slices"
	"strings"
)

// OAuth controls the authorization server of an instance from Go. Make one with [Instance.OAuth]. Its methods end the
// test, or panic outside of one, when a call cannot succeed. It is safe for concurrent use.
type OAuth struct {
	in *Instance
}

// OAuth returns the authorization server of the instance.
func (in *Instance) OAuth() OAuth { return OAuth{in} }

// Issuer returns the address of the authorization server over plain http, for clients that do not trust the emulator's
// certificate: that of the emulator, with the frontend path unless the instance is the first one.
func (o OAuth) Issuer() string {
	if o.in.name == firstInstance {
		return o.in.URL()
	}
	return o.in.URL() + "/" + o.in.name + frontendSuffix
}

// Settings returns how the server behaves.
func (o OAuth) Settings() OAuthSettings {
	var s OAuthSettings
	_ = o.in.read(func(x *tx) error { s = x.oauthSettings(); return nil })
	return s
}

// Configure changes the settings with a function. Settings that are not valid end the test and change nothing.
func (o OAuth) Configure(edit func(*OAuthSettings)) {
	o.in.edit("OAuth.Configure", func(x *tx) error {
		return x.configureOAuth(func(s *OAuthSettings) error { edit(s); return nil })
	})
}

// AutoConsent grants every request from now on, at once and without a browser, as this user. The organization is the
// one that a client with the scope user:org:read acts for; it may be empty.
func (o OAuth) AutoConsent(userID, organizationID string) {
	o.in.edit("OAuth.AutoConsent", func(x *tx) error {
		if _, err := x.findUser(userID); err != nil {
			return err
		}
		return x.configureOAuth(func(s *OAuthSettings) error {
			s.Consent = OAuthConsent{Answer: ConsentAuto, UserID: userID, OrganizationID: organizationID}
			return nil
		})
	})
}

// DenyConsent refuses every request from now on.
func (o OAuth) DenyConsent() {
	o.Configure(func(s *OAuthSettings) { s.Consent = OAuthConsent{Answer: ConsentDeny} })
}

// AskForConsent leaves the answer to the user who is signed in, which is how an instance begins.
func (o OAuth) AskForConsent() { o.Configure(func(s *OAuthSettings) { s.Consent = OAuthConsent{} }) }

// OAuthClient is a client of the authorization server, which Clerk calls an OAuth application.
type OAuthClient struct {
	ID           string   `json:"id"` // of the application, oauthapp_
	ClientID     string   `json:"client_id"`
	ClientSecret string   `json:"client_secret,omitzero"` // empty for public clients
	Name         string   `json:"name"`
	RedirectURIs []string `json:"redirect_uris"`
	Scopes       []string `json:"scopes"`
	// Public clients have no secret and have to use PKCE.
	Public bool `json:"public"`
	// SkipConsent turns the consent screen off.
	SkipConsent bool `json:"skip_consent"`
	// DeviceGrant lets the client sign users in on another device.
	DeviceGrant bool `json:"device_grant"`
	// DynamicallyRegistered says that the client registered itself.
	DynamicallyRegistered bool `json:"dynamically_registered"`
	// MetadataDocument says that the client is known by its metadata document alone.
	MetadataDocument bool  `json:"metadata_document"`
	CreatedAt        int64 `json:"created_at"` // Unix milliseconds
}

// AddClient registers a client and returns it with its ids and, unless it is public, its secret. Without scopes it may
// ask for profile and email.
func (o OAuth) AddClient(client OAuthClient) OAuthClient {
	var out OAuthClient
	o.in.edit("OAuth.AddClient", func(x *tx) error {
		a, err := x.newOAuthClient(&client)
		if err != nil {
			return err
		}
		out = describeOAuthClient(a)
		return nil
	})
	return out
}

func (x *tx) newOAuthClient(client *OAuthClient) (*oauthApplication, error) {
	for _, uri := range client.RedirectURIs {
		if err := checkRedirectURI(uri); err != nil {
			return nil, err
		}
	}
	scopes := cmp.Or(joinScopes(client.Scopes), "profile email")
	if _, err := parseScopes(scopes); err != nil {
		return nil, err
	}
	a := &oauthApplication{
		ID: x.newID("oauthapp_"), ClientID: cmp.Or(client.ClientID, randomHex(12)), ClientSecret: cmp.Or(client.ClientSecret, randomHex(24)),
		Name: cmp.Or(client.Name, "Application"), RedirectURIs: slices.Clone(client.RedirectURIs), Scopes: canonicalScopes(scopes),
		ConsentScreen: !client.SkipConsent, PKCERequired: client.Public, Public: client.Public, DeviceGrant: client.DeviceGrant,
		CreatedAt: x.now, UpdatedAt: x.now,
	}
	if x.oauthClientByID(a.ClientID) != nil {
		return nil, errTaken("client_id")
	}
	tableOAuthApplications.put(x, a)
	return a, nil
}

// Clients returns every client, in the order of registration.
func (o OAuth) Clients() []OAuthClient {
	var out []OAuthClient
	_ = o.in.read(func(x *tx) error {
		out = mapped(tableOAuthApplications.all(x), describeOAuthClient)
		return nil
	})
	return out
}

func describeOAuthClient(a *oauthApplication) OAuthClient {
	client := OAuthClient{
		ID: a.ID, ClientID: a.ClientID, Name: a.Name, RedirectURIs: slices.Clone(a.RedirectURIs), Scopes: strings.Fields(a.Scopes), Public: a.Public,
		SkipConsent: !a.ConsentScreen, DeviceGrant: a.DeviceGrant, DynamicallyRegistered: a.Dynamic, MetadataDocument: a.Document, CreatedAt: a.CreatedAt,
	}
	if !a.Public {
		client.ClientSecret = a.ClientSecret
	}
	return client
}

// Log returns the latest requests to the server, oldest first.
func (o OAuth) Log() []OAuthLogEntry { return o.in.oauthLog.list() }
