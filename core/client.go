package clerk

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"reflect"
	"runtime"
	"strings"

	"github.com/clerkgo/clerk-go/core/internal/fastjson"
)

const (
	// Version is the version of this module.
	Version = "0.1.0"

	defaultBaseURL = "https://api.clerk.com/v1"
)

// settings is everything of a Client but its services.
type settings struct {
	baseURL    string
	testOnly   bool // the address must not see a live key
	httpClient *http.Client
	logger     *slog.Logger
	limiter    *pacer
	observer   Observer
	apiVersion string
	userAgent  string
	maxBytes   int64
	defaults   requestConfig
	plans      *fastjson.Plans

	ownTransport bool // made by newClient, not shared with anybody
}

// NewClient returns a client that uses a secret key, such as "sk_test_…". It opens no connection. A key or an option
// that cannot be used is a [*ConfigError]; if there are several, the error joins them all.
func NewClient(secretKey string, opts ...ClientOption) (*Client, error) {
	return newClient(newSecret(secretKey), settingNames{key: "NewClient", url: "WithBaseURL"}, opts)
}

// NewClientFromEnv returns a client with the key in CLERK_SECRET_KEY and, if it is set, the address of the API in
// CLERK_API_URL. Options win over the environment. The error names the variables.
func NewClientFromEnv(opts ...ClientOption) (*Client, error) {
	names := settingNames{key: "CLERK_SECRET_KEY", url: "WithBaseURL"}
	if address := strings.TrimSpace(os.Getenv("CLERK_API_URL")); address != "" {
		names.url = "CLERK_API_URL"
		opts = append([]ClientOption{WithBaseURL(address)}, opts...)
	}
	return newClient(newSecret(strings.TrimSpace(os.Getenv("CLERK_SECRET_KEY"))), names, opts)
}

// settingNames says where the settings of a client come from, for errors.
type settingNames struct{ key, url string }

// newClient builds a client; key is nil where the calls need none.
func newClient(key *secret, names settingNames, opts []ClientOption) (*Client, error) {
	cfg := clientConfig{
		defaults: requestConfig{
			secretKey: key, timeout: defaultTimeout, retries: defaultRetries, prefetch: true,
		},
		baseURL:    defaultBaseURL,
		apiVersion: APIVersion,
		maxBytes:   defaultMaxBytes,
	}
	for _, opt := range opts {
		if opt != nil {
			opt.applyClient(&cfg)
		}
	}
	if key != nil {
		if reason := checkKey(key.reveal()); reason != "" {
			cfg.refuse(names.key, reason)
		}
	}
	base, testOnly, reason := parseBaseURL(cfg.baseURL, cfg.plainHTTP)
	if reason == "" {
		reason = checkKeyTarget(cfg.defaults.secretKey, testOnly)
	}
	if reason != "" {
		cfg.refuse(names.url, reason)
	}
	if len(cfg.errs) > 0 {
		return nil, errors.Join(cfg.errs...)
	}
	agent := "clerkgo-core/" + Version + " (" + runtime.Version() + ")"
	if cfg.userAgent != "" {
		agent = cfg.userAgent + " " + agent
	}
	c := &Client{settings: settings{
		baseURL:    base,
		testOnly:   testOnly,
		httpClient: newHTTPClient(cfg.httpClient),
		logger:     cfg.logger,
		limiter:    cfg.limiter,
		observer:   cfg.observer,
		apiVersion: cfg.apiVersion,
		userAgent:  agent,
		maxBytes:   cfg.maxBytes,
		defaults:   cfg.defaults,
		plans:      fastjson.NewPlans(reflect.TypeFor[Metadata]()),

		ownTransport: cfg.httpClient == nil,
	}}
	c.wire()
	return c, nil
}

// BaseURL returns the address of the API, without a slash at its end.
func (c *Client) BaseURL() string { return c.baseURL }

// CloseIdleConnections closes connections that no request uses, if the transport can do so. The client stays usable.
func (c *Client) CloseIdleConnections() { c.httpClient.CloseIdleConnections() }

// String describes the client without its key.
func (c *Client) String() string {
	if c == nil {
		return "clerk.Client(nil)"
	}
	return "clerk.Client(" + c.baseURL + ")"
}

// Format prints what String returns, for every verb.
func (c *Client) Format(state fmt.State, _ rune) {
	_, _ = fmt.Fprint(state, c.String())
}

// LogValue returns what String returns.
func (c *Client) LogValue() slog.Value { return slog.StringValue(c.String()) }

// parseBaseURL checks an address and returns it without a slash at its end, whether it is for test keys only, and why
// it cannot be used, if so.
func parseBaseURL(address string, plainHTTP bool) (base string, testOnly bool, reason string) {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "" || u.Hostname() == "":
		return "", false, "not an absolute URL"
	case u.Scheme != "https" && u.Scheme != "http":
		return "", false, "scheme must be https"
	case u.User != nil:
		return "", false, "must not hold a user name or password"
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return "", false, "must not have a query or fragment"
	case hasDotElement(u.EscapedPath()):
		return "", false, "path contains a dot element"
	}
	loopback := isLoopback(u.Hostname())
	if u.Scheme == "http" && !loopback && !plainHTTP {
		return "", false, "plain http is for this machine only, use https"
	}
	path := strings.TrimRight(u.EscapedPath(), "/")
	if path == "" {
		path = "/v1"
	}
	return u.Scheme + "://" + u.Host + path, loopback || u.Scheme == "http", ""
}

// isLoopback reports whether a host name is this machine.
func isLoopback(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	address, err := netip.ParseAddr(host)
	return err == nil && (address.Unmap().IsLoopback() || address.Unmap().IsUnspecified())
}

// checkKeyTarget returns why a key must not be sent to the address, or "".
func checkKeyTarget(key *secret, testOnly bool) string {
	if testOnly && strings.HasPrefix(key.reveal(), "sk_live_") {
		return "a live key must not be used with an emulator, a local address or plain http"
	}
	return ""
}
