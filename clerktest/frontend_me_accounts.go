package clerktest

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
)

// ownAccountsFamily is the part of the Frontend API about the accounts of the user at social providers.
func ownAccountsFamily() family {
	return family{
		tables: []anyTable{tableAccountVisits},
		frontend: map[string]frontendEndpoint{
			"postOAuthAccounts":           {write: sensitive(connectAccount)},
			"reauthorizeExternalAccount":  {write: reauthorizeAccount},
			"deleteExternalAccount":       {write: sensitive(byMe(deleteExternalAccount))},
			"revokeExternalAccountTokens": {write: revokeAccountTokens},
		},
		userGone: func(x *tx, userID string) { tableAccountVisits.deleteAll(x, "user", userID) },
	}
}

// accountVisit is a visit to a provider by somebody who is signed in and connects an account.
type accountVisit struct {
	AccountID string             `json:"account_id"` // of the account that is authorized again, or that comes to be
	UserID    string             `json:"user_id"`
	Visit     factorVerification `json:"visit"`
	Scopes    []string           `json:"scopes"`
	CreatedAt int64              `json:"created_at"`
}

var tableAccountVisits = &table[*accountVisit]{
	name: "account_visits",
	id:   func(v *accountVisit) string { return v.AccountID },
	indexes: map[string]func(*accountVisit) []string{
		"user":  func(v *accountVisit) []string { return []string{v.UserID} },
		"token": func(v *accountVisit) []string { return keysOf(v.Visit.Token) },
	},
}

// pendingAccountWire is an external account whose provider has not answered yet.
type pendingAccountWire struct {
	Object           string                  `json:"object"`
	ID               string                  `json:"id"`
	Provider         string                  `json:"provider"`
	IdentificationID string                  `json:"identification_id"`
	ProviderUserID   string                  `json:"provider_user_id"`
	ApprovedScopes   string                  `json:"approved_scopes"`
	EmailAddress     string                  `json:"email_address"`
	FirstName        string                  `json:"first_name"`
	LastName         string                  `json:"last_name"`
	PublicMetadata   metadata                `json:"public_metadata"`
	CreatedAt        int64                   `json:"created_at"`
	UpdatedAt        int64                   `json:"updated_at"`
	Verification     *factorVerificationWire `json:"verification"`
}

func wireAccountVisit(v *accountVisit) pendingAccountWire {
	return pendingAccountWire{
		Object: "external_account", ID: v.AccountID, Provider: v.Visit.Strategy, IdentificationID: "idn_" + bareID(v.AccountID),
		ApprovedScopes: strings.Join(v.Scopes, " "), PublicMetadata: emptyMetadata, CreatedAt: v.CreatedAt, UpdatedAt: v.CreatedAt,
		Verification: v.Visit.wire(),
	}
}

type accountInput struct {
	factorInput

	Scopes []string
}

// connectAccount begins to connect an account at a provider that the instance allows.
func connectAccount(c *frontendCall) (any, error) {
	var in accountInput
	if err := c.decodeAccount(&in); err != nil {
		return nil, err
	}
	for _, a := range accountsOf(c.user) {
		if providerOf(a.Provider) == providerOf(in.Strategy) {
			return nil, errBadRequest("external_account_exists", "An account at this provider is connected already.")
		}
	}
	return c.visitForAccount(c.tx.newID("eac_"), &in)
}

// decodeAccount reads a form whose scopes are one by one, or several in one text.
func (c *frontendCall) decodeAccount(in *accountInput) error {
	var scopes struct {
		List []string `json:"additional_scope"`
	}
	if err := errors.Join(c.decode(&in.factorInput), c.decode(&scopes)); err != nil {
		return err
	}
	for _, s := range scopes.List {
		in.Scopes = append(in.Scopes, strings.Fields(s)...)
	}
	return nil
}

