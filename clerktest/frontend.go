package clerktest

import (
	"errors"
	"net"
	"net/http"
	"strings"
	"time"
)

// The Frontend API is what browsers talk to. Its operations are those of frontend_operations.txt, which tools/emulatorops
// writes out of Clerk's document; whatever no family handles answers 501 and names the operation. To add an operation, list
// it by its operation id under frontend in a family of registry.go:
//
//	func thingsFamily() family {
//		return family{frontend: map[string]frontendEndpoint{
//			"getThing":    {read: readThing},
//			"updateThing": {write: updateThing},
//			"joinThings":  {write: joinThings, anyone: true},
//		}}
//	}
//
//	func updateThing(c *frontendCall) (any, error) {
//		var in struct {
//			Name field[string] `json:"name"`
//		}
//		if err := c.decode(&in); err != nil {
//			return nil, err
//		}
//		… c.user and c.session are set, c.param("thing_id"), c.query and c.tx are those of the Backend API …
//		return wireThing(t), nil
//	}
//
// A frontendCall is a call of the Backend API with a browser, so that rules, lists and wire values of the one serve the
// other: check c.user's right first, then call the function that the Backend API's handler calls.
//
//   - A handler runs only for a signed-in user, unless anyone is set. c.device() is the browser's client; it makes the browser
//     known when it is not.
//   - decode reads the form as the types of the document say: "true" is a boolean, a repeated key a list, metadata is an object,
//     and an empty value is null. Fields that the document lacks are text. JSON bodies are read as they are.
//   - The answer is wrapped in {"response": …, "client": …} where the document says so; the client is null after a read. A
//     handler that has an envelope of its own returns a frontendEnvelope.
//   - An error undoes the change. counted(err) refuses, too, but keeps what was changed: attempts are counted that way.
//   - A refusal of what somebody entered is a paramError, whose param_name puts the sentence under the field. 401 is for
//     browsers that are not signed in; ClerkJS signs out on it.
//   - redirectAnswer and textAnswer are answers that are not JSON.

// frontendEndpoint is the handler of one operation of the Frontend API: exactly one of read, which runs beside other
// reads, and write, which runs alone and may change state.
type frontendEndpoint struct {
	read   func(*frontendCall) (any, error)
	write  func(*frontendCall) (any, error)
	anyone bool // runs for a browser where nobody is signed in, too
	call   *endpoint
}

// frontendCall is one Frontend API request.
type frontendCall struct {
	*call

	browser *browser // nil when the request names none that is known
	session *session // the live session of the request, nil when nobody is signed in
	user    *user    // of the session
}

// redirectAnswer leads the browser elsewhere.
type redirectAnswer struct {
	location string
	status   int // 303 when 0
}

// bareAnswer is an answer without the envelope that the document gives it.
type bareAnswer struct{ value any }

// frontendEnvelope is how most answers are wrapped.
type frontendEnvelope struct {
	Response any `json:"response"`
	Client   any `json:"client"`
}

// countedError is a refusal that keeps what the call changed.
type countedError struct{ error }

// counted makes a refusal keep what the call changed, such as the number of attempts.
func counted(err error) error { return countedError{err} }

func (e countedError) Unwrap() error { return e.error }

// isFrontend reports whether a request is one of the Frontend API, preflights included.
func (e *Emulator) isFrontend(r *http.Request) bool {
	if hasSecretKey(r) {
		return false
	}
	_, _, known, ok := e.frontend.Find(r.Method, r.URL.EscapedPath())
	return known || ok
}

func (e *Emulator) serveFrontend(w http.ResponseWriter, r *http.Request) {
	started := time.Now()
	allowOrigin(w, r)
	w.Header().Set("Cache-Control", "no-store")
	if r.Method == http.MethodOptions {
		answerPreflight(w, r)
		return
	}
	c := &frontendCall{call: &call{emulator: e, inst: e.instanceOf(r), w: w, r: r, traceID: randomHex(16)}}
	answer, err := e.answerFrontend(c)
	status := 0
	defer func() { e.logCall(c.call, "frontend", started, status, err) }()
	status = c.respondFrontend(answer, err)
}

