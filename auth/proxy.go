package clerkauth

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"time"
)

// DefaultProxyPath is where applications serve the Frontend API.
const DefaultProxyPath = "/__clerk"

// maxProxyBody bounds what visitors may send through the proxy.
const maxProxyBody = 32 << 20

// frontendProxy serves the Frontend API from the origin of the application.
type frontendProxy struct {
	authn    *Authenticator
	path     string // without a slash at the end
	upstream *url.URL
	reverse  httputil.ReverseProxy
}

// FrontendAPIProxy returns a handler that serves Clerk's Frontend API under a path of this application, so that
// browsers only talk to its origin. Mount it in front of [Middleware]. Without a path it is the one of
// [Config].ProxyURL, or [DefaultProxyPath]. Requests and answers are streamed; the upstream is fixed by the
// configuration, and methods beyond those of HTTP APIs, such as TRACE, are refused. It needs [Config].SecretKey and
// [Config].PublishableKey.
func (a *Authenticator) FrontendAPIProxy(path string) (http.Handler, error) {
	if path == "" && a.flow.proxyPath != "" {
		path = a.flow.proxyPath
	}
	path = strings.TrimRight(path, "/")
	if path == "" {
		path = DefaultProxyPath
	}
	upstream := a.config.FrontendAPIURL
	if upstream == "" {
		upstream = a.key.FrontendAPIProxyURL()
	}
	target, ok := parseWebURL(upstream)
	switch {
	case a.secret.reveal() == "":
		return nil, errors.New("clerkauth: FrontendAPIProxy: SecretKey is missing")
	case a.key.IsZero():
		return nil, errors.New("clerkauth: FrontendAPIProxy: PublishableKey is missing")
	case !isLocalPath(path):
		return nil, errors.New("clerkauth: FrontendAPIProxy: the path is not one of this application")
	case !ok || target.RawQuery != "" || target.Fragment != "":
		return nil, errors.New("clerkauth: FrontendAPIProxy: FrontendAPIURL is not an absolute http(s) URL")
	}
	p := &frontendProxy{authn: a, path: path, upstream: target}
	p.reverse = httputil.ReverseProxy{
		Rewrite: p.rewrite, ModifyResponse: p.modify, ErrorHandler: p.fail, FlushInterval: -1, Transport: a.proxyTransport(),
	}
	return p, nil
}

// proxyTransport is the transport of the configured client, or one with time-outs. Redirects are passed on.
func (a *Authenticator) proxyTransport() http.RoundTripper {
	if a.custom != nil && a.custom.Transport != nil {
		return a.custom.Transport
	}
	standard, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return http.DefaultTransport
	}
	transport := standard.Clone()
	transport.ResponseHeaderTimeout = 30 * time.Second
	transport.MaxResponseHeaderBytes = 64 << 10
	return transport
}

// ServeHTTP implements [http.Handler].
func (p *frontendProxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !forwardedMethod(r.Method) {
		writeProxyError(w, http.StatusMethodNotAllowed, "proxy_request_failed", "The method is not one of the Frontend API.")
		return
	}
	rest, ok := strings.CutPrefix(r.URL.EscapedPath(), p.path)
	if !ok || rest != "" && rest[0] != '/' {
		writeProxyError(w, http.StatusBadRequest, "proxy_path_mismatch", "The request is not for the Frontend API.")
		return
	}
	if hasDotSegment(rest) {
		writeProxyError(w, http.StatusBadRequest, "proxy_request_failed", "The path has dot segments.")
		return
	}
	if r.Body != nil {
		r.Body = http.MaxBytesReader(w, r.Body, maxProxyBody)
	}
	p.reverse.ServeHTTP(w, r)
}

// forwardedMethod leaves out what makes servers send a request back as they got it: with the secret key.
func forwardedMethod(method string) bool {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return true
	}
	return false
}

