package clerktest

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/clerkgo/clerk-go/clerktest/internal/route"
)

// Emulator is a local Clerk as an [http.Handler]. Make one with [New], or with [NewServer] or [Start], which also
// listen. It is safe for concurrent use.
type Emulator struct {
	url         string
	frontendAPI string
	clerkJS     string // folder above node_modules, empty when it is looked for
	origin      string // of the application
	azp         string // of tokens that no page asked for; empty leaves the claim out
	remote      bool   // serves other machines too
	realTokens  bool   // tokens follow the machine's time
	client      *http.Client
	log         *slog.Logger
	progress    func(instance string, share float64) // of reading the data folder

	operations map[string]*operation
	backend    route.Router[*endpoint]
	frontend   route.Router[*frontendEndpoint]
	raw        route.Router[http.HandlerFunc]
	tables     []anyTable
	intercept  []interceptor
	start      []func(*Instance)

	userGone         []func(x *tx, userID string)
	organizationGone []func(x *tx, organizationID string)

	mu        sync.RWMutex
	instances map[string]*Instance // by secret key
	names     map[string]*Instance
	first     *Instance
	onRequest []func(RequestRecord)
	strays    *requestLog // requests of no instance
	dataDir   string      // empty unless the instances are kept on disk
}

// TB is the part of testing.TB that the emulator needs.
type TB interface {
	Helper()
	Cleanup(fn func())
	Fatalf(format string, args ...any)
}

// Option changes how an emulator is made.
type Option func(*settings) error

// OptionError is the error of an option that [New] cannot follow.
type OptionError struct {
	Option string // name of its function, such as WithData
	Err    error  // what is wrong
}

// Error returns what is wrong, after the name of the option.
func (e *OptionError) Error() string { return "clerktest: " + e.Option + ": " + e.Err.Error() }

// Unwrap returns what is wrong.
func (e *OptionError) Unwrap() error { return e.Err }

type settings struct {
	clerkJS     string
	url         string
	frontendAPI string
	secret      string
	standardKey string
	realTokens  bool
	hookSecret  string
	origin      string
	azp         string
	remote      bool
	data        string
	progress    func(instance string, share float64)
	webhooks    []string
	log         *slog.Logger
}

// WithURL sets the address under which the emulator will be reached, scheme and host without a path. [NewServer] and
// [Start] know theirs; [New] needs it, because the publishable key and the issuer contain it.
func WithURL(address string) Option {
	return func(s *settings) error {
		u, err := url.Parse(address)
		if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || strings.Trim(u.Path, "/") != "" {
			return &OptionError{"WithURL", errors.New("want http or https, a host and no path")}
		}
		s.url = u.Scheme + "://" + u.Host
		return nil
	}
}

// WithSecretKey sets the secret key of the first instance instead of a random one. It has to begin with sk_test_: live
// keys are refused.
func WithSecretKey(key string) Option {
	return func(s *settings) error {
		if err := checkSecretKey(key); err != nil {
			return &OptionError{"WithSecretKey", err}
		}
		s.secret = key
		return nil
	}
}

// DevelopmentSecretKey is the secret key that [WithDevelopmentKey] gives. It protects nothing.
const DevelopmentSecretKey = "sk_test_local0emulator0development0key0"

// WithDevelopmentKey gives the first instance [DevelopmentSecretKey], so that the settings of an application stay right
// over restarts. A key of [WithSecretKey], or one that the data folder holds, comes first.
func WithDevelopmentKey() Option {
	return func(s *settings) error { s.standardKey = DevelopmentSecretKey; return nil }
}

// WithRealTimeTokens makes session tokens follow the machine's time, while records, sessions and webhook retries follow
// the instance's clock. Another process, whose clock does not move with the instance's, then accepts the tokens.
func WithRealTimeTokens() Option {
	return func(s *settings) error { s.realTokens = true; return nil }
}

// WithFrontendAPI sets the frontend host of the first instance, for browser set-ups that map a conventional host name
// to the emulator.
func WithFrontendAPI(host string) Option {
	return func(s *settings) error {
		if !strings.Contains(host, ".") || strings.ContainsAny(host, "$ ") || strings.Contains(host, "://") {
			return &OptionError{"WithFrontendAPI", errors.New("want a host name without a scheme")}
		}
		s.frontendAPI = host
		return nil
	}
}

// WithAuthorizedParty sets the origin of the application. It becomes the azp claim of every session token for which no
// page named another one, also where Clerk leaves the claim out: in tokens of the Backend API and, as the origin of the
// page, of handshakes. Empty leaves it out everywhere. Without this option only the tokens of Go helpers such as SignIn
// have the claim, which is http://localhost:3000 then.
func WithAuthorizedParty(origin string) Option {
	return func(s *settings) error { s.origin, s.azp = origin, origin; return nil }
}

// WithLogger sets where the emulator reports its own failures. Without it they go to the default logger.
func WithLogger(log *slog.Logger) Option {
	return func(s *settings) error { s.log = log; return nil }
}

// WithRemoteAddress allows an address that other machines reach. The emulator protects nothing, so without this option
// it refuses such an address.
func WithRemoteAddress() Option {
	return func(s *settings) error { s.remote = true; return nil }
}

