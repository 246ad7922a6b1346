package clerkmcp

import (
	"encoding/json"
	"net/http"
	"time"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// Limits that hold where the configuration names none.
const (
	// DefaultMaxBody is the largest request body in bytes: 1 MiB.
	DefaultMaxBody = 1 << 20
	// DefaultMaxSessions is how many sessions are remembered.
	DefaultMaxSessions = 10_000
)

// Scope is a scope that the authorization server grants for this resource.
type Scope struct {
	// Name is what stands in tokens, such as notes:write.
	Name string
	// Label says in a few words of ASCII what the scope allows, such as "change notes". Clients may show it to the user
	// who is asked for the scope. It may be empty.
	Label string
}

// Config describes an MCP server to protect. [New] checks it as a whole.
type Config struct {
	// Authenticator verifies the tokens. It is required. Its own audiences do not matter here: an OAuth token must be
	// bound to Resource. [*clerkauth.Instances] choose by the request, and a session belongs to the instance that it began
	// at; all instances share the metadata, so those with an authorization server of their own need a guard each.
	Authenticator clerkauth.RequestAuthenticator
	// Resource is the URL of the MCP server, byte for byte as clients are given it, such as https://example.com/mcp. It is
	// required, and has https or an address of this machine. It is never taken from a request, because a proxy in front
	// may change what a request says.
	Resource string
	// AuthorizationServer is the origin that issues the tokens: Clerk's Frontend API, such as https://clerk.example.com.
	// It is required.
	AuthorizationServer string
	// Name is what clients may call this server in front of the user. It may be empty.
	Name string
	// Documentation is the URL of a page about this server. It may be empty.
	Documentation string

	// Scopes is the catalog: all scopes that this server knows, at most 64, in the order in which clients are told them.
	// The authorization server must be able to grant each of them.
	Scopes []Scope
	// Baseline are the scopes that every request needs.
	Baseline []string
	// AskForAllScopes tells clients that have no valid token all scopes of the catalog in place of those that their
	// request needs. At Clerk a client that registers itself may ask for no other scopes than those it registered with,
	// and many register with the first scopes that they are told: they cannot ask for more when a tool needs it.
	AskForAllScopes bool
	// Tools are the scopes that a tool needs besides the baseline. A tool that is not listed is refused as unknown. Nil
	// lets all tools be called with the baseline.
	Tools map[string][]string
	// AllowUnlistedTools lets tools that Tools does not list be called with the baseline.
	AllowUnlistedTools bool
	// ToolScopes names further scopes that a call needs, by the tool and its arguments; nil names none. It is called
	// before the arguments are checked against the schema of the tool, possibly several times at once, and must not keep
	// or change them. A scope outside of the catalog fails the call.
	ToolScopes func(tool string, arguments json.RawMessage) []string

	// Types are the classes of credentials that are accepted: OAuth tokens, API keys and M2M tokens. Nil accepts OAuth
	// tokens only. The scopes of an M2M token are machines, so one passes only where no scopes are needed.
	Types []clerkauth.TokenType
	// AcceptUnboundTokens accepts OAuth tokens that name no resource, which Clerk issues to clients that asked for none or
	// where the instance leaves it out. The scopes of Baseline are then all that distinguishes a token for this server, so
	// Baseline must name one. A token for another resource is refused in any case.
	AcceptUnboundTokens bool
	// AcceptUnexpiring accepts OAuth tokens for which no expiry is known.
	AcceptUnexpiring bool
	// ToolErrorInstead403 answers a tool call that lacks a scope with an error result that the model reads, in place of
	// the status 403 that lets a client ask the user for the scope. It is for clients that end the connection on 403.
	ToolErrorInstead403 bool
	// PublicDiscovery lets callers without a token start a session and list tools, prompts and resources. Whatever does or
	// reads something still needs a token.
	PublicDiscovery bool

	// SharedOrigin says that other resources live on the same origin, so that the metadata are served at the path of this
	// resource only.
	SharedOrigin bool
	// Origins are the origins of web pages that may call this server from a browser, such as https://app.example.com; "*"
	// is all. The origin of Resource may always. Requests of other pages are refused.
	Origins []string

	// MaxBody is the largest request body in bytes; zero is [DefaultMaxBody].
	MaxBody int64
	// MaxSessions is how many sessions of MCP are remembered, to bind each to the one who began it; zero is
	// [DefaultMaxSessions]. Beyond it the session that was not used for the longest time ends.
	MaxSessions int
	// Stateless says that the handler keeps no sessions. The header Mcp-Session-Id then never reaches it.
	Stateless bool

	// HTTPClient fetches the metadata that [Guard.AuthorizationServerMetadata] passes on; nil is a client of our own.
	HTTPClient *http.Client
	// Now is the clock by which streams end; nil is [time.Now].
	Now func() time.Time
}
