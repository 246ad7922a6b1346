package clerktest

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// oauthRequest is an authorization request between the moment it is proven and the moment it is granted or denied.
type oauthRequest struct {
	ID           string   `json:"id"`
	ClientID     string   `json:"client_id"`
	RedirectURI  string   `json:"redirect_uri"` // where the answer goes
	Named        bool     `json:"named"`        // the request named the redirect URI
	State        string   `json:"state"`
	HasState     bool     `json:"has_state"`
	ResponseMode string   `json:"response_mode"`
	Scopes       []string `json:"scopes"`
	Prompt       []string `json:"prompt"`
	Challenge    string   `json:"challenge"`
	Resource     string   `json:"resource"`
	Nonce        string   `json:"nonce"`
	DeviceCode   string   `json:"device_code"` // of a device that asks, instead of a redirect URI
	UserCode     string   `json:"user_code"`
	SessionID    string   `json:"session_id"` // that was shown the consent page
	Token        string   `json:"token"`      // that the consent page sends back
	Earlier      string   `json:"earlier"`    // session of the browser when the request came
	CreatedAt    int64    `json:"created_at"`
}

var tableOAuthRequests = &table[*oauthRequest]{name: "oauth_requests", id: func(r *oauthRequest) string { return r.ID }}

// maxOAuthRequests bounds the requests that wait for a user. The oldest makes room.
const maxOAuthRequests = 10_000

// minState is how many characters a state has at least; it may be missing when PKCE is used.
const minState = 8

// authorize begins an authorization. What is wrong before client and redirect URI are proven is told on a page; what is
// wrong afterwards is told to the client.
func authorize(c *oauthCall) (oauthAnswer, error) {
	r, err := c.provenRequest()
	if err != nil {
		return oauthAnswer{}, err
	}
	if err := c.fillRequest(r); err != nil {
		return c.redirectError(r, err)
	}
	if s, _ := c.signedIn(); s != nil {
		r.Earlier = s.ID
	}
	return c.proceed(r)
}

func (c *oauthCall) readAuthorization() (err error) {
	if c.r.Method == http.MethodPost {
		c.params, err = readOAuthForm(c.r)
		return err
	}
	c.params, err = parseOAuthParameters(c.r.URL.RawQuery)
	return err
}

// provenRequest is a request whose client is known and whose redirect URI belongs to it.
func (c *oauthCall) provenRequest() (*oauthRequest, error) {
	p := c.params
	if p.repeated == "client_id" || p.repeated == "redirect_uri" {
		return nil, errInvalidRequest("the parameter " + p.repeated + " is repeated")
	}
	a, err := c.authorizingClient(p.get("client_id"))
	if err != nil {
		return nil, err
	}
	c.client, c.note.ClientID = a, a.ClientID
	r := &oauthRequest{
		ID: c.tx.newID("oauthreq_"), ClientID: a.ClientID, RedirectURI: p.get("redirect_uri"), State: p.get("state"),
		ResponseMode: p.get("response_mode"), Challenge: p.get("code_challenge"), Resource: p.get("resource"),
		Nonce: p.get("nonce"), CreatedAt: c.tx.now,
	}
	_, r.HasState = p.values["state"]
	r.Named = r.RedirectURI != ""
	s := c.tx.oauthSettings()
	switch {
	case !r.Named && len(a.RedirectURIs) == 1:
		r.RedirectURI = a.RedirectURIs[0]
	case !r.Named || !a.redirectsTo(r.RedirectURI, s.LoopbackPorts):
		return nil, errInvalidRequest("redirect_uri is missing, or is not one of the client's redirect URIs, letter by letter")
	}
	// What the Backend API registered was not checked there.
	if checkRedirectURI(r.RedirectURI) != nil && !strings.HasPrefix(r.RedirectURI, "http://") {
		return nil, errInvalidRequest("redirect_uri has a scheme that codes are never sent to")
	}
	return r, nil
}

// authorizingClient is the client of an authorization request. One whose metadata document was fetched is made known.
func (c *oauthCall) authorizingClient(id string) (*oauthApplication, error) {
	if c.document != nil {
		return c.adoptDocument(id)
	}
	if a := c.tx.oauthClientByID(id); a != nil && !a.Document {
		return a, nil
	}
	return nil, errInvalidClient()
}

// fillRequest checks everything else.
func (c *oauthCall) fillRequest(r *oauthRequest) (err error) {
	p := c.params
	switch {
	case p.repeated == "resource":
		return errInvalidTarget("the request may name one resource")
	case p.repeated != "":
		return errInvalidRequest("the parameter " + p.repeated + " is repeated")
	case p.get("response_type") == "":
		return errInvalidRequest("response_type is missing")
	case p.get("response_type") != "code":
		return newOAuthError(http.StatusBadRequest, "unsupported_response_type", "response_type has to be code")
	case r.ResponseMode != "" && r.ResponseMode != "query" && r.ResponseMode != "form_post":
		return errInvalidRequest("response_mode has to be query or form_post")
	case p.get("request") != "":
		return newOAuthError(http.StatusBadRequest, "request_not_supported", "request objects are not supported")
	case p.get("request_uri") != "":
		return newOAuthError(http.StatusBadRequest, "request_uri_not_supported", "request objects are not supported")
	}
	if err := c.checkChallenge(r); err != nil {
		return err
	}
	if r.Challenge == "" && len([]rune(r.State)) < minState {
		return errInvalidRequest("state needs at least 8 characters, unless PKCE is used")
	}
	if r.Prompt, err = parsePrompt(p.get("prompt")); err != nil {
		return err
	}
	if r.Scopes, err = c.tx.grantableScopes(c.client, p.get("scope")); err != nil {
		return err
	}
	s := c.tx.oauthSettings()
	c.note.Scope, c.note.Resource = joinScopes(r.Scopes), r.Resource
	return s.checkTarget(r.Resource)
}