func (c *frontendCall) visitForAccount(accountID string, in *accountInput) (any, error) {
	visit, err := c.visitProvider(&in.factorInput)
	if err != nil {
		return nil, err
	}
	v := &accountVisit{AccountID: accountID, UserID: c.user.ID, Visit: *visit, Scopes: in.Scopes, CreatedAt: c.tx.now}
	tableAccountVisits.deleteAll(c.tx, "user", c.user.ID)
	tableAccountVisits.put(c.tx, v)
	return wireAccountVisit(v), nil
}

// ownAccount is the connected account of the path.
func (c *frontendCall) ownAccount() (*accountFacts, error) {
	a := accountByID(c.user, c.param("external_account_id"))
	if a == nil {
		return nil, errNotFound("external account")
	}
	return a, nil
}

// accountByID is an account that a user has at a provider, nil when there is none with this id.
func accountByID(u *user, id string) *accountFacts {
	accounts := accountsOf(u)
	at := slices.IndexFunc(accounts, func(a accountFacts) bool { return a.ID == id || a.ExternalAccountID == id })
	if at < 0 {
		return nil
	}
	return &accounts[at]
}

// reauthorizeAccount visits the provider of an account again, for example for more scopes.
func reauthorizeAccount(c *frontendCall) (any, error) {
	var in accountInput
	if err := c.decodeAccount(&in); err != nil {
		return nil, err
	}
	a, err := c.ownAccount()
	if err != nil {
		return nil, err
	}
	in.Strategy = "oauth_" + providerOf(a.Provider)
	return c.visitForAccount(a.ID, &in)
}

func revokeAccountTokens(c *frontendCall) (any, error) {
	a, err := c.ownAccount()
	if err != nil {
		return nil, err
	}
	tableProviderTokens.delete(c.tx, a.ID)
	return c.me(), nil
}

// accountFromProvider ends the visit: the account is connected, unless somebody else has it. One that is authorized again has to
// be the same.
func (c *frontendCall) accountFromProvider(v *accountVisit, identity *externalIdentity) (any, error) {
	if err := c.tx.checkVisit(&v.Visit); err != nil {
		return nil, err
	}
	u := tableUsers.get(c.tx, v.UserID)
	if u == nil {
		return nil, errUserGone()
	}
	tableAccountVisits.delete(c.tx, v.AccountID)
	back := v.Visit.RedirectURL
	if identity == nil {
		return redirectAnswer{location: withQuery(back, "__clerk_status", "failed")}, nil
	}
	identity.Strategy = v.Visit.Strategy
	if other := c.tx.externalUser(identity); other != nil && other.ID != u.ID {
		return redirectAnswer{location: withQuery(back, "__clerk_status", "external_account_exists")}, nil
	}
	if a := accountByID(u, v.AccountID); a != nil && a.ProviderUserID != identity.ID {
		return redirectAnswer{location: withQuery(back, "__clerk_status", "failed")}, nil
	}
	c.tx.linkExternal(u, identity)
	c.tx.grantScopes(u.ID, identity, v.Scopes)
	return redirectAnswer{location: v.Visit.back(true)}, nil
}

// grantScopes adds what the provider lets the application do with an account.
func (x *tx) grantScopes(userID string, identity *externalIdentity, scopes []string) {
	if len(scopes) == 0 {
		return
	}
	x.changeUser(userID, func(u *user) {
		u.ExternalAccounts = slices.Clone(u.ExternalAccounts)
		for i, a := range accountsOf(u) {
			if accountKey(a.Provider, a.ProviderUserID) != accountKey(identity.Strategy, identity.ID) {
				continue
			}
			granted := strings.Fields(a.ApprovedScopes)
			for _, scope := range scopes {
				if !slices.Contains(granted, scope) {
					granted = append(granted, scope)
				}
			}
			u.ExternalAccounts[i] = setMember(u.ExternalAccounts[i], "approved_scopes", strings.Join(granted, " "))
		}
	})
}

// setMember gives a member of a JSON object another value.
func setMember(object json.RawMessage, name, value string) json.RawMessage {
	patch, err := json.Marshal(map[string]string{name: value})
	if err != nil {
		return object
	}
	return mergeValue(object, patch)
}
