package main

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// examinePage visits a page of the running application as a browser does that has never been there, then with the token.
func (p *patient) examinePage(ctx context.Context, r *report, page, token string) {
	u, err := url.Parse(page)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		r.wrong("page", "Give the whole address, such as https://app.example.com/account.", "the address is no web address")
		return
	}
	p.examineOrigin(r, u)
	visit := http.Header{
		"Accept": {"text/html"}, "Sec-Fetch-Dest": {"document"}, "Sec-Fetch-Mode": {"navigate"}, "Sec-Fetch-Site": {"none"},
	}
	a, ok := p.visit(ctx, r, u, visit)
	if !ok {
		return
	}
	examineCaching(r, a)
	location, err := a.location(u)
	switch {
	case err == nil && strings.HasSuffix(location.Path, "/client/handshake"):
		p.examineHandshake(r, u, location)
	case a.reason() != "":
		examineReason(r, a)
	default:
		r.ok("page", "it answers %d to a visitor who is not signed in", a.status)
	}
	if token == "" {
		return
	}
	if u.Scheme != "https" && !loopback(u.Hostname()) {
		r.warn("page", "Use https.", "the token was not sent: it would cross the network in the clear")
		return
	}
	if a, ok = p.visit(ctx, r, u, http.Header{"Accept": {"application/json"}, "Authorization": {"Bearer " + token}}); ok {
		examineWithToken(r, a)
	}
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// examineOrigin compares the page's origin with those whose tokens are accepted.
func (p *patient) examineOrigin(r *report, u *url.URL) {
	origin := u.Scheme + "://" + strings.ToLower(u.Host)
	if parties := p.config.AuthorizedParties; len(parties) > 0 && !slices.Contains(parties, origin) {
		r.warn(partiesVariable, "Add "+origin+" if its own pages sign people in.",
			"the origin of the page is not among them: tokens of its pages are refused")
	}
}

// answer is what a page answers, without its body.
type answer struct {
	status int
	header http.Header
}

func (a answer) reason() clerkauth.Reason {
	return clerkauth.Reason(a.header.Get(clerkauth.HeaderAuthReason))
}

// location returns where the answer to a request for u leads.
func (a answer) location(u *url.URL) (*url.URL, error) {
	text := a.header.Get("Location")
	if text == "" {
		return nil, http.ErrNoLocation
	}
	return u.Parse(text)
}

func (p *patient) visit(ctx context.Context, r *report, u *url.URL, header http.Header) (answer, bool) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		r.wrong("page", "Correct the address.", "the address is malformed")
		return answer{}, false
	}
	req.Header = header
	resp, err := p.client.Do(req)
	if err != nil {
		r.wrong("page", "Start the application, or correct the address.", "%s cannot be reached: %v", u.Host, cause(err))
		return answer{}, false
	}
	_ = resp.Body.Close()
	return answer{resp.StatusCode, resp.Header}, true
}

// examineHandshake looks at where a first visit is sent: to the right instance, and with the address that the browser
// used as the way back.
func (p *patient) examineHandshake(r *report, u, location *url.URL) {
	if host, _, _ := strings.Cut(p.key.FrontendAPI(), "/"); p.config.ProxyURL == "" && host != "" && location.Host != host {
		r.wrong("page", "Give the application the same variables.",
			"it sends visitors to the handshake of %s, and the publishable key names %s", printable(location.Host), host)
		return
	}
	back, err := url.Parse(location.Query().Get("redirect_url"))
	const fix = "Let the proxy overwrite X-Forwarded-Host, X-Forwarded-Proto and X-Forwarded-Prefix and set Config.TrustForwardedHeaders, or set Config.PublicOrigin."
	switch {
	case err != nil || back.Host == "":
		r.wrong("page", fix, "the handshake has no way back")
	case back.Scheme != u.Scheme || !strings.EqualFold(back.Host, u.Host):
		r.wrong("page", fix, "the application thinks that visitors are at %s://%s and not at %s://%s, so the handshake leads there",
			back.Scheme, printable(back.Host), u.Scheme, u.Host)
	case path(back) != path(u):
		r.wrong("page", fix, "the way back is %s and not %s: a proxy or a router takes a part of the path away",
			printable(path(back)), path(u))
	default:
		r.ok("page", "a first visit goes through a handshake and comes back to the same address")
	}
}

func path(u *url.URL) string {
	if u.Path == "" {
		return "/"
	}
	return u.Path
}

// examineCaching finds answers with cookies that a shared cache may keep or has kept.
func examineCaching(r *report, a answer) {
	cookies := slices.ContainsFunc((&http.Response{Header: a.header}).Cookies(), func(c *http.Cookie) bool {
		return strings.HasPrefix(c.Name, "__session") || strings.HasPrefix(c.Name, "__client_uat") || strings.HasPrefix(c.Name, "__clerk")
	})
	if !cookies {
		return
	}
	const fix = "Let nothing in between cache answers that set cookies, and leave Cache-Control as the middleware sets it."
	age, _ := strconv.Atoi(a.header.Get("Age")) // zero where it is no number
	hit := strings.Contains(strings.ToUpper(a.header.Get("X-Cache")+a.header.Get("Cf-Cache-Status")), "HIT")
	switch control := strings.ToLower(a.header.Get("Cache-Control")); {
	case age > 0 || hit:
		r.wrong("page", fix, "the answer comes out of a cache and sets cookies: visitors get those of others")
	case strings.Contains(control, "public") || strings.Contains(control, "s-maxage"):
		r.wrong("page", fix, "the answer sets cookies and allows shared caches to keep it")
	}
}

// examineReason explains the reason that an answer names.
func examineReason(r *report, a answer) {
	reason := a.reason()
	e := explain(reason)
	if a.status >= http.StatusInternalServerError {
		r.wrong("page", e.do, "it answers %d: %s (%s)", a.status, e.means, printable(string(reason)))
		return
	}
	r.ok("page", "it answers %d to a visitor who is not signed in: %s (%s)", a.status, e.means, printable(string(reason)))
}

func examineWithToken(r *report, a answer) {
	reason := a.reason()
	switch {
	case reason != "":
		e := explain(reason)
		r.wrong("page with the token", e.do, "it answers %d: %s (%s)", a.status, e.means, printable(string(reason)))
	case a.status == http.StatusForbidden:
		r.warn("page with the token", "Check roles, permissions and plans of the user in this organization.",
			"it answers 403: the token is accepted and the visitor lacks something")
	case a.status >= http.StatusBadRequest:
		r.wrong("page with the token", "If the header Authorization is missing in the application, look for a proxy that removes it.",
			"it answers %d without a reason of this SDK", a.status)
	default:
		r.ok("page with the token", "it answers %d", a.status)
	}
}