// checkChallenge demands PKCE of public clients, with S256 only.
func (c *oauthCall) checkChallenge(r *oauthRequest) error {
	method := c.params.get("code_challenge_method")
	switch {
	case r.Challenge == "" && (c.client.Public || c.client.PKCERequired):
		return errInvalidRequest("code_challenge is missing: this client has to use PKCE")
	case r.Challenge == "" && method == "":
		return nil
	case method != "S256":
		return errInvalidRequest("code_challenge_method has to be S256")
	case len(r.Challenge) != 43 || !isUnreserved(r.Challenge):
		return errInvalidRequest("code_challenge is not the base64url form of a SHA-256 digest")
	}
	return nil
}

func parsePrompt(text string) ([]string, error) {
	prompts := strings.Fields(text)
	for _, prompt := range prompts {
		if prompt != "none" && prompt != "login" && prompt != "consent" {
			return nil, errInvalidRequest("prompt has to be a list of login and consent, or none")
		}
	}
	if len(prompts) > 1 && slices.Contains(prompts, "none") {
		return nil, errInvalidRequest("prompt none stands alone")
	}
	return prompts, nil
}

func (r *oauthRequest) prompts(what string) bool { return slices.Contains(r.Prompt, what) }

// wantsLaterThan reports whether the request asks for a sign-in after it and the session is from before. While the clock stands
// still both have the same time.
func (r *oauthRequest) wantsLaterThan(s *session) bool {
	return r.prompts("login") && (s.CreatedAt < r.CreatedAt || s.ID == r.Earlier)
}

// proceed answers a request at once when nobody has to be asked, and else asks.
func (c *oauthCall) proceed(r *oauthRequest) (oauthAnswer, error) {
	consent := c.tx.oauthSettings().Consent
	switch consent.Answer {
	case ConsentDeny:
		return c.redirectError(r, errAccessDenied())
	case ConsentAuto:
		u := tableUsers.get(c.tx, consent.UserID)
		if u == nil || c.tx.checkSignIn(u) != nil {
			return c.redirectError(r, newOAuthError(http.StatusBadRequest, "login_required", "the user of the automatic consent does not exist, or may not sign in"))
		}
		return c.grantRequest(r, u, nil, consent.OrganizationID)
	}
	return c.ask(r)
}

// ask leads to the sign-in page, shows the consent page, or grants what was agreed to before.
func (c *oauthCall) ask(r *oauthRequest) (oauthAnswer, error) {
	s, u := c.signedIn()
	switch {
	case u == nil && r.prompts("none"):
		return c.redirectError(r, newOAuthError(http.StatusBadRequest, "login_required", "nobody is signed in"))
	case u == nil:
		c.keepRequest(r)
		return c.toSignIn(r), nil
	case r.wantsLaterThan(s):
		return c.askFor(r, s, signInAgainPage)
	}
	orgID, agreed := c.tx.agreedBefore(c.client, u, r)
	switch {
	case agreed && !r.prompts("consent"):
		return c.grantRequest(r, u, s, orgID)
	case r.prompts("none"):
		return c.redirectError(r, newOAuthError(http.StatusBadRequest, "consent_required", "the user has not agreed yet"))
	}
	return c.askFor(r, s, consentPage)
}

// keepRequest stores a request, and forgets those whose time is over.
func (c *oauthCall) keepRequest(r *oauthRequest) {
	tableOAuthRequests.dropOldest(c.tx, func(old *oauthRequest) bool {
		return old.CreatedAt+oauthRequestLife <= c.tx.now || tableOAuthRequests.size(c.tx) >= maxOAuthRequests
	})
	tableOAuthRequests.put(c.tx, r)
}

// toSignIn leads to the sign-in page of the instance, and from there back to the request.
func (c *oauthCall) toSignIn(r *oauthRequest) oauthAnswer {
	back := c.base() + "/oauth/continue?request=" + url.QueryEscape(r.ID)
	return oauthAnswer{location: withQuery(c.base()+"/sign-in", "redirect_url", back), status: http.StatusSeeOther}
}

// keptRequest returns the request of an id whose time is not over, with its client.
func (c *oauthCall) keptRequest(id string) (*oauthRequest, error) {
	r := tableOAuthRequests.get(c.tx, id)
	if r == nil || r.CreatedAt+oauthRequestLife <= c.tx.now {
		return nil, errInvalidRequest("this request is over: go back to the application and begin again")
	}
	if c.client = c.tx.oauthClientByID(r.ClientID); c.client == nil {
		return nil, errInvalidClient()
	}
	c.note.ClientID = r.ClientID
	return r, nil
}

// continueAuthorization goes on with a request after its user signed in.
func continueAuthorization(c *oauthCall) (oauthAnswer, error) {
	r, err := c.keptRequest(c.r.URL.Query().Get("request"))
	if err != nil {
		return oauthAnswer{}, err
	}
	return c.ask(r)
}