// answerFrontend finds the operation, checks the browser and the parameters, and runs the handler.
func (e *Emulator) answerFrontend(c *frontendCall) (answer any, err error) {
	defer recoverInto(&answer, &err)
	method := c.r.Method
	if override := c.r.URL.Query().Get("_method"); method == http.MethodPost && override != "" {
		method = strings.ToUpper(override)
	}
	ep, params, known, ok := e.frontend.Find(method, c.r.URL.EscapedPath())
	switch {
	case !ok && known:
		return nil, errMethod()
	case !ok:
		return nil, errNoRoute()
	}
	c.endpoint, c.params = ep.call, params
	if method != http.MethodGet {
		if err := c.checkOrigin(); err != nil {
			return nil, err
		}
	}
	if ep.read == nil && ep.write == nil {
		return nil, errNotEmulated(ep.call.op)
	}
	if err := c.readFrontendParams(); err != nil {
		return nil, err
	}
	if err := c.inst.ensureKey(); err != nil {
		return nil, err
	}
	return c.runFrontend(ep)
}

// runFrontend runs the handler and wraps its answer.
func (c *frontendCall) runFrontend(ep *frontendEndpoint) (answer any, err error) {
	if ep.read != nil {
		err = c.look(ep.anyone, func() error { answer, err = ep.read(c); return err })
		return c.wrap(answer, nil), err
	}
	if err := c.change(ep.anyone, func() error { answer, err = ep.write(c); return err }); err != nil {
		return nil, err
	}
	var client any
	if c.browser != nil && c.endpoint.op.shape == shapeWrapped {
		err = c.inst.read(func(x *tx) (err error) {
			client, err = x.wireFrontendClient(c.browser.ClientID, c.r)
			return err
		})
	}
	return c.wrap(answer, client), err
}

// look runs a function that only reads, for the browser of the request. Without anyone, somebody has to be signed in.
func (c *frontendCall) look(anyone bool, fn func() error) error {
	return c.inst.read(func(x *tx) error {
		c.tx = x
		if err := c.identify(anyone); err != nil {
			return err
		}
		return fn()
	})
}

// change is look for a function that changes state. A counted refusal keeps what was changed.
func (c *frontendCall) change(anyone bool, fn func() error) error {
	origin := &requestOrigin{userAgent: c.r.UserAgent()}
	origin.clientIP, _, _ = net.SplitHostPort(c.r.RemoteAddr)
	var refusal countedError
	err := c.inst.writeFrom(origin, func(x *tx) error {
		c.tx = x
		if err := c.identify(anyone); err != nil {
			return err
		}
		if err := fn(); !errors.As(err, &refusal) {
			return err
		}
		return nil
	})
	if refusal.error != nil {
		return errors.Join(err, refusal.error)
	}
	return err
}

// wrap puts an answer into the envelope that the document gives it.
func (c *frontendCall) wrap(answer, client any) any {
	switch answer := answer.(type) {
	case bareAnswer:
		return answer.value
	case frontendEnvelope, redirectAnswer, textAnswer:
		return answer
	}
	if c.endpoint.op.shape != shapeWrapped {
		return answer
	}
	return frontendEnvelope{answer, client}
}

// FrontendEmulated reports, by operation id of the whole Frontend API, whether the emulator offers the operation.
func (e *Emulator) FrontendEmulated() map[string]bool {
	out := make(map[string]bool)
	for id, op := range frontendOperations() {
		ep, _, _, ok := e.frontend.Find(op.method, op.path)
		_, _, _, raw := e.raw.Find(op.method, op.path)
		out[id] = raw || ok && (ep.read != nil || ep.write != nil)
	}
	return out
}
