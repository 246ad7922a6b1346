package clerktest

import (
	"net/http"
	"net/url"
)

// returnParams are the parameters that say where the application wants the browser afterwards, by precedence; a page
// names itself for the two that differ.
var returnParams = map[string][]string{
	"/sign-in": {"sign_in_force_redirect_url", "redirect_url", "sign_in_fallback_redirect_url", "after_sign_in_url"},
	"/sign-up": {"sign_up_force_redirect_url", "redirect_url", "sign_up_fallback_redirect_url", "after_sign_up_url"},
}

// backAddress is where the application wants the browser afterwards, empty when it did not say. An address that is not
// the application's is refused.
func (c *pageCall) backAddress() (string, error) {
	names := returnParams[c.page.path]
	if names == nil {
		names = []string{"redirect_url"}
	}
	for _, name := range names {
		if address := c.query.Get(name); address != "" {
			return address, c.checkRedirect(address)
		}
	}
	return "", nil
}

// leave leads back to the application, which learns there who is signed in: in development by the dev browser in the
// address, in production by a handshake. The browser keeps a cookie for the other pages of the emulator.
func (c *pageCall) leave() (redirectAnswer, error) {
	address, err := c.backAddress()
	if err != nil {
		return redirectAnswer{}, err
	}
	c.device()
	http.SetCookie(c.w, clientCookie(c.browser.Token))
	if c.waitsForTask() {
		return redirectAnswer{location: "sign-in" + queryOf(c.r.URL)}, nil
	}
	if address == "" {
		return redirectAnswer{location: "user" + c.devBrowserQuery()}, nil
	}
	target, err := url.Parse(address)
	switch {
	case err != nil:
		return redirectAnswer{}, errParamFormat("redirect_url", "an absolute http or https URL")
	case target.Host == hostOf(c.inst.URL()) && c.emulator.answers(target):
		return redirectAnswer{location: address}, nil
	case c.inst.Production():
		return redirectAnswer{location: "v1/client/handshake?redirect_url=" + url.QueryEscape(address)}, nil
	}
	target.RawQuery = setQuery(target.RawQuery, "__clerk_db_jwt", c.browser.Token)
	return redirectAnswer{location: target.String()}, nil
}

// answers reports whether an address on the emulator's host is one of the emulator, and not of the application that it
// is mounted in.
func (e *Emulator) answers(target *url.URL) bool {
	r := dropFrontendPath(&http.Request{Method: http.MethodGet, URL: target})
	_, _, _, raw := e.raw.Find(r.Method, r.URL.EscapedPath())
	_, _, _, frontend := e.frontend.Find(r.Method, r.URL.EscapedPath())
	return raw || frontend
}

// devBrowserQuery names the browser of the application for the next page, when this page was opened with it.
func (c *pageCall) devBrowserQuery() string {
	if token := c.query.Get("__clerk_db_jwt"); token != "" {
		return "?__clerk_db_jwt=" + url.QueryEscape(token)
	}
	return ""
}

// onward is this page again, going on with what the browser has begun.
func (c *pageCall) onward() redirectAnswer {
	query := c.r.URL.Query()
	query.Set("continue", "1")
	return redirectAnswer{location: c.page.path[1:] + "?" + query.Encode()}
}
