package clerktest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// adminPath begins every path of the admin API. Clerk uses none that begins so.
const adminPath = "/_clerktest"

// maxAdminBody bounds the body of an admin request: a whole state may be in it.
const maxAdminBody = 256 << 20

// adminRoute is one operation of the admin API on one instance. A nil answer is 204.
type adminRoute struct {
	method, path string
	serve        func(in *Instance, r *http.Request) (any, error)
}

// streamed is a JSON answer that is written piece by piece.
type streamed func(io.Writer) error

// adminFamily is the admin API: what the methods of Instance do, over HTTP. The instance is the first one, or the one
// that the parameter instance names.
func adminFamily() family {
	f := family{}
	lists := [][]adminRoute{
		adminStateRoutes, adminTimeRoutes, adminTokenRoutes, adminTrafficRoutes, adminOAuthRoutes, adminListRoutes, adminLinkRoutes,
		adminInspectorRoutes, adminSnapshotRoutes,
	}
	for _, list := range lists {
		for _, route := range list {
			f.raw = append(f.raw, rawRoute{route.method, adminPath + route.path, route.handler})
		}
	}
	f.raw = append(f.raw, rawRoute{http.MethodGet, adminPath + "/open", openAsBrowser}, rawRoute{http.MethodGet, adminPath + "/emails/{id}/body", serveEmailBody})
	return f
}

func (route adminRoute) handler(e *Emulator) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		answer, err := e.serveAdmin(route, r)
		w.Header().Set("Cache-Control", "no-store")
		if err != nil {
			writeAdminError(w, err)
			return
		}
		if answer == nil {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		switch answer := answer.(type) {
		case json.RawMessage:
			_, _ = w.Write(answer) //nolint:gosec // JSON that says so in its content type
		case streamed:
			if answer(w) != nil {
				panic(http.ErrAbortHandler) // half an answer must not look like a whole one
			}
		default:
			_ = json.NewEncoder(w).Encode(answer)
		}
	}
}

func (e *Emulator) serveAdmin(route adminRoute, r *http.Request) (any, error) {
	if err := e.guardAdmin(r); err != nil {
		return nil, err
	}
	if err := refuseCredentials(r); err != nil {
		return nil, err
	}
	r.Body = http.MaxBytesReader(nil, r.Body, maxAdminBody)
	in := e.first
	if name := r.URL.Query().Get("instance"); name != "" {
		if in = e.InstanceByName(name); in == nil {
			return nil, errNotFound("instance")
		}
	}
	return route.serve(in, r)
}

// guardAdmin keeps pages of other sites out: neither a foreign origin nor a host name that was pointed at this machine
// is served.
func (e *Emulator) guardAdmin(r *http.Request) error {
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	own := "http://" + r.Host
	if !e.ownHost(host) {
		return errForbidden("host_not_allowed", "the admin API does not answer under this host name: start the emulator with its address, see -url")
	}
	if origin := r.Header.Get("Origin"); origin != "" && origin != own && origin != e.url {
		return errForbidden("origin_not_allowed", "the admin API does not answer pages of other origins")
	}
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" && site != "none" {
		return errForbidden("origin_not_allowed", "the admin API does not answer pages of other origins")
	}
	return nil
}

// ownHost reports whether a host name means this emulator. A page of a foreign site can point a name of its own domain
// at the emulator, but neither an address nor a name without a dot; so a remote emulator takes these and the name in
// its URL.
func (e *Emulator) ownHost(host string) bool {
	literal := hostLiteral(host)
	if isLoopback("http://" + literal) {
		return true
	}
	u, err := url.Parse(e.url)
	return e.remote && (net.ParseIP(strings.Trim(host, "[]")) != nil || !strings.Contains(host, ".") || (err == nil && strings.EqualFold(host, u.Hostname())))
}

// refuseCredentials refuses a key, which might name another instance than the one that the call would act on.
func refuseCredentials(r *http.Request) error {
	switch key, _ := bearer(r); {
	case isLiveKey(key):
		return errKeyLive()
	case r.Header.Get("Authorization") != "":
		return errBadRequest("admin_key_unexpected",
			"the admin API takes no key: leave the Authorization header out, and name another instance than the first with ?instance=")
	}
	return nil
}

