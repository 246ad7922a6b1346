package clerkauth

import (
	"errors"
	"net/url"
	"strings"
)

// ErrNoSignInPage is the error of [RedirectBuilder] if it has neither the page nor a publishable key.
var ErrNoSignInPage = errors.New("clerkauth: there is no sign-in page: neither SignInURL nor PublishableKey is set")

// RedirectBuilder builds the addresses of the pages where visitors sign in, sign up and finish their tasks.
// [Authenticator.Redirects] fills one for a request; the fields may then be changed.
type RedirectBuilder struct {
	// BaseURL is the absolute URL of the request; relative pages are resolved against it.
	BaseURL string
	// PublishableKey identifies the account portal.
	PublishableKey string
	// SignInURL and SignUpURL are the pages, absolute or relative; empty is the account portal.
	SignInURL string
	SignUpURL string
	// IsSatellite marks the way back so that this satellite synchronises.
	IsSatellite bool
	// DevBrowserToken goes along to another origin on development instances.
	DevBrowserToken string
	// SessionStatus sends pending sessions to their tasks.
	SessionStatus SessionStatus
}

// Redirects returns a builder for the request. The state may be nil.
func (a *Authenticator) Redirects(req Request, state *RequestState) RedirectBuilder {
	b := RedirectBuilder{
		BaseURL: a.address(&req).String(), PublishableKey: a.config.PublishableKey,
		SignInURL: a.config.SignInURL, SignUpURL: a.config.SignUpURL, IsSatellite: a.config.IsSatellite,
	}
	if state != nil {
		b.SessionStatus = state.SessionStatus()
	}
	if a.key.Instance() == Development && !a.config.HeaderOnly {
		b.DevBrowserToken = a.devBrowser(&req)
	}
	return b
}

// SignIn returns the address of the sign-in page, which leads back to returnBackURL afterwards; with an empty one Clerk
// chooses where to go. Never pass a return address that the request brought along without checking its origin.
func (b RedirectBuilder) SignIn(returnBackURL string) (string, error) {
	target := b.SignInURL
	if target == "" {
		target = b.portal("/sign-in")
	}
	return b.build(target, returnBackURL)
}

// SignUp is [RedirectBuilder.SignIn] for the sign-up page.
func (b RedirectBuilder) SignUp(returnBackURL string) (string, error) {
	target := b.SignUpURL
	switch {
	case target != "":
	case b.SignInURL != "":
		target = appendPath(b.SignInURL, "/create")
	default:
		target = b.portal("/sign-up")
	}
	return b.build(target, returnBackURL)
}

// Tasks returns the page where a pending session finishes its tasks.
func (b RedirectBuilder) Tasks(returnBackURL string) (string, error) {
	b.SessionStatus = SessionPending
	return b.SignIn(returnBackURL)
}

// AccountPortal returns a page of the account portal, such as /user or /organization.
func (b RedirectBuilder) AccountPortal(page, returnBackURL string) (string, error) {
	if !isLocalPath(page) {
		return "", errors.New("clerkauth: AccountPortal: the page is not a path")
	}
	b.SessionStatus = ""
	return b.build(b.portal(page), returnBackURL)
}

// key reads the publishable key. Whether a local Clerk may be on another machine, [New] has decided.
func (b RedirectBuilder) key() (PublishableKey, error) {
	return parsePublishableKey(b.PublishableKey, true)
}

func (b RedirectBuilder) portal(page string) string {
	key, err := b.key()
	if err != nil {
		return ""
	}
	return key.AccountsURL() + page
}

func (b RedirectBuilder) build(target, returnBackURL string) (string, error) {
	if target == "" {
		return "", ErrNoSignInPage
	}
	if b.SessionStatus == SessionPending {
		target = appendPath(target, "/tasks")
	}
	base, ok := parseWebURL(b.BaseURL)
	if !ok {
		base = nil
	}
	page, ok := resolve(base, target)
	if !ok {
		return "", errors.New("clerkauth: the sign-in page is neither an absolute http(s) URL nor a path")
	}
	foreign := base != nil && originHost(base) != originHost(page)
	var params []string
	if returnBackURL != "" {
		back, ok := resolve(base, returnBackURL)
		if !ok {
			return "", errors.New("clerkauth: the way back is neither an absolute http(s) URL nor a path")
		}
		text := back.String()
		if foreign && b.IsSatellite {
			text = withQuery(back, paramSynced, "false")
		}
		params = append(params, "redirect_url", text)
	}
	if foreign && b.DevBrowserToken != "" && b.development() {
		params = append(params, paramDevBrowser, b.DevBrowserToken)
	}
	if len(params) == 0 {
		return page.String(), nil
	}
	return withQuery(page, params...), nil
}

func (b RedirectBuilder) development() bool {
	key, err := b.key()
	return err == nil && key.Instance() == Development
}

func originHost(u *url.URL) string { return canonicalHost(strings.ToLower(u.Scheme), u.Host) }

// resolve accepts an absolute http(s) URL, or a path of the base.
func resolve(base *url.URL, text string) (*url.URL, bool) {
	text = strings.ReplaceAll(text, " ", "%20")
	if u, ok := parseWebURL(text); ok {
		return u, true
	}
	if base == nil || strings.HasPrefix(text, "//") || strings.ContainsAny(text, "\\\r\n\t\x00") {
		return nil, false
	}
	ref, err := url.Parse(text)
	if err != nil || ref.Scheme != "" || ref.Host != "" || ref.User != nil {
		return nil, false
	}
	return base.ResolveReference(ref), true
}

// appendPath adds to the path of a URL, in front of its query.
func appendPath(target, path string) string {
	end := strings.IndexAny(target, "?#")
	if end < 0 {
		end = len(target)
	}
	return strings.TrimSuffix(target[:end], "/") + path + target[end:]
}
