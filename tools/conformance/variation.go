package main

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// A variation is a scenario with one thing changed. The scenario it is made from stays as it is.

func (s *scenario) vary() *scenario {
	c := *s
	c.Options = maps.Clone(s.Options)
	c.Request.Headers = slices.Clone(s.Request.Headers)
	if s.Bapi != nil {
		c.Bapi = &scenarioBackend{Routes: slices.Clone(s.Bapi.Routes)}
	}
	return &c
}

func (s *scenario) header(name string) string { return s.Request.httpRequest().header(name) }

// withHeader replaces all headers of a name by one; an empty value removes them.
func (s *scenario) withHeader(name, value string) *scenario {
	c := s.vary()
	c.Request.Headers = slices.DeleteFunc(c.Request.Headers, func(line [2]string) bool { return strings.EqualFold(line[0], name) })
	if value != "" {
		c.Request.Headers = append(c.Request.Headers, [2]string{name, value})
	}
	return c
}

// cookies returns name and value of all cookies as they are in the header.
func (s *scenario) cookies() [][2]string {
	var pairs [][2]string
	for _, line := range s.Request.Headers {
		if !strings.EqualFold(line[0], "cookie") {
			continue
		}
		for pair := range strings.SplitSeq(line[1], ";") {
			if name, value, ok := strings.Cut(strings.TrimSpace(pair), "="); ok {
				pairs = append(pairs, [2]string{name, value})
			}
		}
	}
	return pairs
}

func (s *scenario) cookie(name string) string {
	for _, pair := range s.cookies() {
		if pair[0] == name {
			return pair[1]
		}
	}
	return ""
}

// withCookies changes the value of each cookie; where change returns false it is removed.
func (s *scenario) withCookies(change func(name, value string) (string, bool)) *scenario {
	var kept []string
	for _, pair := range s.cookies() {
		if value, keep := change(pair[0], pair[1]); keep {
			kept = append(kept, pair[0]+"="+value)
		}
	}
	return s.withHeader("cookie", strings.Join(kept, "; "))
}

func (s *scenario) withoutCookies(names ...string) *scenario {
	return s.withCookies(func(name, value string) (string, bool) { return value, !slices.Contains(names, name) })
}

// withCookie sets a cookie in place of any of the same name.
func (s *scenario) withCookie(name, value string) *scenario {
	line := strings.TrimPrefix(s.withoutCookies(name).header("cookie")+"; "+name+"="+value, "; ")
	return s.withHeader("cookie", line)
}

func (s *scenario) suffixed(name string) string {
	return name + "_" + clerkauth.CookieSuffix(s.Options.text("publishableKey"))
}

// query returns the first value of a parameter.
func (s *scenario) query(name string) string {
	value, _ := parseLocation(s.Request.URL).param(name)
	return value
}

func (s *scenario) withoutQuery(names ...string) *scenario {
	c := s.vary()
	base, rawQuery, _ := strings.Cut(s.Request.URL, "?")
	var kept []string
	for pair := range strings.SplitSeq(rawQuery, "&") {
		name, _, _ := strings.Cut(pair, "=")
		if pair != "" && !slices.Contains(names, unescape(name)) {
			kept = append(kept, pair)
		}
	}
	c.Request.URL = base
	if len(kept) > 0 {
		c.Request.URL += "?" + strings.Join(kept, "&")
	}
	return c
}

func (s *scenario) withOption(name string, value any) *scenario {
	c := s.vary()
	raw, err := json.Marshal(value)
	if err != nil {
		panic(err) // The values are ours.
	}
	if c.Options == nil {
		c.Options = jsOptions{}
	}
	c.Options[name] = raw
	return c
}

func (s *scenario) withoutOption(name string) *scenario {
	c := s.vary()
	delete(c.Options, name)
	return c
}

// route returns the answers of the Backend API under a path.
func (s *scenario) route(path string) []backendAnswer {
	for _, route := range s.routes() {
		base, _, _ := strings.Cut(route.Path, "?")
		if withoutVersion(base) == path {
			return route.Responses
		}
	}
	return nil
}

func (s *scenario) withRoute(method, path string, answer backendAnswer) *scenario {
	c := s.vary()
	routes := slices.DeleteFunc(slices.Clone(s.routes()), func(r backendRoute) bool {
		base, _, _ := strings.Cut(r.Path, "?")
		return withoutVersion(base) == path
	})
	c.Bapi = &scenarioBackend{Routes: append(routes, backendRoute{Method: method, Path: path, Responses: []backendAnswer{answer}})}
	return c
}

// authorization returns the scheme and the token as a server sees them.
func (s *scenario) authorization() (scheme, token string) {
	scheme, token, spaced := strings.Cut(strings.TrimSpace(s.header("authorization")), " ")
	if !spaced {
		return "Bearer", scheme // a single word is the token itself
	}
	token, _, _ = strings.Cut(token, " ")
	return scheme, token
}

// bearer returns the token of the header, if there is one for us.
func (s *scenario) bearer() string {
	scheme, token := s.authorization()
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return token
}

func (s *scenario) production() bool {
	return strings.HasPrefix(s.Options.text("publishableKey"), "pk_live_")
}

func (s *scenario) navigates() bool { return s.Request.Method == "" || s.Request.Method == "GET" }

// ownOrigin is the origin of the request's URL.
func (s *scenario) ownOrigin() string { return parseLocation(s.Request.URL).Origin }

// peek is what a token says. Nothing is verified.
type peek struct {
	header, payload map[string]any
	signature       string
}

func peekAt(token string) (peek, bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return peek{}, false
	}
	p := peek{signature: parts[2]}
	for i, into := range []*map[string]any{&p.header, &p.payload} {
		raw, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[i], "="))
		if err != nil || json.Unmarshal(raw, into) != nil {
			return peek{}, false
		}
	}
	return p, true
}

// foreignClass reports whether a token was made for something else than a session.
func foreignClass(token string) bool {
	p, ok := peekAt(token)
	if !ok {
		return false
	}
	category, has := p.header["cat"]
	return has && category != "cl_B7d4PD111AAA" && category != "cl_I7d4PD111III" || p.isMachine() || p.isOAuth()
}

func (p peek) isMachine() bool {
	subject, _ := p.payload["sub"].(string)
	return strings.HasPrefix(subject, "mch_")
}

func (p peek) isOAuth() bool {
	return p.header["typ"] == "at+jwt" || p.header["typ"] == "application/at+jwt"
}

// sessionOf returns the session token of the last Set-Cookie line that has one.
func sessionOf(lines []string) string {
	token := ""
	for _, line := range lines {
		if name, value, ok := strings.Cut(line, "="); ok && strings.HasPrefix(name, "__session") {
			token, _, _ = strings.Cut(value, ";")
		}
	}
	return token
}

// isWebAddress reports whether a text is an absolute URL of the web.
func isWebAddress(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https")
}