// hasDotSegment looks at the path as decoded: a slash may be escaped, or written as the backslash that some servers
// take for one.
func hasDotSegment(path string) bool {
	plain, err := url.PathUnescape(path)
	if err != nil {
		return true
	}
	for segment := range strings.SplitSeq(strings.ReplaceAll(plain, `\`, "/"), "/") {
		segment, _, _ = strings.Cut(segment, ";") // Some servers resolve dots with parameters behind them.
		if segment == "." || segment == ".." {
			return true
		}
	}
	return false
}

// rewrite makes the request for the upstream. Only the path and the query come from the visitor.
func (p *frontendProxy) rewrite(r *httputil.ProxyRequest) {
	rest := strings.TrimPrefix(r.In.URL.EscapedPath(), p.path)
	if rest == "" {
		rest = "/"
	}
	escaped := strings.TrimRight(p.upstream.EscapedPath(), "/") + rest
	plain, err := url.PathUnescape(escaped)
	if err != nil {
		plain = escaped
	}
	r.Out.URL = &url.URL{
		Scheme: p.upstream.Scheme, Host: p.upstream.Host, Path: plain, RawPath: escaped, RawQuery: r.In.URL.RawQuery,
	}
	r.Out.Host, r.Out.Trailer = p.upstream.Host, nil
	req := FromHTTP(r.In)
	public := p.authn.address(&req)
	h := r.Out.Header
	withhold(h)
	h.Set("Clerk-Proxy-Url", public.origin()+p.path)
	h.Set("Clerk-Secret-Key", p.authn.secret.reveal())
	h.Set("Accept-Encoding", "identity")
	h.Set("X-Forwarded-Host", public.host)
	h.Set("X-Forwarded-Proto", public.scheme)
	if address := p.clientAddress(r.In); address.IsValid() {
		h.Set("X-Forwarded-For", address.String())
	}
}

// modify prepares the answer for the visitor.
func (p *frontendProxy) modify(resp *http.Response) error {
	if resp.StatusCode < http.StatusOK || resp.StatusCode > 999 {
		return errors.New("clerkauth: the Frontend API switched protocols, or its status is none of a final answer")
	}
	h := resp.Header
	p.removeKey(h)
	h.Del("Content-Encoding")
	h.Del("Content-Length")
	if h.Get(headerCacheControl) == "" {
		h.Set(headerCacheControl, "no-store")
	}
	if location := h.Get(headerLocation); location != "" {
		if to, err := p.upstream.Parse(location); err == nil && to.Host == p.upstream.Host && to.User == nil {
			own := resp.Request.Header.Get("Clerk-Proxy-Url") + "/" + strings.TrimLeft(to.EscapedPath(), "/")
			if to.RawQuery != "" {
				own += "?" + to.RawQuery
			}
			if to.Fragment != "" {
				own += "#" + to.EscapedFragment()
			}
			h.Set(headerLocation, own)
		}
	}
	return nil
}

// fail answers for an upstream that cannot be reached. What went wrong stays here.
func (p *frontendProxy) fail(w http.ResponseWriter, r *http.Request, err error) {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		writeProxyError(w, http.StatusRequestEntityTooLarge, "proxy_request_failed", "The request is too large.")
		return
	}
	if r.Context().Err() == nil { // Otherwise the visitor has hung up.
		p.authn.warnings.warn("clerkauth: the Frontend API cannot be reached through the proxy", troubleAttrs(p.upstream.Host,
			&Error{Reason: ReasonUnexpectedError, message: "the request was not answered", cause: err})...)
	}
	writeProxyError(w, http.StatusBadGateway, "proxy_request_failed", "The Frontend API cannot be reached.")
}

func writeProxyError(w http.ResponseWriter, status int, code, message string) {
	type item struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	}
	body, err := json.Marshal(map[string][]item{"errors": {{code, message}}})
	if err != nil {
		body = nil
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set(headerCacheControl, "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
