package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// jsOptions are the options of a request authentication under the names that the JS SDK gives them.
type jsOptions map[string]json.RawMessage

func (o jsOptions) text(name string) string {
	var text string
	_ = json.Unmarshal(o[name], &text)
	return text
}

func (o jsOptions) flag(name string) bool {
	var flag bool
	_ = json.Unmarshal(o[name], &flag)
	return flag
}

// list reads a text or a list of texts; empty texts ask for nothing.
func (o jsOptions) list(name string) []string {
	var list []string
	if json.Unmarshal(o[name], &list) != nil {
		list = []string{o.text(name)}
	}
	kept := []string{}
	for _, text := range list {
		if text != "" {
			kept = append(kept, text)
		}
	}
	return kept
}

// accepted reads acceptsToken. A list of one type is not the same as the type: a list has no type to expect.
func (o jsOptions) accepted() []clerkauth.TokenType {
	if o["acceptsToken"] == nil {
		return []clerkauth.TokenType{clerkauth.TokenSession}
	}
	types, _ := acceptedTypes(o["acceptsToken"])
	if o.text("acceptsToken") == "" && len(types) == 1 {
		types = append(types, types[0])
	}
	if types == nil {
		types = []clerkauth.TokenType{}
	}
	return types
}

// config is the configuration that means the same. Everything that this SDK leaves out by default is switched on.
func (o jsOptions) config(client *http.Client, now func() time.Time, satellites ...string) clerkauth.Config {
	c := clerkauth.Config{
		SecretKey: o.text("secretKey"), PublishableKey: o.text("publishableKey"), JWTKey: o.text("jwtKey"),
		MachineSecretKey: o.text("machineSecretKey"), AuthorizedParties: o.list("authorizedParties"),
		Audience: o.list("audience"), Issuer: o.list("issuer"), AcceptTokens: o.accepted(),
		Domain: o.text("domain"), IsSatellite: o.flag("isSatellite"), SatelliteAutoSync: o.flag("satelliteAutoSync"),
		ProxyURL: o.text("proxyUrl"), SignInURL: o.text("signInUrl"), SignUpURL: o.text("signUpUrl"),
		SatelliteOrigins: satellites, TrustForwardedHeaders: true, DebugHeaders: true, EagerMachineTokens: true,
		APIURL: "https://api.clerk.test", HTTPClient: client, Now: now, TokenCacheSize: 16,
	}
	if strings.HasPrefix(c.SecretKey, "pk_") {
		c.SecretKey = "sk_test_vec" // some vectors have a publishable key where it does not matter
	}
	// Some have keys of two instances, which this SDK refuses: the publishable key decides.
	if key, err := clerkauth.ParsePublishableKey(c.PublishableKey); err == nil && key.Instance() == clerkauth.Production {
		c.SecretKey = strings.Replace(c.SecretKey, "test_", "live_", 1)
	} else if err == nil {
		c.SecretKey = strings.Replace(c.SecretKey, "live_", "test_", 1)
	}
	var sync struct {
		OrganizationPatterns    []string `json:"organizationPatterns"`
		PersonalAccountPatterns []string `json:"personalAccountPatterns"`
	}
	_ = json.Unmarshal(o["organizationSyncOptions"], &sync)
	c.OrganizationSync = clerkauth.OrganizationSync(sync)
	if raw, ok := o["clockSkewInMs"]; ok {
		var millis int64
		_ = json.Unmarshal(raw, &millis)
		c.ClockSkew = time.Duration(millis) * time.Millisecond
		if millis == 0 {
			c.ClockSkew = clerkauth.NoClockSkew
		}
	}
	return c
}

// httpRequest is a request as a server sees it.
type httpRequest struct {
	Method  string
	URL     string
	Headers [][2]string
}

// request turns it into what adapters hand to the SDK. The path stays as it is on the wire.
func (r httpRequest) request() clerkauth.Request {
	header := http.Header{}
	req := clerkauth.Request{Method: r.Method, Header: header.Values}
	scheme, rest, _ := strings.Cut(r.URL, "://")
	req.Scheme = scheme
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	req.Host, rest = rest[:end], rest[end:]
	rest, _, _ = strings.Cut(rest, "#")
	req.Path, req.RawQuery, _ = strings.Cut(rest, "?")
	// JS builds an origin from headers only, and a request that was not on a wire need not have a Host header.
	bare := r.header("host") == "" && r.header("x-forwarded-host") == ""
	for _, line := range r.Headers {
		if strings.EqualFold(line[0], "host") {
			req.Host = line[1]
			continue
		}
		if bare && strings.EqualFold(line[0], "x-forwarded-proto") {
			continue
		}
		header.Add(line[0], strings.TrimSpace(line[1])) // as every server does
	}
	return req
}

func (r httpRequest) header(name string) string {
	for _, line := range r.Headers {
		if strings.EqualFold(line[0], name) {
			return line[1]
		}
	}
	return ""
}

// satellites are the origins that may get visitors back: those the request itself speaks of, because there is no list
// to configure in JS, and one that is always there, because without one foreign pages are not looked at.
func (r httpRequest) satellites() []string {
	origins := []string{"https://satellite.test"}
	_, rawQuery, _ := strings.Cut(r.URL, "?")
	query, _ := url.ParseQuery(rawQuery)
	u, err := url.Parse(query.Get("__clerk_redirect_url"))
	if err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https") {
		origins = append(origins, u.Scheme+"://"+u.Host)
	}
	return origins
}

// decision is what this SDK decided about a request.
type decision struct {
	state *clerkauth.RequestState
	err   error // of the configuration
}

func decide(config clerkauth.Config, req httpRequest, opts ...clerkauth.CallOption) decision {
	authn, err := clerkauth.New(config)
	if err != nil {
		return decision{err: err}
	}
	return decision{state: authn.Authenticate(context.Background(), req.request(), opts...)}
}
