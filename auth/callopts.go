package clerkauth

import (
	"log/slog"
	"slices"
	"strconv"
)

// CallOption changes one call of [Authenticator.Authenticate] or [Authenticator.Verify].
type CallOption func(*callConfig)

// callConfig is the configuration of one call. Its slices are never written to.
type callConfig struct {
	accepts           []TokenType
	parties           []string
	partyTrouble      *Error // what is wrong with the parties of the call
	partyFunc         func(string) bool
	allowMissingParty bool
	audience          []string
	oauthAudience     []string   // of OAuth tokens
	allowUnbound      bool       // OAuth tokens may have no audience
	templateAudience  []string   // of tokens of JWT templates
	anyTemplate       bool       // which may have any audience
	challenge         *challenge // what refusals tell OAuth clients
	requireAudience   bool
	issuer            []string
	allowPending      bool
	headerOnly        bool
}

// single is the type that is accepted where it is the only one.
func (c *callConfig) single() TokenType {
	if len(c.accepts) == 1 {
		return c.accepts[0]
	}
	return TokenNone
}

// AcceptTokens replaces [Config].AcceptTokens for this call; without arguments nothing is accepted.
func AcceptTokens(types ...TokenType) CallOption {
	types = slices.Clone(types)
	return func(c *callConfig) { c.accepts = types }
}

// WithAuthorizedParties replaces [Config].AuthorizedParties and [Config].AuthorizedPartyFunc for this call; without
// arguments the configured ones stay. What [New] would refuse, because no browser sends such an origin, answers every
// session token with 503 and is logged with the form that would match.
func WithAuthorizedParties(origins ...string) CallOption {
	origins = slices.Clone(origins)
	var trouble *Error
	for _, origin := range origins {
		if text := originTrouble(origin); text != "" {
			trouble = refuse(ReasonUnexpectedError, "WithAuthorizedParties: "+strconv.Quote(origin)+" "+text)
			break
		}
	}
	return func(c *callConfig) {
		if len(origins) > 0 {
			c.parties, c.partyFunc, c.partyTrouble = origins, nil, trouble
		}
	}
}

// WithAudience replaces [Config].Audience, OAuthAudience and TemplateAudience for this call, for tokens of every type
// and also for those that were verified before; without arguments the configured ones stay.
func WithAudience(audience ...string) CallOption {
	audience = slices.Clone(audience)
	return func(c *callConfig) {
		if len(audience) > 0 {
			c.audience, c.oauthAudience, c.templateAudience = audience, audience, audience
		}
	}
}

// AnyOAuthAudience accepts OAuth tokens whatever resource they are bound to for this call, also where [Config] names
// audiences. The caller must compare with [RequestState.Binding] before the token counts for anything.
func AnyOAuthAudience() CallOption {
	return func(c *callConfig) { c.oauthAudience = nil }
}

// AllowPending treats a session with open tasks as signed in for this call.
func AllowPending() CallOption {
	return func(c *callConfig) { c.allowPending = true }
}

// HeaderOnly is [Config].HeaderOnly for this call: cookies do not count, and a token that is only too old is refused
// with that reason. Routes of an API that no browser calls by itself need no defence against forged requests then.
func HeaderOnly() CallOption {
	return func(c *callConfig) { c.headerOnly = true }
}

// callConfig returns the configuration of a call. Without options nothing is allocated.
func (a *Authenticator) callConfig(opts []CallOption) *callConfig {
	return a.configured(&a.defaults, opts)
}

// configured returns a configuration that options have changed, or the same without options.
func (a *Authenticator) configured(base *callConfig, opts []CallOption) *callConfig {
	if len(opts) == 0 {
		return base
	}
	c := *base
	for _, opt := range opts {
		if opt != nil {
			opt(&c)
		}
	}
	if c.partyTrouble != nil {
		a.warnings.warn("clerkauth: an option of a call cannot work", slog.String("cause", c.partyTrouble.message))
	}
	return &c
}
