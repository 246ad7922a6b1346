package clerktest

import (
	"cmp"
	"crypto/subtle"
	"net/url"
)

// providerPage plays every provider: people say there who they are, or that they do not want to.
func providerPage() *webPage {
	return &webPage{
		path: "/provider", title: "Continue with a provider", show: showProvider,
		acts: map[string]func(*pageCall) (redirectAnswer, error){"allow": actAllow, "deny": actDeny},
	}
}

// providerPageView is whom the provider knows.
type providerPageView struct {
	Provider string
	People   []pickView
	Email    string // of the person who is expected, empty when anybody is
}

// providerGrant is whom a provider names to the callback of one visit, for the code that the browser takes along.
type providerGrant struct {
	State     string           `json:"state"`
	Code      string           `json:"code"`
	Identity  externalIdentity `json:"identity"`
	ExpiresAt int64            `json:"expires_at"`
}

var tableProviderGrants = &table[*providerGrant]{name: "provider_grants", id: func(g *providerGrant) string { return g.State }}

// visitOf finds the visit that a state belongs to, nil when there is none.
func (x *tx) visitOf(state string) *factorVerification {
	if state == "" {
		return nil
	}
	if v := tableAccountVisits.first(x, "token", state); v != nil {
		return &v.Visit
	}
	if s := tableSignIns.first(x, "token", state); s != nil && s.First.ProviderURL != "" {
		return s.First
	}
	if s := tableSignUps.first(x, "token", state); s != nil && s.ExternalVerification != nil && s.ExternalVerification.Token == state {
		return s.ExternalVerification
	}
	return nil
}

// visit is the visit of the page, as long as it may go on.
func (c *pageCall) visit() (*factorVerification, error) {
	v := c.tx.visitOf(c.query.Get("state"))
	if v == nil {
		return nil, errVisitUnknown()
	}
	return v, c.tx.checkVisit(v)
}

func errVisitUnknown() *apiError {
	return errBadRequest("oauth_callback_invalid", "There is no visit to a provider with this state, or it is over.")
}

func showProvider(c *pageCall) (any, error) {
	v, err := c.visit()
	if err != nil {
		return nil, err
	}
	out := &providerPageView{Provider: cmp.Or(c.tx.userSettings().Social[v.Strategy].Name, providerOf(v.Strategy))}
	connection := c.tx.activeConnection(v.ConnectionID)
	if connection != nil {
		out.Provider, out.Email = connection.Name, v.Value
	}
	for u := range tableUsers.each(c.tx) {
		if len(out.People) == maxPicks {
			break
		}
		if email := primaryValue(u.Emails, u.PrimaryEmailID); email != "" && (connection == nil || connection.serves(email)) {
			out.People = append(out.People, pickView{ID: email, Name: displayName(u), Identifier: email})
		}
	}
	return out, nil
}

// actAllow tells the callback who the person is: the identity stays here, and the browser takes along a code that
// stands for it once.
func actAllow(c *pageCall) (redirectAnswer, error) {
	if _, err := c.visit(); err != nil {
		return redirectAnswer{}, err
	}
	email, ok := parseEmail(cmp.Or(c.values.Get("person"), c.values.Get("email_address")))
	if !ok {
		return redirectAnswer{}, paramError("form_param_format_invalid", "email_address", "is invalid", "Enter an e-mail address.")
	}
	identity := &externalIdentity{ID: email, Email: email, FirstName: c.values.Get("first_name"), LastName: c.values.Get("last_name")}
	if u := c.tx.userByEmail(email); u != nil {
		identity.FirstName, identity.LastName = cmp.Or(identity.FirstName, text(u.FirstName)), cmp.Or(identity.LastName, text(u.LastName))
	}
	state := c.query.Get("state")
	code := c.tx.grantVisit(state, identity)
	return redirectAnswer{location: "v1/oauth_callback?state=" + url.QueryEscape(state) + "&code=" + code}, nil
}

func actDeny(c *pageCall) (redirectAnswer, error) {
	if _, err := c.visit(); err != nil {
		return redirectAnswer{}, err
	}
	return redirectAnswer{location: "v1/oauth_callback?error=access_denied&state=" + url.QueryEscape(c.query.Get("state"))}, nil
}

// grantVisit keeps an identity for the callback and returns the code that stands for it once. Grants whose time is over
// go.
func (x *tx) grantVisit(state string, identity *externalIdentity) string {
	tableProviderGrants.dropOldest(x, func(old *providerGrant) bool { return old.ExpiresAt <= x.now })
	g := &providerGrant{State: state, Code: randomHex(24), Identity: *identity, ExpiresAt: x.time.Add(providerVisit).UnixMilli()}
	tableProviderGrants.put(x, g)
	return g.Code
}

// grantedIdentity takes the identity that a code stands for.
func (x *tx) grantedIdentity(state, code string) (*externalIdentity, error) {
	g := tableProviderGrants.get(x, state)
	if g == nil || g.ExpiresAt <= x.now || subtle.ConstantTimeCompare([]byte(g.Code), []byte(code)) != 1 {
		return nil, errBadRequest("oauth_callback_invalid", "This code was not issued for this visit to the provider.")
	}
	tableProviderGrants.delete(x, state)
	identity := g.Identity
	return &identity, nil
}
