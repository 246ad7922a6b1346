package clerk

import (
	"net/http"
	"net/url"
)

// newHTTPClient copies the caller's client, or makes one, and turns redirects off: following one would carry the secret
// key, or a body, to another place.
func newHTTPClient(from *http.Client) *http.Client {
	client := http.Client{}
	if from != nil {
		client = *from
	} else if transport, ok := http.DefaultTransport.(*http.Transport); ok {
		own := transport.Clone()
		own.MaxIdleConnsPerHost = own.MaxIdleConns
		client.Transport = own
	}
	next := client.Transport
	if next == nil {
		next = http.DefaultTransport
	}
	client.Transport = plainRedirects{next}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &client
}

// plainRedirects removes a Location that cannot be parsed. http.Client would make an error of it, before it asks
// whether to follow, and print it there.
type plainRedirects struct{ next http.RoundTripper }

// RoundTrip sends the request.
func (p plainRedirects) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := p.next.RoundTrip(req)
	if err == nil && resp.StatusCode/100 == 3 {
		if _, parseErr := url.Parse(resp.Header.Get("Location")); parseErr != nil {
			resp.Header.Del("Location")
		}
	}
	return resp, err
}

// CloseIdleConnections forwards to the wrapped transport.
func (p plainRedirects) CloseIdleConnections() {
	if closer, ok := p.next.(interface{ CloseIdleConnections() }); ok {
		closer.CloseIdleConnections()
	}
}
