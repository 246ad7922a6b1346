package clerktest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// externalIdentity is whom a provider says that somebody is.
type externalIdentity struct {
	Strategy  string `json:"strategy"`
	ID        string `json:"id"` // at the provider
	Email     string `json:"email"`
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name"`

	ConnectionID string `json:"connection_id,omitzero"` // the enterprise connection that it came by
}

// providerVisit is how long a visit to a provider may take.
const providerVisit = 10 * time.Minute

// providerFamily is OAuth, with a page of the emulator that plays every provider.
func providerFamily() family {
	return family{tables: []anyTable{tableProviderGrants}, frontend: map[string]frontendEndpoint{
		"getOauthCallback":  {write: returnFromProvider, anyone: true},
		"postOauthCallback": {write: returnFromProvider, anyone: true},
	}}
}

// visitProvider begins a visit to a provider that the instance allows.
func (c *frontendCall) visitProvider(in *factorInput) (*factorVerification, error) {
	social := c.tx.userSettings().Social[in.Strategy]
	if !social.Enabled || !social.Authenticatable {
		return nil, paramError("oauth_provider_not_enabled", "strategy", "is not enabled", "This provider is not enabled: allow it in the instance's user settings.")
	}
	return c.newVisit(in.Strategy, in)
}

// newVisit begins a visit that comes back to the application.
func (c *frontendCall) newVisit(strategy string, in *factorInput) (*factorVerification, error) {
	if err := c.checkRedirect(in.RedirectURL); err != nil {
		return nil, err
	}
	if in.CompleteURL != "" {
		complete, err := absoluteURL(in.CompleteURL, in.RedirectURL)
		if err != nil {
			return nil, err
		}
		if err := c.checkRedirect(complete); err != nil {
			return nil, err
		}
		in.CompleteURL = complete
	}
	state := randomHex(24)
	return &factorVerification{
		Strategy: strategy, Token: state, RedirectURL: in.RedirectURL, CompleteURL: in.CompleteURL,
		ProviderURL: c.inst.pageURL("/provider?state=") + state,
		oneTimeCode: oneTimeCode{Status: "unverified", ExpireAt: c.tx.time.Add(providerVisit).UnixMilli()},
	}, nil
}

// absoluteURL resolves an address on that of a page.
func absoluteURL(address, page string) (string, error) {
	base, err := url.Parse(page)
	if err != nil {
		return "", errParamFormat("redirect_url", "an absolute http or https URL")
	}
	u, err := base.Parse(address)
	if err != nil {
		return "", errParamFormat("action_complete_redirect_url", "a URL")
	}
	return u.String(), nil
}

