package clerkauth

import (
	"errors"
	"slices"
	"strings"
)

// HeaderCSP is the name of the header that [ContentSecurityPolicy] is for.
const HeaderCSP = "Content-Security-Policy"

// Sources of other services that ClerkJS loads from.
const (
	sourceSelf      = "'self'"
	sourceBots      = "https://challenges.cloudflare.com" // protection against bots
	sourceImages    = "https://img.clerk.com"
	sourceProtect   = "https://*.protect.clerk.com"   // protection against fraud
	sourceProtectIn = "https://*.protect.clerk.com:*" // which answers on other ports, too
	sourceTelemetry = "https://clerk-telemetry.com"   // of development instances
)

// ContentSecurityPolicy is a policy by directive, such as "script-src", each with its sources. [PublishableKey] makes
// the one that ClerkJS needs; add what the application loads itself. It is not safe for concurrent changes.
type ContentSecurityPolicy map[string][]string

// cspOrder is the order in which directives are written; others follow by name.
var cspOrder = [...]string{
	"default-src", "script-src", "connect-src", "img-src", "worker-src", "style-src", "frame-src", "form-action",
}

// ContentSecurityPolicy returns the policy that pages with ClerkJS need: the Frontend API of this instance and the
// services that ClerkJS uses. frontendAPI is the base of the Frontend API where that is not the host of the key:
// [Config].ProxyURL, or the domain of a satellite, as [PublishableKey.FrontendAPIFor] returns it; empty is the host of
// the key. Inline scripts are not allowed: give those of the page a nonce. ClerkJS sets styles inline, so style-src
// allows that. Clerk's page: https://clerk.com/docs/guides/secure/best-practices/csp-headers
func (k PublishableKey) ContentSecurityPolicy(frontendAPI string) ContentSecurityPolicy {
	frontend := sourceSelf
	switch u, ok := parseWebURL(frontendAPI); {
	case ok:
		frontend = originOf(u)
	case isLocalPath(frontendAPI), k.IsZero():
	case k.local:
		host, _, _ := strings.Cut(k.frontendAPI, "/")
		frontend = "http://" + host
	case frontendAPI != "" && validHost(frontendAPI):
		frontend = "https://" + frontendAPI
	default:
		frontend = "https://" + k.frontendAPI
	}
	policy := ContentSecurityPolicy{}
	policy.Add("default-src", sourceSelf)
	policy.Add("script-src", sourceSelf, frontend, sourceBots, sourceProtect)
	policy.Add("connect-src", sourceSelf, frontend, sourceProtectIn)
	policy.Add("img-src", sourceSelf, sourceImages)
	policy.Add("worker-src", sourceSelf, "blob:")
	policy.Add("style-src", sourceSelf, "'unsafe-inline'")
	policy.Add("frame-src", sourceSelf, sourceBots, sourceProtect)
	policy.Add("form-action", sourceSelf)
	if k.Instance() == Development && !k.local {
		policy.Add("connect-src", sourceTelemetry)
	}
	return policy
}

// Add adds sources to a directive, each once.
func (p ContentSecurityPolicy) Add(directive string, sources ...string) {
	for _, source := range sources {
		if !slices.Contains(p[directive], source) {
			p[directive] = append(p[directive], source)
		}
	}
}

// WithNonce returns a copy in which inline scripts with this nonce run. A nonce is made anew for every answer.
func (p ContentSecurityPolicy) WithNonce(nonce string) ContentSecurityPolicy {
	out := make(ContentSecurityPolicy, len(p))
	for directive, sources := range p {
		out[directive] = slices.Clone(sources)
	}
	out.Add("script-src", "'nonce-"+nonce+"'")
	return out
}

// Header returns the value of [HeaderCSP]. It returns an error if a directive or a source cannot stand in the header.
func (p ContentSecurityPolicy) Header() (string, error) {
	rank := func(directive string) int {
		if i := slices.Index(cspOrder[:], directive); i >= 0 {
			return i
		}
		return len(cspOrder)
	}
	directives := make([]string, 0, len(p))
	for directive := range p {
		directives = append(directives, directive)
	}
	slices.SortFunc(directives, func(a, b string) int {
		if d := rank(a) - rank(b); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	parts := make([]string, 0, len(directives))
	for _, directive := range directives {
		words := append([]string{directive}, p[directive]...)
		for _, word := range words {
			if word == "" || strings.ContainsFunc(word, func(r rune) bool { return r <= ' ' || r > '~' || r == ';' || r == ',' }) {
				return "", errors.New("clerkauth: ContentSecurityPolicy: a directive or source has a character that the header cannot hold")
			}
		}
		parts = append(parts, strings.Join(words, " "))
	}
	return strings.Join(parts, "; "), nil
}
