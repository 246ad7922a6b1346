package main

import (
	"encoding/json"
	"strings"
)

var addressRules = []scenarioRule{
	rule("D-20", "a forwarded host has no user, and no scheme but those of the web", (*difference).oddForwarded),
	rule("D-36", "a forwarded scheme that is not of the web does not discard a good host", (*difference).oddScheme),
	rule("D-7", "the account portal follows from the publishable key", (*difference).portal),
}

// oddForwarded explains forwarded headers that cannot be an origin: we ignore them both, and they take what they can.
func (d *difference) oddForwarded() *difference {
	proto, host := d.forwarded("x-forwarded-proto"), d.forwarded("x-forwarded-host")
	plain := d.withHeader("x-forwarded-proto", "").withHeader("x-forwarded-host", "")
	if proto == nil && host == nil || d.Mode != "authenticateRequest" && d.Mode != "clerkRequest" || !d.sameFor(plain) {
		return nil
	}
	name := d.header("host")
	if name == "" {
		_, name, _ = strings.Cut(d.ownOrigin(), "://")
	}
	scheme, _, _ := strings.Cut(d.ownOrigin(), "://")
	if proto != nil {
		scheme = strings.ToLower(*proto)
	}
	if host != nil {
		name = *host
	}
	want := d.want
	switch user := strings.LastIndex(name, "@"); {
	case scheme == "" || name == "" || strings.Contains(strings.TrimRight(name, " "), " ") || strings.HasSuffix(scheme, " "):
		// They fall back to the address of the socket, and do not look at the Host header either.
		return d.understoodAs(plain.withHeader("host", ""), want)
	case user >= 0:
		want = want.replaced("://"+name[:user+1], "://")
		name = name[user+1:]
	case scheme != "http" && scheme != "https":
		// Only an address of the web stays as it is: to them a relative proxy is a host that is called like the scheme.
		want = want.replaced(`"`+scheme+`://`, `"http://`)
		if at := want.Location; at != nil {
			if at.Origin == "https://"+scheme {
				at.Origin, at.Path = "http://"+name, strings.TrimPrefix(at.Path, "//"+name)
			}
			back := parseLocation(at.last("redirect_url"))
			at.Nested = map[string]*location{"redirect_url": &back}
		}
		scheme = "http"
	default:
		return nil
	}
	return d.understoodAs(plain.withHeader("x-forwarded-proto", scheme).withHeader("x-forwarded-host", name), want)
}

// oddScheme explains a forwarded scheme that no page has: we take the one of the socket.
func (d *difference) oddScheme() *difference {
	proto := d.forwarded("x-forwarded-proto")
	plain := d.withHeader("x-forwarded-proto", "")
	if proto == nil || d.Mode != "authenticateRequest" && d.Mode != "clerkRequest" || !d.sameFor(plain) {
		return nil
	}
	scheme := strings.ToLower(*proto)
	own, _, _ := strings.Cut(d.ownOrigin(), "://")
	switch scheme {
	case "http", "https", "ws", "wss":
		return nil
	case "": // They fall back to the address of the socket, whatever the host is.
		return d.understoodAs(plain.withHeader("x-forwarded-host", "").withHeader("host", ""), d.want)
	}
	return d.understoodAs(plain, d.want.replaced(`"`+scheme+`://`, `"`+own+`://`))
}

// forwarded returns the first item of a header, or nil if there is no such header.
func (s *scenario) forwarded(name string) *string {
	for _, line := range s.Request.Headers {
		if strings.EqualFold(line[0], name) {
			item, _, _ := strings.Cut(strings.TrimSpace(line[1]), ",")
			return &item
		}
	}
	return nil
}

// replaced is a decision with a text in place of another.
func (r *recorded) replaced(old, text string) *recorded {
	raw, err := json.Marshal(r)
	if err != nil {
		return r
	}
	var out recorded
	if json.Unmarshal([]byte(strings.ReplaceAll(string(raw), old, text)), &out) != nil {
		return r
	}
	return &out
}

// portal explains a visit from the account portal of a proxied instance: to them it is a foreign page.
func (d *difference) portal() *difference {
	referrer := d.header("referer")
	if !d.request() || d.Options.text("proxyUrl") == "" || referrer == "" || !d.isPortal(referrer) ||
		!d.sameFor(d.withHeader("referer", "")) {
		return nil
	}
	return d.understoodAs(d.withHeader("referer", "https://foreign.example/"), d.want)
}

func (d *difference) isPortal(address string) bool {
	_, host, _ := strings.Cut(parseLocation(address).Origin, "://")
	if !d.production() {
		return strings.HasSuffix(host, ".accounts.dev") || strings.HasSuffix(host, ".accountsstage.dev") || strings.HasPrefix(host, "accounts.")
	}
	return strings.HasPrefix(host, "accounts.")
}
