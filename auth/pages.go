package clerkauth

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
)

// Pages says where a guard sends visitors of pages whom it does not let in. The zero value sends those who are not
// signed in to the sign-in page and answers 403 to the others. It is a value and safe for concurrent use.
type Pages struct {
	// Unauthenticated is the page for visitors who are not signed in, as an absolute URL or a path of this application;
	// empty is the sign-in page, from which visitors come back.
	Unauthenticated string
	// Unauthorized is the page for visitors who are signed in and do not pass a check, as an absolute URL or a path of
	// this application. Empty answers 403.
	Unauthorized string
}

// Validate returns an error if a page is neither an absolute http(s) URL nor a path.
func (p Pages) Validate() error {
	for _, page := range []string{p.Unauthenticated, p.Unauthorized} {
		if page == "" || isLocalPath(page) {
			continue
		}
		if u, err := url.Parse(page); err != nil || !isWebURL(u) {
			return errors.New("clerkauth: Pages: a page is neither an absolute http(s) URL nor a path")
		}
	}
	return nil
}

// Redirect returns the headers of a redirect to the page for a refusal, or false where the refusal has to be answered
// with [Request.Answer]: no page is set for it, the trouble is ours, the request is not a page navigation or asks for
// that very page. The response has status 307 and no body.
func (p Pages) Redirect(req Request, state *RequestState, err error) (http.Header, bool) {
	page := p.Unauthorized
	if errors.Is(err, ErrUnauthenticated) {
		if page = p.Unauthenticated; page == "" {
			return state.SignIn(req, err)
		}
	} else if !errors.Is(err, ErrForbidden) {
		return nil, false
	}
	if page == "" || !isPageNavigation(&req) || leadsTo(page, &req) {
		return nil, false
	}
	return http.Header{headerLocation: {page}, headerCacheControl: {"no-store"}}, true
}

// leadsTo reports whether a request already asks for a page: a redirect would go round for ever.
func leadsTo(page string, req *Request) bool {
	u, err := url.Parse(page)
	if err != nil || u.Host != "" && !strings.EqualFold(u.Host, req.Host) {
		return err != nil
	}
	return trimSlashes(u.EscapedPath()) == trimSlashes(req.Path)
}

// Require is [RequireAuth] for pages: it redirects visitors as the fields say, and refuses requests that are not page
// navigations as [RequireAuth] does. It panics if the pages are not valid.
func (p Pages) Require(checks ...Check) func(http.Handler) http.Handler {
	if err := p.Validate(); err != nil {
		panic(err)
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			state := FromContext(r.Context())
			err := state.Require(checks...)
			if err == nil {
				next.ServeHTTP(w, r)
				return
			}
			header, redirect := p.Redirect(FromHTTP(r), state, err)
			if !redirect {
				refuseHTTP(w, r, err)
				return
			}
			Answer{Header: header}.WriteHeaders(w.Header())
			w.WriteHeader(http.StatusTemporaryRedirect)
		})
	}
}