func errNoAdminRoute(knownPath bool) *apiError {
	if knownPath {
		return newError(http.StatusMethodNotAllowed, "method_not_allowed", "method not allowed", "the admin API has another method on this path")
	}
	return newError(http.StatusNotFound, "resource_not_found", "not found", "the admin API does not have this path")
}

func hostLiteral(host string) string {
	if strings.Contains(host, ":") && !strings.HasPrefix(host, "[") {
		return "[" + host + "]"
	}
	return host
}

func writeAdminError(w http.ResponseWriter, err error) {
	var refused *apiError
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &refused):
	case errors.As(err, &tooLarge):
		refused = newError(http.StatusRequestEntityTooLarge, "request_body_too_large", "request body is too large", "the body is too large")
	default:
		refused = errBadRequest("admin_request_invalid", err.Error())
	}
	writeFrontendError(w, refused)
}

// adminBody reads a JSON body into a T; an empty one is the zero value, an unknown field an error.
func adminBody[T any](r *http.Request) (in T, err error) {
	dec := json.NewDecoder(r.Body)
	dec.DisallowUnknownFields()
	if err = dec.Decode(&in); errors.Is(err, io.EOF) {
		err = nil
	}
	if err != nil {
		err = errBodyInvalid(err.Error())
	}
	return in, err
}

// adminInstance is what the admin API tells about an instance.
type adminInstance struct {
	Name           string     `json:"name"`
	ID             string     `json:"id"`
	URL            string     `json:"url"`
	SecretKey      string     `json:"secret_key"`
	PublishableKey string     `json:"publishable_key"`
	FrontendAPI    string     `json:"frontend_api"`
	Issuer         string     `json:"issuer"`
	Application    string     `json:"application"` // its origin
	Production     bool       `json:"production"`
	RateLimited    bool       `json:"rate_limited"`
	Clock          adminClock `json:"clock"`
	Records        recordMap  `json:"records"`
}

// recordMap counts the rows of each table that has any.
type recordMap map[string]int

func describeInstance(in *Instance) adminInstance {
	return adminInstance{
		Name: in.Name(), ID: in.ID(), URL: in.URL(), SecretKey: in.SecretKey(), PublishableKey: in.PublishableKey(),
		FrontendAPI: in.FrontendAPI(), Issuer: in.Issuer(), Application: in.AuthorizedParty(), Production: in.Production(), RateLimited: in.RateLimited(),
		Clock: describeClock(in), Records: in.recordCounts(),
	}
}

func (in *Instance) recordCounts() recordMap {
	counts := recordMap{}
	_ = in.read(func(x *tx) error {
		for name, c := range x.state.collections {
			if n := c.count(); n > 0 {
				counts[name] = n
			}
		}
		return nil
	})
	return counts
}

// adminClock is the instance's clock as the admin API shows and takes it.
type adminClock struct {
	Now    int64 `json:"now"` // Unix milliseconds
	Frozen bool  `json:"frozen"`
	Offset int64 `json:"offset_ms"`
}

func describeClock(in *Instance) adminClock {
	return adminClock{Now: in.clock.nowMillis(), Frozen: in.clock.Frozen(), Offset: in.clock.Offset().Milliseconds()}
}

var adminTimeRoutes = []adminRoute{
	{http.MethodGet, "/clock", func(in *Instance, _ *http.Request) (any, error) { return describeClock(in), nil }},
	{http.MethodPost, "/clock", moveClock},
}

// moveClock freezes, sets, advances, or resets the clock, in that order when a request asks for several.
func moveClock(in *Instance, r *http.Request) (any, error) {
	move, err := adminBody[struct {
		Reset   bool   `json:"reset"`
		Freeze  *bool  `json:"freeze"`
		Set     *int64 `json:"set"`     // Unix milliseconds
		Advance string `json:"advance"` // a duration such as 1h30m
	}](r)
	if err != nil {
		return nil, err
	}
	var by time.Duration
	if move.Advance != "" {
		if by, err = time.ParseDuration(move.Advance); err != nil {
			return nil, errParamFormat("advance", "a duration such as 1h30m")
		}
	}
	if move.Reset {
		in.clock.Reset()
	}
	if move.Freeze != nil && *move.Freeze {
		in.clock.Freeze()
	}
	if move.Set != nil {
		in.clock.Set(time.UnixMilli(*move.Set))
	}
	if by != 0 {
		in.clock.Advance(by)
	}
	if move.Freeze != nil && !*move.Freeze {
		in.clock.Unfreeze()
	}
	return describeClock(in), nil
}

