package clerktest

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	clerk "github.com/clerkgo/clerk-go/core"
)

// maxBody bounds a JSON request body; uploads have their own limit.
const maxBody = 4 << 20

// apiVersions are the values that Clerk-API-Version may have.
var apiVersions = map[string]bool{
	"2021-02-05": true, "2024-10-01": true, "2025-04-10": true, "2025-11-10": true, clerk.APIVersion: true,
}

// maxTarget bounds the path and the query of a request, in bytes. A handshake carries the address of a page in its
// query.
const maxTarget = 32 << 10

type labelKey struct{}

// ServeHTTP answers the Backend API, under /v1 or without it, the Frontend API and the emulator's own routes.
func (e *Emulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if len(r.URL.EscapedPath())+len(r.URL.RawQuery) > maxTarget {
		writeFrontendError(w, newError(http.StatusRequestURITooLong, "request_uri_too_long", "the address is too long", "an address has at most 32 KB"))
		return
	}
	admin := strings.HasPrefix(r.URL.Path+"/", adminPath+"/")
	switch {
	case strings.HasPrefix(r.URL.Path, adminPath+"/v1/"):
		e.serveConsoleCall(w, r)
		return
	case !admin:
		w, r = watch(w, r)
	}
	r = dropFrontendPath(r)
	if admin || !hasSecretKey(r) {
		h, params, known, ok := e.raw.Find(r.Method, r.URL.EscapedPath())
		switch {
		case ok:
			for _, p := range params {
				r.SetPathValue(p.Name, p.Value)
			}
			h(w, r)
			return
		case admin:
			writeAdminError(w, errNoAdminRoute(known))
			return
		case e.isFrontend(r):
			e.serveFrontend(w, r)
			return
		}
	}
	e.serveBackend(w, r)
}

// dropFrontendPath removes the /name.clerk.accounts.dev that a frontend host of the emulator puts in front of each
// path, and remembers the name.
func dropFrontendPath(r *http.Request) *http.Request {
	first, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	name, ok := strings.CutSuffix(first, frontendSuffix)
	if !ok {
		return r
	}
	r = r.Clone(context.WithValue(r.Context(), labelKey{}, name))
	r.URL.Path = "/" + rest
	r.URL.RawPath = ""
	return r
}

// instanceOf returns the instance that a request without a secret key means: the one of the frontend host in its path,
// else the first.
func (e *Emulator) instanceOf(r *http.Request) *Instance {
	if name, ok := r.Context().Value(labelKey{}).(string); ok {
		if in := e.InstanceByName(name); in != nil {
			return in
		}
	}
	return e.first
}

func bearer(r *http.Request) (token string, ok bool) {
	scheme, token, found := strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.TrimSpace(token), found && strings.EqualFold(scheme, "Bearer") && strings.TrimSpace(token) != ""
}

func hasSecretKey(r *http.Request) bool {
	token, ok := bearer(r)
	return ok && (strings.HasPrefix(token, "sk_") || strings.HasPrefix(token, "ak_"))
}

func (e *Emulator) serveBackend(w http.ResponseWriter, r *http.Request) {
	started := time.Now()
	c := &call{emulator: e, w: w, r: r, traceID: randomHex(16)}
	answer, err := e.answer(c)
	status := 0
	defer func() { e.logCall(c, "backend", started, status, err) }() // also when a fault cuts the connection
	status = c.respond(answer, err)
}

// serveConsoleCall answers a call of the Backend API that the console makes below the admin API, for its own pages
// only.
func (e *Emulator) serveConsoleCall(w http.ResponseWriter, r *http.Request) {
	if err := e.guardAdmin(r); err != nil {
		writeAdminError(w, err)
		return
	}
	http.StripPrefix(adminPath, http.HandlerFunc(e.serveBackend)).ServeHTTP(w, r)
}

// logCall notes an answered request of one of the two APIs. The calls of the console, which nobody watches, are left
// out.
func (e *Emulator) logCall(c *call, api string, started time.Time, status int, err error) {
	x, watched := c.w.(*exchange)
	if !watched {
		return
	}
	rec := loggedRequest{api: api, exchange: x, RequestRecord: RequestRecord{
		At: started, Method: c.r.Method, Path: c.r.URL.Path, Status: status, Duration: time.Since(started), TraceID: c.traceID,
	}}
	if c.endpoint != nil {
		rec.Operation = c.endpoint.op.id
	}
	x.ResponseWriter = nil // the exchange outlives the request
	var refused *apiError
	if errors.As(err, &refused) && len(refused.items) > 0 {
		rec.ErrorCode = refused.items[0].Code
	}
	e.logRequest(c.inst, rec)
}

// recoverInto makes an error of a panic, except of the one by which a connection is cut.
func recoverInto[T any](answer *T, err *error) {
	if v := recover(); v != nil {
		if e, ok := v.(error); ok && errors.Is(e, http.ErrAbortHandler) {
			panic(v)
		}
		var none T
		*answer, *err = none, fmt.Errorf("clerktest: panic: %v\n%s", v, debug.Stack())
	}
}

