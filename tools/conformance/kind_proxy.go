package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

type proxyVector struct {
	Options struct {
		PublishableKey string `json:"publishableKey"`
		SecretKey      string `json:"secretKey"`
		FrontendAPIURL string `json:"fapiUrl"`
		Path           string `json:"proxyPath"`
	} `json:"options"`
	Request struct {
		Method  string            `json:"method"`
		URL     string            `json:"url"`
		Headers map[string]string `json:"headers"`
	} `json:"request"`
	Upstream struct {
		Status  int         `json:"status"`
		Headers [][2]string `json:"headers"`
		Body    string      `json:"body"`

		Unreached bool `json:"networkError"` // the connection fails
	} `json:"upstream"`
}

type proxyExpectation struct {
	Status          int               `json:"status"`
	Code            string            `json:"code"`
	UpstreamURL     string            `json:"upstreamUrl"`
	UpstreamHeaders map[string]string `json:"upstreamHeaders"`
	UpstreamAbsent  []string          `json:"upstreamAbsent"`
	Headers         map[string]string `json:"headers"`
	Absent          []string          `json:"absent"`
	SetCookie       []string          `json:"setCookie"`
}

// upstream is a Frontend API that keeps the last request.
type upstream struct {
	vector *proxyVector
	last   *http.Request
}

// RoundTrip implements [http.RoundTripper].
func (u *upstream) RoundTrip(req *http.Request) (*http.Response, error) {
	u.last = req
	if u.vector.Upstream.Unreached {
		return nil, errReset
	}
	resp := &http.Response{
		StatusCode: u.vector.Upstream.Status, Header: http.Header{}, Request: req,
		Body: io.NopCloser(strings.NewReader(u.vector.Upstream.Body)),
	}
	for _, line := range u.vector.Upstream.Headers {
		resp.Header.Add(line[0], line[1])
	}
	return resp, nil
}

func replayProxy(v *vector) ([]string, error) {
	var in proxyVector
	var want proxyExpectation
	if err := v.input(&in); err != nil {
		return nil, err
	}
	if err := v.expect(&want); err != nil {
		return nil, err
	}
	u := &upstream{vector: &in}
	handler, configError := in.handler(u)
	if handler == nil {
		// A configuration that does not work is an error before the first request.
		return compare(nil, "is misconfigured", configError != nil, want.Code == "proxy_configuration_error"), nil
	}
	method := in.Request.Method
	if method == "" {
		method = http.MethodGet
	}
	req := httptest.NewRequestWithContext(context.Background(), method, in.Request.URL, http.NoBody)
	for name, value := range in.Request.Headers {
		req.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, req)
	return want.compare(u, w), nil
}

func (in *proxyVector) handler(u *upstream) (http.Handler, error) {
	authn, err := clerkauth.New(clerkauth.Config{
		PublishableKey: in.Options.PublishableKey, SecretKey: in.Options.SecretKey, FrontendAPIURL: in.Options.FrontendAPIURL,
		HTTPClient: &http.Client{Transport: u}, TrustForwardedHeaders: true,
	})
	if err != nil {
		return nil, err
	}
	return authn.FrontendAPIProxy(in.Options.Path)
}

func (want *proxyExpectation) compare(u *upstream, w *httptest.ResponseRecorder) []string {
	out := compare(nil, "status", w.Code, want.Status)
	if want.Code != "" {
		var body struct {
			Errors []struct {
				Code string `json:"code"`
			} `json:"errors"`
		}
		_ = json.Unmarshal(w.Body.Bytes(), &body)
		if len(body.Errors) != 1 || body.Errors[0].Code != want.Code {
			out = append(out, "code: got "+w.Body.String()+", want "+want.Code)
		}
		return out
	}
	if u.last == nil {
		return append(out, "the upstream was not asked")
	}
	if want.UpstreamURL != "" {
		out = compare(out, "upstream URL", u.last.URL.String(), want.UpstreamURL)
	}
	for name, value := range want.UpstreamHeaders {
		got := u.last.Header.Get(name)
		if name == "host" {
			got = u.last.Host
		}
		out = compare(out, "upstream "+name, got, value)
	}
	for _, name := range want.UpstreamAbsent {
		out = compare(out, "upstream "+name, u.last.Header.Get(name), "")
	}
	for name, value := range want.Headers {
		out = compare(out, name, w.Header().Get(name), value)
	}
	for _, name := range want.Absent {
		out = compare(out, name, w.Header().Get(name), "")
	}
	if want.SetCookie != nil && !slices.Equal(w.Header().Values("Set-Cookie"), want.SetCookie) {
		out = append(out, "the cookies differ")
	}
	return out
}