// New returns an emulator with one instance. It does not listen.
func New(opts ...Option) (*Emulator, error) {
	s := settings{url: "http://127.0.0.1", origin: "http://localhost:3000"}
	for _, opt := range opts {
		if err := opt(&s); err != nil {
			return nil, err
		}
	}
	if s.log == nil {
		s.log = slog.Default()
	}
	if s.progress == nil {
		s.progress = func(instance string, share float64) {
			s.log.Info("reading the data folder", "instance", instance, "done", fmt.Sprintf("%.0f%%", 100*share))
		}
	}
	if !s.remote && !isLoopback(s.url) {
		return nil, errors.New("clerktest: New: the address is not on this machine, see WithRemoteAddress")
	}
	e := &Emulator{
		url: s.url, frontendAPI: s.frontendAPI, clerkJS: s.clerkJS, origin: s.origin, azp: s.azp, remote: s.remote, realTokens: s.realTokens, client: &http.Client{Transport: newTransport()}, log: s.log, progress: s.progress,
		dataDir: s.data, instances: map[string]*Instance{}, names: map[string]*Instance{}, strays: newRequestLog(),
	}
	if err := e.mount(families()); err != nil {
		return nil, err
	}
	if err := e.addFirst(&s); err != nil {
		return nil, err
	}
	return e, nil
}

// addFirst makes the first instance and those that the data folder holds beside it.
func (e *Emulator) addFirst(s *settings) (err error) {
	if e.first, err = e.addInstance(firstInstance, s.secret, s); err != nil {
		return err
	}
	if err = e.addKept(); err != nil {
		_ = e.Close()
	}
	return err
}

// firstInstance is the name of the instance that New makes.
const firstInstance = "emulator"

// URL returns the address of the emulator without a path.
func (e *Emulator) URL() string { return e.url }

// Default returns the instance that [New] made.
func (e *Emulator) Default() *Instance { return e.first }

// AddInstance makes another isolated instance. The name, of lower-case letters, digits and dashes, must be new. An
// empty secretKey is the one that the data folder keeps for this name, else a random one.
func (e *Emulator) AddInstance(name, secretKey string) (*Instance, error) {
	in, err := e.addInstance(name, secretKey, &settings{})
	if err != nil {
		return nil, fmt.Errorf("clerktest: AddInstance: %w", err)
	}
	return in, nil
}

func (e *Emulator) addInstance(name, secretKey string, s *settings) (*Instance, error) {
	if !isLabel(name) {
		return nil, errors.New("the name must be made of a-z, 0-9 and dashes")
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.names[name] != nil {
		return nil, fmt.Errorf("instance %s exists already", name)
	}
	folder, kept, err := e.openFolder(name)
	if err != nil {
		return nil, err
	}
	in, err := e.startInstance(name, cmp.Or(secretKey, kept, s.standardKey, "sk_test_"+randomHex(20)), folder, s)
	if err != nil {
		if folder != nil {
			_ = folder.close()
		}
		return nil, err
	}
	e.instances[in.secret], e.names[name] = in, in
	return in, nil
}

// startInstance needs the lock.
func (e *Emulator) startInstance(name, secretKey string, folder *dataFolder, s *settings) (*Instance, error) {
	if err := checkSecretKey(secretKey); err != nil {
		return nil, err
	}
	if e.instances[secretKey] != nil {
		return nil, errors.New("another instance has this secret key")
	}
	in := e.newStarted(name, secretKey)
	if folder != nil {
		if err := folder.attach(in); err != nil {
			return nil, err
		}
	}
	return in, in.settle(s)
}

// newStarted returns an instance with the records that every instance begins with.
func (e *Emulator) newStarted(name, secretKey string) *Instance {
	in := newInstance(e, name, secretKey)
	for _, fn := range e.start {
		fn(in)
	}
	return in
}

// RemoveInstance forgets an instance and everything in it. The first one stays.
func (e *Emulator) RemoveInstance(in *Instance) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if in == e.first || e.names[in.name] != in {
		return
	}
	delete(e.instances, in.secret)
	delete(e.names, in.name)
	in.closeWebhooks()
	e.forget(in)
}

// Instances returns all instances in no particular order.
func (e *Emulator) Instances() []*Instance {
	e.mu.RLock()
	defer e.mu.RUnlock()
	out := make([]*Instance, 0, len(e.names))
	for _, in := range e.names {
		out = append(out, in)
	}
	return out
}

// InstanceByName returns an instance, nil when there is none of this name.
func (e *Emulator) InstanceByName(name string) *Instance {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return e.names[name]
}

func (e *Emulator) instanceByKey(secret string) *Instance {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return e.instances[secret]
}

// report logs a failure of the emulator itself.
func (e *Emulator) report(c *call, err error) {
	operation := ""
	if c.endpoint != nil {
		operation = c.endpoint.op.id
	}
	e.log.Error("clerktest: a handler failed", "operation", operation, "trace", c.traceID, "error", err)
}

func (e *Emulator) emptyState() *state {
	s := &state{collections: make(map[string]anyCollection, len(e.tables))}
	for _, t := range e.tables {
		s.collections[t.tableName()] = t.newCollection()
	}
	return s
}

func checkSecretKey(key string) error {
	switch {
	case isLiveKey(key):
		return errors.New("a live key must never be used with an emulator")
	case !strings.HasPrefix(key, "sk_test_") || len(key) <= len("sk_test_"):
		return errors.New("a secret key has to begin with sk_test_")
	}
	return nil
}

func isLiveKey(key string) bool {
	return strings.HasPrefix(key, "sk_live_") || strings.HasPrefix(key, "live_")
}

func isLabel(name string) bool {
	for _, c := range name {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return name != ""
}

func isLoopback(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	host := u.Hostname()
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

func newTransport() *http.Transport {
	return &http.Transport{MaxIdleConns: 100, MaxIdleConnsPerHost: 100, DialContext: (&net.Dialer{}).DialContext}
}
