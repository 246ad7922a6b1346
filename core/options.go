package clerk

import (
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Limits and defaults of a client.
const (
	defaultTimeout  = 30 * time.Second
	defaultRetries  = 2
	maxRetries      = 10
	defaultMaxBytes = 32 << 20
	maxPacedBurst   = 100_000
	maxReadAhead    = 16
)

// ClientOption configures a client. A [RequestOption] is also a ClientOption: given to [NewClient] it holds for every
// call, unless the call says otherwise.
type ClientOption interface {
	applyClient(cfg *clientConfig)
}

// RequestOption configures one call.
type RequestOption func(cfg *requestConfig)

// clientConfig is what NewClient collects from its options.
type clientConfig struct {
	defaults   requestConfig
	baseURL    string
	httpClient *http.Client
	logger     *slog.Logger
	limiter    *pacer
	observer   Observer
	apiVersion string
	userAgent  string
	maxBytes   int64
	plainHTTP  bool
	errs       []error
}

// requestConfig is what holds for one call.
type requestConfig struct {
	secretKey *secret
	header    http.Header
	timeout   time.Duration
	retries   int
	raw       *RawResponse
	fields    []bodyField // added to the body
	query     url.Values  // added to the query
	prefetch  bool
	readAhead int    // pages that an iterator asks for at once
	perCall   string // name of an option that is for one call only, refused as a client option
	err       *ConfigError
}

type clientOption func(cfg *clientConfig)

func (o clientOption) applyClient(cfg *clientConfig) { o(cfg) }

func (o RequestOption) applyClient(cfg *clientConfig) {
	if o == nil {
		return
	}
	o(&cfg.defaults)
	if cfg.defaults.perCall != "" && cfg.defaults.err == nil {
		cfg.defaults.refuse(cfg.defaults.perCall, "is for one call, not for a client")
	}
	if cfg.defaults.err != nil {
		cfg.refuse(cfg.defaults.err.Option, cfg.defaults.err.Reason)
	}
	cfg.defaults.err, cfg.defaults.perCall = nil, ""
}

// refuse keeps a complaint; NewClient returns all of them.
func (c *clientConfig) refuse(option, reason string) {
	c.errs = append(c.errs, &ConfigError{Option: option, Reason: reason})
}

// refuse keeps the first complaint.
func (c *requestConfig) refuse(option, reason string) {
	if c.err == nil {
		c.err = &ConfigError{Option: option, Reason: reason}
	}
}

// WithBaseURL sets the address of the API; the default is https://api.clerk.com/v1. A URL without a path gets /v1.
// Plain http is for this machine (localhost and loopback addresses), unless [WithPlainHTTP] is given. A live key is
// refused with such addresses.
func WithBaseURL(baseURL string) ClientOption {
	return clientOption(func(cfg *clientConfig) { cfg.baseURL = baseURL })
}

// WithPlainHTTP lets the base URL be plain http on another machine, such as an emulator in a container beside this one.
// Keys and answers cross the network in the clear, so a live key is refused there.
func WithPlainHTTP() ClientOption {
	return clientOption(func(cfg *clientConfig) { cfg.plainHTTP = true })
}

// WithHTTPClient sets the HTTP client whose transport, cookie jar and timeout are used. The client is copied, not
// changed, and the copy never follows redirects. Put tracing and metrics into its Transport.
func WithHTTPClient(httpClient *http.Client) ClientOption {
	return clientOption(func(cfg *clientConfig) {
		if httpClient == nil {
			cfg.refuse("WithHTTPClient", "client is nil")
			return
		}
		cfg.httpClient = httpClient
	})
}

// WithLogger sets where requests are logged; the default is nowhere. A line holds operation, status, attempt, duration
// and trace id: successes at debug level, retries and failures at warn level.
func WithLogger(logger *slog.Logger) ClientOption {
	return clientOption(func(cfg *clientConfig) {
		if logger == nil {
			cfg.refuse("WithLogger", "logger is nil")
			return
		}
		cfg.logger = logger
	})
}

// WithRateLimit spaces the requests of the client, over all goroutines, to at most n in any period per. Up to n
// requests may go out at once after a pause. Clerk's documented limits are 1000 in 10 seconds for production instances
// and 100 in 10 seconds for development instances. The default is no pacing.
func WithRateLimit(n int, per time.Duration) ClientOption {
	return clientOption(func(cfg *clientConfig) {
		if n <= 0 || n > maxPacedBurst || per <= 0 {
			cfg.refuse("WithRateLimit", "count must be from 1 to 100000 and period positive")
			return
		}
		cfg.limiter = newPacer(n, per)
	})
}

// WithAPIVersion sets the Clerk-API-Version that is sent; the default is [APIVersion], the one the types of this
// package describe.
func WithAPIVersion(version string) ClientOption {
	return clientOption(func(cfg *clientConfig) {
		if plainWord(version) == "" {
			cfg.refuse("WithAPIVersion", "version is empty or has odd characters")
			return
		}
		cfg.apiVersion = version
	})
}

// WithUserAgent puts product, such as "shop/1.2", in front of the User-Agent of this package.
func WithUserAgent(product string) ClientOption {
	return clientOption(func(cfg *clientConfig) {
		if strings.TrimSpace(product) == "" || !validHeaderValue(product) {
			cfg.refuse("WithUserAgent", "product is empty or has odd characters")
			return
		}
		cfg.userAgent = product
	})
}

// WithMaxResponseBytes limits the length of an answer's body; the default is 32 MiB. A longer one is a
// [*BodyTooLargeError], and so is one with more JSON objects than one for each 256 bytes of the limit.
func WithMaxResponseBytes(n int64) ClientOption {
	return clientOption(func(cfg *clientConfig) {
		if n <= 0 {
			cfg.refuse("WithMaxResponseBytes", "limit must be positive")
			return
		}
		cfg.maxBytes = n
	})
}

// WithSecretKey uses another key, such as a machine secret key, for the call.
func WithSecretKey(key string) RequestOption {
	return func(cfg *requestConfig) {
		if reason := checkKey(key); reason != "" {
			cfg.refuse("WithSecretKey", reason)
			return
		}
		cfg.secretKey = newSecret(key)
	}
}

// WithHeader sets a request header. Authorization is set with [WithSecretKey] instead; the headers that belong to the
// HTTP message itself cannot be set.
func WithHeader(name, value string) RequestOption {
	return func(cfg *requestConfig) {
		name := http.CanonicalHeaderKey(name)
		switch name {
		case "Authorization", "Host", "Content-Length", "Transfer-Encoding", "Connection", "Trailer", "Upgrade":
			cfg.refuse("WithHeader", "this header cannot be set")
			return
		}
		if !validHeaderName(name) || !validHeaderValue(value) {
			cfg.refuse("WithHeader", "name or value has odd characters")
			return
		}
		header := cfg.header.Clone()
		if header == nil {
			header = http.Header{}
		}
		header.Set(name, value)
		cfg.header = header
	}
}

// WithTimeout limits the time of one attempt, from connecting to the last byte of the answer; the default is 30
// seconds. Limit a whole call, with its retries, through the context.
func WithTimeout(timeout time.Duration) RequestOption {
	return func(cfg *requestConfig) {
		if timeout <= 0 {
			cfg.refuse("WithTimeout", "timeout must be positive")
			return
		}
		cfg.timeout = timeout
	}
}

// WithRetries sets how often a request may be sent again, from 0 to 10; the default is 2. What is sent again is decided
// by the operation's [RetryClass]: a write that is not idempotent only when it was refused with 429 or never left.
func WithRetries(n int) RequestOption {
	return func(cfg *requestConfig) {
		if n < 0 || n > maxRetries {
			cfg.refuse("WithRetries", "count must be from 0 to 10")
			return
		}
		cfg.retries = n
	}
}

// WithRawResponse stores status, header and body of the answer in raw, for failures of the API too. An iterator stores
// each page before its first item. The body is shared with the decoded result: do not change it.
func WithRawResponse(raw *RawResponse) RequestOption {
	return func(cfg *requestConfig) {
		if raw == nil {
			cfg.refuse("WithRawResponse", "target is nil")
			return
		}
		cfg.raw, cfg.perCall = raw, "WithRawResponse"
	}
}

// WithPrefetch says whether an iterator may ask for pages before the loop reaches them; the default is true. Other
// calls ignore it.
func WithPrefetch(prefetch bool) RequestOption {
	return func(cfg *requestConfig) { cfg.prefetch = prefetch }
}

// WithReadAhead lets an iterator ask for n pages at once, from 1 to 16, as soon as the loop has used half of its first
// page; the items still come in order. The pages are asked for by offset, also in lists that have a cursor, and keep to
// the limit of [WithRateLimit]. The default is 1. Reading ahead makes long walks faster and costs up to n requests in
// vain when the loop is left early. WithPrefetch(false) turns it off.
func WithReadAhead(n int) RequestOption {
	return func(cfg *requestConfig) {
		if n < 1 || n > maxReadAhead {
			cfg.refuse("WithReadAhead", "count must be from 1 to 16")
			return
		}
		cfg.readAhead = n
	}
}

// checkKey returns why a key cannot be used, or "". It never returns a part of the key.
func checkKey(key string) string {
	switch {
	case key == "":
		return "key is empty"
	case strings.ContainsAny(key[:1], "\"'`"):
		return "key is in quotes: remove them, as in a .env file that another tool has read"
	case strings.HasPrefix(key, "pk_"):
		return "key is a publishable key, not a secret key: the two are swapped"
	case strings.HasPrefix(key, "whsec_"):
		return "key is the signing secret of a webhook endpoint, not a secret key"
	case strings.HasPrefix(key, "Bearer "):
		return "key must be given without Bearer"
	case !validKey(key):
		return "key has spaces or odd characters"
	default:
		return ""
	}
}

// validKey reports whether a key is made of visible ASCII characters.
func validKey(key string) bool {
	for i := range len(key) {
		if key[i] <= ' ' || key[i] >= 0x7f {
			return false
		}
	}
	return true
}

// validHeaderName reports whether name is a token of RFC 9110.
func validHeaderName(name string) bool {
	if name == "" {
		return false
	}
	for i := range len(name) {
		c := name[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !letter && !strings.ContainsRune("!#$%&'*+-.^_`|~", rune(c)) {
			return false
		}
	}
	return true
}

// validHeaderValue reports whether value has no control characters.
func validHeaderValue(value string) bool {
	for i := range len(value) {
		if value[i] < ' ' && value[i] != '\t' || value[i] == 0x7f {
			return false
		}
	}
	return true
}

// cloneValues copies a query, so that what the caller passed is neither changed nor read later.
func cloneValues(values url.Values) url.Values {
	clone := make(url.Values, len(values)+1)
	for name, list := range values {
		clone[name] = append([]string(nil), list...)
	}
	return clone
}
