package clerkmcp

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

const (
	// maxCatalog bounds the catalog: sets of scopes are words of 64 bits.
	maxCatalog = 64
	// maxScopeText bounds all scopes together, because longer headers do not pass every proxy.
	maxScopeText = 2 << 10
)

// clone returns a copy with the default values filled in, which the application cannot change.
func (c Config) clone() Config {
	c.Scopes, c.Baseline = slices.Clone(c.Scopes), slices.Clone(c.Baseline)
	c.Types, c.Origins = slices.Clone(c.Types), slices.Clone(c.Origins)
	c.Tools = maps.Clone(c.Tools)
	if c.Types == nil {
		c.Types = []clerkauth.TokenType{clerkauth.TokenOAuth}
	}
	if c.MaxBody == 0 {
		c.MaxBody = DefaultMaxBody
	}
	if c.MaxSessions == 0 {
		c.MaxSessions = DefaultMaxSessions
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
}

// check returns everything that is wrong with the configuration.
func (c *Config) check() error {
	var problems []error
	add := func(format string, args ...any) {
		problems = append(problems, fmt.Errorf("clerkmcp: New: "+format, args...))
	}
	if clerkauth.IsMissing(c.Authenticator) {
		add("Authenticator is required")
	}
	if problem := checkResource(c.Resource); problem != "" {
		add("Resource %s", problem)
	}
	if !isOrigin(c.AuthorizationServer) {
		add("AuthorizationServer must be an origin such as https://clerk.example.com, without a path or a slash at the end")
	}
	if c.Documentation != "" && !isWebURL(c.Documentation) {
		add("Documentation must be an absolute URL")
	}
	c.checkScopes(add)
	c.checkTypes(add)
	for _, origin := range c.Origins {
		if origin != "*" && !isOrigin(origin) {
			add("Origins: %q is neither * nor an origin such as https://app.example.com", origin)
		}
	}
	if c.MaxBody < 0 || c.MaxSessions < 0 {
		add("MaxBody and MaxSessions must not be negative")
	}
	return errors.Join(problems...)
}

func (c *Config) checkScopes(add func(string, ...any)) {
	known, length := map[string]bool{}, 0
	for _, scope := range c.Scopes {
		switch {
		case scope.Name == "" || !quotable(scope.Name) || strings.Contains(scope.Name, " "):
			add("Scopes: %q is not the name of a scope (RFC 6749, section 3.3)", scope.Name)
		case known[scope.Name]:
			add("Scopes: %s is listed twice", scope.Name)
		case scope.Name == "offline_access":
			add("Scopes: offline_access is not a scope of a resource, clients ask for it by themselves")
		case !quotable(scope.Label):
			add("Scopes: the label of %s has characters other than printable ASCII, or quotes", scope.Name)
		}
		known[scope.Name] = true
		length += len(scope.Name) + 1 + len(scope.Label)
	}
	if len(c.Scopes) > maxCatalog || length > maxScopeText {
		add("Scopes has more than %d scopes or %d characters", maxCatalog, maxScopeText)
	}
	inCatalog := func(where string, scopes []string) {
		for _, name := range scopes {
			if !known[name] {
				add("%s: %q is not in Scopes", where, name)
			}
		}
	}
	inCatalog("Baseline", c.Baseline)
	for _, tool := range slices.Sorted(maps.Keys(c.Tools)) {
		inCatalog("Tools: "+tool, c.Tools[tool])
	}
	if c.AllowUnlistedTools && c.Tools == nil {
		add("AllowUnlistedTools means nothing without Tools")
	}
}

func (c *Config) checkTypes(add func(string, ...any)) {
	if len(c.Types) == 0 {
		add("Types is empty, so that no credential would be accepted")
	}
	for _, t := range c.Types {
		switch t {
		case clerkauth.TokenOAuth, clerkauth.TokenAPIKey, clerkauth.TokenM2M:
		default:
			add("Types: %q is no credential for an MCP server", t)
		}
	}
	oauth := slices.Contains(c.Types, clerkauth.TokenOAuth)
	switch {
	case c.AcceptUnboundTokens && !oauth, c.AcceptUnexpiring && !oauth:
		add("AcceptUnboundTokens and AcceptUnexpiring are about OAuth tokens, which Types does not accept")
	case c.AcceptUnboundTokens && len(c.Baseline) == 0:
		add("AcceptUnboundTokens without Baseline would accept every OAuth token of the instance")
	}
}

// checkResource says what is wrong with the address of the server.
func checkResource(resource string) string {
	if _, err := clerkauth.ResourceMetadataURL(resource); err != nil {
		return "must be an absolute https URL without a fragment, or one of this machine"
	}
	u, err := url.Parse(resource)
	switch {
	case err != nil, u.User != nil:
		return "must not have a user"
	case strings.Contains(resource, "?"):
		return "must not have a query"
	case strings.ContainsAny(resource, "{}"), strings.Contains(u.EscapedPath(), "//"):
		return "must have a path without braces and empty segments"
	case !isOrigin(strings.TrimSuffix(resource, u.EscapedPath())):
		return "must have its scheme and host in lower case, no default port, and an escaped path"
	}
	return ""
}

// isOrigin reports whether a text is an origin as browsers write it, with https or of this machine.
func isOrigin(text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || text != u.Scheme+"://"+strings.ToLower(u.Host) || strings.HasSuffix(u.Host, ":") {
		return false
	}
	switch u.Scheme {
	case "https":
		return u.Port() != "443"
	case "http":
		return u.Port() != "80" && isLoopback(u.Hostname())
	}
	return false
}

func isLoopback(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

func isWebURL(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Host != "" && (u.Scheme == "https" || u.Scheme == "http")
}

// quotable reports whether a text may stand between quotes in a challenge (RFC 6750, section 3).
func quotable(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' || r == '"' || r == '\\' })
}