// returnFromProvider ends a visit to a provider: it goes on with the sign-in or the sign-up that began it, and leads
// back to the application.
func returnFromProvider(c *frontendCall) (any, error) {
	var in struct {
		State string `json:"state"`
		Code  string `json:"code"`
		Error string `json:"error"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if c.r.Method == http.MethodGet {
		in.State, in.Code, in.Error = c.query.Get("state"), c.query.Get("code"), c.query.Get("error")
	}
	var identity *externalIdentity
	if in.Error == "" {
		var err error
		if identity, err = c.tx.grantedIdentity(in.State, in.Code); err != nil {
			return nil, err
		}
	}
	if v := tableAccountVisits.first(c.tx, "token", in.State); v != nil && in.State != "" {
		return c.accountFromProvider(v, identity)
	}
	if s := tableSignIns.first(c.tx, "token", in.State); s != nil && in.State != "" && s.First.ProviderURL != "" {
		return c.signInFromProvider(s, identity)
	}
	if s := tableSignUps.first(c.tx, "token", in.State); s != nil && in.State != "" {
		return c.signUpFromProvider(s, identity)
	}
	return nil, errVisitUnknown()
}

// checkVisit refuses a visit that took too long or was used already.
func (x *tx) checkVisit(v *factorVerification) error {
	if v.Status != "unverified" || v.ExpireAt <= x.now {
		return errBadRequest("oauth_callback_invalid", "This visit to the provider is over. Begin again.")
	}
	return nil
}

// signInFromProvider signs in whom the provider named. Somebody without an account may sign up with the same identity.
func (c *frontendCall) signInFromProvider(s *signInAttempt, identity *externalIdentity) (any, error) {
	if err := c.tx.checkVisit(s.First); err != nil {
		return nil, err
	}
	next, first := *s, *s.First
	next.First, first.Token = &first, ""
	if identity == nil {
		first.refuse("failed", "oauth_access_denied", "You did not allow access to your account.")
		tableSignIns.put(c.tx, &next)
		return redirectAnswer{location: first.RedirectURL}, nil
	}
	identity.Strategy, identity.ConnectionID = first.Strategy, first.ConnectionID
	if err := c.tx.checkIdentity(&first, identity); err != nil {
		first.refuseWith(err)
		tableSignIns.put(c.tx, &next)
		return redirectAnswer{location: first.RedirectURL}, nil
	}
	u := c.tx.externalUser(identity)
	if u == nil {
		next.External = identity
		first.refuse("transferable", "external_account_not_found", "There is no account yet for this external account.")
		tableSignIns.put(c.tx, &next)
		return redirectAnswer{location: first.RedirectURL}, nil
	}
	if err := c.tx.admit(u, identity); err != nil {
		first.refuseWith(err)
		tableSignIns.put(c.tx, &next)
		return redirectAnswer{location: first.RedirectURL}, nil
	}
	first.Status, next.UserID = "verified", u.ID
	tableSignIns.put(c.tx, &next)
	done, err := c.tx.completeSignIn(&next)
	if err != nil {
		return nil, err
	}
	return redirectAnswer{location: first.back(done.SessionID != nil)}, nil
}

// admit takes note of the account by which a user comes back, who may.
func (x *tx) admit(u *user, identity *externalIdentity) error {
	if err := x.checkReturn(u); err != nil {
		return err
	}
	return x.linkIdentity(u, identity)
}

// refuse gives a verification its end, with the reason that the page shows.
func (v *factorVerification) refuse(status, code, long string) {
	v.Status, v.Error = status, &errorItem{Code: code, Message: code, LongMessage: long}
}

func (v *factorVerification) refuseWith(err error) {
	if refused, ok := err.(*apiError); ok && len(refused.items) > 0 { //nolint:errorlint // rules return it as it is
		v.Status, v.Error = "failed", &refused.items[0]
		return
	}
	v.refuse("failed", "internal_clerk_error", "Something went wrong.")
}

// back is where the browser goes on.
func (v *factorVerification) back(complete bool) string {
	if complete && v.CompleteURL != "" {
		return v.CompleteURL
	}
	return v.RedirectURL
}

// externalUser is the user who has an external account, or whose verified e-mail address the provider vouches for.
func (x *tx) externalUser(identity *externalIdentity) *user {
	if u := tableUsers.first(x, "account", accountKey(identity.Strategy, identity.ID)); u != nil {
		return u
	}
	return x.userByEmail(identity.Email)
}

// proof is a verification that a provider's word for somebody has ended well. It has the time of the visit.
func (identity *externalIdentity) proof(visit *factorVerification) *factorVerification {
	return &factorVerification{
		Strategy: identity.Strategy, ConnectionID: identity.ConnectionID, oneTimeCode: oneTimeCode{Status: "verified", ExpireAt: visit.ExpireAt},
	}
}

// linkedTo reports whether the user has the external account.
func (identity *externalIdentity) linkedTo(u *user) bool {
	provider := providerOf(identity.Strategy)
	return slices.ContainsFunc(accountsOf(u), func(a accountFacts) bool {
		return a.ProviderUserID == identity.ID && providerOf(a.Provider) == provider
	})
}

func providerOf(strategy string) string { return strings.TrimPrefix(strategy, "oauth_") }

// linkExternal adds an external account to a user who lacks it.
func (x *tx) linkExternal(u *user, identity *externalIdentity) {
	if identity.linkedTo(u) {
		return
	}
	id := x.newID("eac_")
	raw, err := json.Marshal(map[string]any{
		"object": "external_account", "id": id, "external_account_id": id, "provider": identity.Strategy,
		"identification_id": x.newID("idn_"), "provider_user_id": identity.ID, "approved_scopes": "email profile",
		"email_address": identity.Email, "email_address_verified": true, "first_name": identity.FirstName, "last_name": identity.LastName,
		"avatar_url": "", "image_url": "", "username": nil, "phone_number": nil, "public_metadata": map[string]any{}, "label": nil,
		"created_at": x.now, "updated_at": x.now,
		"verification": map[string]any{
			"object": "verification_oauth", "status": "verified", "strategy": identity.Strategy, "attempts": nil, "expire_at": x.now, "error": nil,
		},
	})
	if err != nil {
		return
	}
	x.changeUser(u.ID, func(u *user) {
		u.ExternalAccounts = append(slices.Clip(u.ExternalAccounts), raw)
	})
}

// transferToSignIn goes on with an identity that a provider vouched for in a sign-up, because an account has it
// already.
func (c *frontendCall) transferToSignIn(s *signInAttempt) error {
	up := c.tx.currentSignUp(s.ClientID)
	if up == nil || up.External == nil || up.ExternalVerification == nil || up.ExternalVerification.Status != "transferable" {
		return errBadRequest("account_transfer_invalid", "There is nothing to transfer to a sign-in.")
	}
	u := c.tx.externalUser(up.External)
	if u == nil {
		return errUserGone()
	}
	s.UserID = u.ID
	s.First = up.External.proof(up.ExternalVerification)
	return c.tx.linkIdentity(u, up.External)
}