var adminStateRoutes = []adminRoute{
	{http.MethodGet, "/instance", func(in *Instance, _ *http.Request) (any, error) { return describeInstance(in), nil }},
	{http.MethodGet, "/instances", listInstances},
	{http.MethodPost, "/instances", addInstance},
	{http.MethodDelete, "/instances/{name}", removeInstance},
	{http.MethodGet, "/state", func(in *Instance, _ *http.Request) (any, error) { return streamed(in.WriteState), nil }},
	{http.MethodPut, "/state", func(in *Instance, r *http.Request) (any, error) { return nil, withBody(r, in.LoadState) }},
	{http.MethodPost, "/reset", func(in *Instance, _ *http.Request) (any, error) { return nil, in.reset() }},
	{http.MethodPost, "/seed", func(in *Instance, r *http.Request) (any, error) { return nil, withBody(r, in.Seed) }},
	{http.MethodGet, "/seed.schema.json", func(*Instance, *http.Request) (any, error) { return json.RawMessage(SeedSchema), nil }},
	{http.MethodGet, "/user_settings", func(in *Instance, _ *http.Request) (any, error) { return in.UserSettings(), nil }},
	{http.MethodPatch, "/user_settings", func(in *Instance, r *http.Request) (any, error) {
		err := withBody(r, func(raw []byte) error {
			return in.write(func(x *tx) error { return x.mergeUserSettings(raw) })
		})
		return in.UserSettings(), err
	}},
	{http.MethodPost, "/import/users", func(in *Instance, r *http.Request) (any, error) {
		var n int
		err := withBody(r, func(raw []byte) (err error) { n, err = in.ImportUsers(raw); return err })
		return map[string]int{"imported": n}, err
	}},
	{http.MethodGet, "/user_settings", func(in *Instance, _ *http.Request) (any, error) { return in.UserSettings(), nil }},
	{http.MethodPut, "/user_settings", func(in *Instance, r *http.Request) (any, error) {
		next, err := adminBody[UserSettings](r)
		if err == nil {
			err = in.changeUserSettings(func(s *UserSettings) error { *s = next; return nil })
		}
		return in.UserSettings(), err
	}},
	{http.MethodGet, "/restrictions", func(in *Instance, _ *http.Request) (out any, err error) {
		err = in.read(func(x *tx) error { out = wireRestrictions(x.settings()); return nil })
		return out, err
	}},
	{http.MethodPost, "/production", func(in *Instance, r *http.Request) (any, error) {
		on, err := adminBody[struct {
			On bool `json:"on"`
		}](r)
		if err == nil {
			in.SetProduction(on.On)
		}
		return describeInstance(in), err
	}},
}

func withBody(r *http.Request, use func([]byte) error) error {
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		return fmt.Errorf("reading the body: %w", err)
	}
	return use(raw)
}

func listInstances(in *Instance, _ *http.Request) (any, error) {
	out := []adminInstance{}
	for _, one := range in.emulator.Instances() {
		out = append(out, describeInstance(one))
	}
	return out, nil
}

func addInstance(in *Instance, r *http.Request) (any, error) {
	body, err := adminBody[struct {
		Name      string `json:"name"`
		SecretKey string `json:"secret_key"`
	}](r)
	if err != nil {
		return nil, err
	}
	made, err := in.emulator.AddInstance(body.Name, body.SecretKey)
	if err != nil {
		return nil, err
	}
	return describeInstance(made), nil
}

func removeInstance(in *Instance, r *http.Request) (any, error) {
	gone := in.emulator.InstanceByName(r.PathValue("name"))
	switch gone {
	case nil:
		return nil, errNotFound("instance")
	case in.emulator.first:
		return nil, errForbidden("first_instance", "the first instance stays")
	}
	in.emulator.RemoveInstance(gone)
	return nil, nil
}
