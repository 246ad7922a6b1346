package clerk

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
)

// ErrForeignOrigin is returned by a [TokenTransport] for a request to an origin that it was not made for, such as the
// target of a redirect. Nothing was sent.
var ErrForeignOrigin = errors.New("clerk: the token is not meant for this origin")

// TokenTransport is an [http.RoundTripper] that puts the token of a source into the Authorization header of requests to
// the services that it was made for. It is safe for concurrent use.
type TokenTransport struct {
	source  TokenSource
	origins map[serviceOrigin]bool
	next    http.RoundTripper
}

// TokenTransportOption changes a [TokenTransport] under construction.
type TokenTransportOption func(t *TokenTransport)

// WithTransport sets the transport that sends the requests; the default is [http.DefaultTransport].
func WithTransport(next http.RoundTripper) TokenTransportOption {
	return func(t *TokenTransport) {
		if next != nil {
			t.next = next
		}
	}
}

// NewTokenTransport returns a transport that sends the tokens of source to the given origins, such as
// "https://orders.example.com", and refuses requests to any other, so that neither a redirect nor a mistaken address
// leads a token away. Plain http is for this machine and for hosts without a dot, such as a service in a cluster. A
// source or an origin that cannot be used is a [*ConfigError].
func NewTokenTransport(source TokenSource, origins []string, opts ...TokenTransportOption) (*TokenTransport, error) {
	if source == nil {
		return nil, &ConfigError{Option: "NewTokenTransport", Reason: "source is nil"}
	}
	if len(origins) == 0 {
		return nil, &ConfigError{Option: "NewTokenTransport", Reason: "no origin is given"}
	}
	t := &TokenTransport{source: source, origins: map[serviceOrigin]bool{}, next: http.DefaultTransport}
	for _, origin := range origins {
		u, err := url.Parse(origin)
		switch {
		case err != nil || u.Hostname() == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "":
			return nil, &ConfigError{Option: "NewTokenTransport", Reason: "an origin is a scheme and a host, such as https://orders.example.com"}
		case u.Scheme != "https" && (u.Scheme != "http" || !isLoopback(u.Hostname()) && strings.Contains(u.Hostname(), ".")):
			return nil, &ConfigError{Option: "NewTokenTransport", Reason: "plain http is for this machine and hosts without a dot, use https"}
		}
		t.origins[originOf(u)] = true
	}
	for _, opt := range opts {
		if opt != nil {
			opt(t)
		}
	}
	return t, nil
}

// RoundTrip sends a copy of the request with the token. If the service answers 401 and the source has a method
// Discard(token string), as [M2MTokenSource] has, that is called, so that the next request carries a new token.
func (t *TokenTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	token, err := "", ErrForeignOrigin
	if t.origins[originOf(req.URL)] {
		token, err = t.source.Token(req.Context())
	}
	if err != nil {
		if req.Body != nil {
			_ = req.Body.Close()
		}
		return nil, err
	}
	signed := req.Clone(req.Context())
	signed.Header.Set("Authorization", "Bearer "+token)
	resp, err := t.next.RoundTrip(signed)
	if err == nil && resp.StatusCode == http.StatusUnauthorized {
		if source, ok := t.source.(interface{ Discard(token string) }); ok {
			source.Discard(token)
		}
	}
	return resp, err
}

// serviceOrigin is scheme, host and port in the form in which they are compared.
type serviceOrigin struct{ scheme, host, port string }

func originOf(u *url.URL) serviceOrigin {
	o := serviceOrigin{scheme: u.Scheme, host: strings.ToLower(u.Hostname()), port: u.Port()}
	if o.port == "" && o.scheme == "http" {
		o.port = "80"
	} else if o.port == "" {
		o.port = "443"
	}
	return o
}
