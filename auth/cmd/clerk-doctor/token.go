package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// known maps the beginnings of credentials to what they are. None of these is a token that requests carry.
func known(token string) (what, do string) {
	for _, k := range []struct{ prefix, what, do string }{
		{"sk_", "a secret key", "Never send it anywhere but to Clerk. If a client has it, make a new one in Clerk's dashboard."},
		{"pk_", "a publishable key", "Send the session token: in a browser, await Clerk.session.getToken()."},
		{"whsec_", "a signing secret of webhooks", "It belongs into CLERK_WEBHOOK_SIGNING_SECRET, not into a request."},
		{"dvb_", "the token of a development browser", "It belongs into the cookie __clerk_db_jwt; the session token is another one."},
		{"sess_", "the id of a session", "An id proves nothing. Send the session token: await Clerk.session.getToken()."},
		{"user_", "the id of a user", "An id proves nothing. Send the session token: await Clerk.session.getToken()."},
	} {
		if strings.HasPrefix(token, k.prefix) {
			return k.what, k.do
		}
	}
	return "", ""
}

// names says in words what each type of token is.
var names = map[clerkauth.TokenType]string{
	clerkauth.TokenSession:  "a session token",
	clerkauth.TokenAPIKey:   "an API key",
	clerkauth.TokenM2M:      "an M2M token",
	clerkauth.TokenOAuth:    "an OAuth access token",
	clerkauth.TokenTemplate: "a token of a JWT template",
}

// examineToken says what a token is and whether this application accepts it.
func (p *patient) examineToken(ctx context.Context, r *report, token string) {
	if what, do := known(token); what != "" {
		r.wrong("token", do, "this is %s, not a token", what)
		return
	}
	class := clerkauth.ClassifyToken(token)
	if class == clerkauth.TokenSession && strings.Count(token, ".") != 2 {
		r.wrong("token", "Send the token alone, as Authorization: Bearer TOKEN.", "this is none of Clerk's tokens")
		return
	}
	r.ok("token", "it is %s", names[class])
	state := p.authn.AuthenticateToken(ctx, token, clerkauth.AcceptTokens(append(clerkauth.AnyToken(), clerkauth.TokenTemplate)...))
	if err := state.Require(); err != nil {
		p.explainToken(r, token, err)
		return
	}
	if !slices.Contains(accepted(p.config), class) {
		r.warn("token", "Accept it where it belongs: clerkauth.AcceptTokens on the route, or Config.AcceptTokens.",
			"it is valid, and refused where only session tokens are accepted (token-type-mismatch)")
		return
	}
	r.ok("token", "it is valid for this application")
}

func accepted(config clerkauth.Config) []clerkauth.TokenType {
	if config.AcceptTokens == nil {
		return []clerkauth.TokenType{clerkauth.TokenSession}
	}
	return config.AcceptTokens
}

// contents is what a token says about itself. Nothing of it is believed; it explains a refusal. It holds nothing that
// tells who the token is of.
type contents struct {
	keyID     string
	Issuer    string      `json:"iss"`
	Party     *string     `json:"azp"`
	Expires   json.Number `json:"exp"`
	NotBefore json.Number `json:"nbf"`
}

func read(token string) (c contents, ok bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return c, false
	}
	var header struct {
		KeyID string `json:"kid"`
	}
	for i, into := range []any{&header, &c} {
		text, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil || json.Unmarshal(text, into) != nil {
			return c, false
		}
	}
	c.keyID = header.KeyID
	return c, true
}

// explainToken says why a token is refused, with the two values that do not agree.
func (p *patient) explainToken(r *report, token string, err error) {
	reason := clerkauth.ReasonUnexpectedError
	var refusal *clerkauth.Error
	if errors.As(err, &refusal) {
		reason = refusal.Reason
	}
	e := explain(reason)
	c, _ := read(token)
	found := e.means
	switch reason {
	case clerkauth.ReasonTokenExpired:
		found += ago(", since ", c.Expires, time.Since)
	case clerkauth.ReasonTokenNotActiveYet:
		found += ago(", for another ", c.NotBefore, time.Until)
	case clerkauth.ReasonTokenInvalidAuthorizedParties:
		if c.Party != nil {
			found += ": it is of " + printable(*c.Party) + ", and CLERK_AUTHORIZED_PARTIES names " + strings.Join(p.config.AuthorizedParties, ", ")
		}
	case clerkauth.ReasonJWKKidMismatch, clerkauth.ReasonTokenInvalidIssuer:
		if c.Issuer != "" && !slices.Contains(p.issuers, c.Issuer) {
			found += ": it says it is from " + printable(c.Issuer) + ", and the publishable key names " + p.key.FrontendAPI()
		}
	}
	r.wrong("token", e.do, "%s (%s)", found, reason)
}

// ago returns prefix and the time between a second of the epoch and now, or nothing where there is no such second.
func ago(prefix string, second json.Number, between func(time.Time) time.Duration) string {
	n, err := second.Float64()
	if err != nil || n <= 0 || n > 1e12 {
		return ""
	}
	return prefix + between(time.Unix(int64(n), 0)).Round(time.Second).String()
}

// printable bounds foreign text and takes away what a terminal would act upon.
func printable(text string) string {
	if len(text) > 200 {
		text = text[:200] + "…"
	}
	return strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7f || c >= 0x80 && c < 0xa0 {
			return '?'
		}
		return c
	}, text)
}