// answer finds the operation, checks key and parameters, and runs the handler.
func (e *Emulator) answer(c *call) (answer any, err error) {
	defer recoverInto(&answer, &err)
	path := c.r.URL.EscapedPath()
	if rest, ok := strings.CutPrefix(path, "/v1/"); ok {
		path = "/" + rest
	}
	ep, params, known, ok := e.backend.Find(c.r.Method, path)
	if err := c.authenticate(ep); err != nil {
		return nil, err
	}
	switch {
	case !ok && known:
		return nil, errMethod()
	case !ok:
		return nil, errNoRoute()
	}
	c.endpoint, c.params = ep, params
	if err := checkVersion(c.r); err != nil {
		return nil, err
	}
	for _, fn := range e.intercept {
		if err := fn(c); err != nil {
			return nil, err
		}
	}
	if ep.read == nil && ep.write == nil {
		return nil, errNotEmulated(ep.op)
	}
	if err := c.readParams(); err != nil {
		return nil, err
	}
	return c.run()
}

func (c *call) run() (answer any, err error) {
	if c.endpoint.keys {
		if err := c.inst.ensureKey(); err != nil {
			return nil, err
		}
	}
	if c.endpoint.read != nil {
		err = c.inst.read(func(x *tx) error {
			c.tx = x
			answer, err = c.endpoint.read(c)
			return err
		})
		return answer, err
	}
	origin := &requestOrigin{userAgent: c.r.UserAgent()}
	origin.clientIP, _, _ = net.SplitHostPort(c.r.RemoteAddr)
	err = c.inst.writeFrom(origin, func(x *tx) error {
		c.tx = x
		answer, err = c.endpoint.write(c)
		return err
	})
	return answer, err
}

// authenticate finds the instance of the call by its key.
func (c *call) authenticate(ep *endpoint) error {
	kind := authSecretKey
	if ep != nil {
		kind = ep.auth
	}
	key, ok := bearer(c.r)
	if !ok {
		if kind == authNone && c.r.Header.Get("Authorization") == "" {
			c.inst = c.emulator.instanceOf(c.r)
			return nil
		}
		return errKeyMissing()
	}
	if isLiveKey(key) {
		return errKeyLive()
	}
	if c.inst = c.emulator.instanceByKey(key); c.inst != nil {
		return nil
	}
	if kind == authMachineOrKey && strings.HasPrefix(key, "ak_") {
		if c.inst, c.machine = c.emulator.machineByKey(key); c.inst != nil {
			return nil
		}
	}
	return errKeyInvalid()
}

func checkVersion(r *http.Request) error {
	header, query := r.Header.Get("Clerk-API-Version"), ""
	if strings.Contains(r.URL.RawQuery, "__clerk_api_version") {
		query = r.URL.Query().Get("__clerk_api_version")
	}
	switch {
	case header != "" && query != "":
		return errBadRequest("api_version_invalid", "the API version has to be in the header or in the query, not in both")
	case header+query != "" && !apiVersions[header+query] && !newerVersion(header+query):
		return errBadRequest("api_version_invalid", "this API version does not exist")
	}
	return nil
}

// newerVersion reports whether a version is a date after those that the emulator knows: what is newer passes, because
// newer SDKs ask for it.
func newerVersion(version string) bool {
	_, err := time.Parse(time.DateOnly, version)
	return err == nil && version > clerk.APIVersion
}

// respond writes the answer and returns its status.
func (c *call) respond(answer any, err error) int {
	if err != nil {
		return c.refuse(err)
	}
	status := cmp.Or(c.status, c.endpoint.op.status)
	h := c.w.Header()
	h.Set("Clerk-Trace-Id", c.traceID)
	if t, ok := answer.(textAnswer); ok {
		h.Set("Content-Type", t.contentType)
		c.w.WriteHeader(status)
		_, _ = io.WriteString(c.w, t.text)
		return status
	}
	if c.endpoint.op.shape == shapeEmpty {
		c.w.WriteHeader(status)
		return status
	}
	body, err := json.Marshal(answer)
	if err != nil {
		return c.refuse(err)
	}
	return c.writeJSON(body)
}

// writeJSON writes a successful answer.
func (c *call) writeJSON(body []byte) int {
	h := c.w.Header()
	h.Set("Clerk-Trace-Id", c.traceID)
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	status := cmp.Or(c.status, c.endpoint.op.status)
	c.w.WriteHeader(status)
	_, _ = c.w.Write(body)
	return status
}

func (c *call) refuse(err error) int {
	var refused *apiError
	if !errors.As(err, &refused) {
		c.emulator.report(c, err)
		refused = errInternal()
	}
	if refused.drop {
		panic(http.ErrAbortHandler)
	}
	h := c.w.Header()
	h.Set("Clerk-Trace-Id", c.traceID)
	if refused.retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(refused.retryAfter))
	}
	h.Set("Content-Type", "application/json")
	body, err := json.Marshal(errorBody{Errors: refused.items, TraceID: c.traceID})
	if err != nil {
		body = []byte(`{"errors":[]}`)
	}
	c.w.WriteHeader(refused.status)
	_, _ = c.w.Write(body)
	return refused.status
}
