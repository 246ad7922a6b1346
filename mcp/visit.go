package clerkmcp

import (
	"context"
	"io"
	"net/http"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// visit is one request on its way through the guard, and all that goes on to the handler.
type visit struct {
	guard    *Guard
	w        http.ResponseWriter
	r        *http.Request
	messages []message
	batch    bool
	caller   clerkauth.StateContext // has the state of whoever sent the request
	request  http.Request           // for the handler
	body     replay                 // of a POST, as it came
	single   [1]message             // room for the usual case
	small    [256]byte              // room for the usual body
}

// replay is the rest of a request body that was read and is read again.
type replay []byte

// Read implements [io.Reader].
func (b *replay) Read(p []byte) (int, error) {
	if len(*b) == 0 {
		return 0, io.EOF
	}
	n := copy(p, *b)
	*b = (*b)[n:]
	return n, nil
}

// Close implements [io.Closer].
func (*replay) Close() error { return nil }

// serve carries the request through the guard; the context is that of the request.
func (v *visit) serve(ctx context.Context, next http.Handler) {
	if v.crossOrigin() {
		return
	}
	var unreadable error
	switch v.r.Method {
	case http.MethodPost:
		if unreadable = v.read(); unreadable == nil {
			v.messages, v.batch, unreadable = parseMessages(v.single[:0], v.body)
		}
	case http.MethodGet, http.MethodDelete:
	default:
		v.w.Header().Set("Allow", "GET, POST, DELETE, OPTIONS")
		v.refuse(&refusal{status: http.StatusMethodNotAllowed, code: "invalid_request", text: "The method is not supported."})
		return
	}
	needed, unknown := v.demand()
	refused := v.authenticate(ctx, needed)
	switch {
	case refused != nil && refused.anonymous && unreadable == nil && v.guard.config.PublicDiscovery && v.isDiscovery():
	case refused != nil && refused.anonymous && v.guard.config.PublicDiscovery && v.r.Method == http.MethodGet:
		// A client without a token gets no stream, and goes on without one.
		v.w.Header().Set("Allow", "POST, OPTIONS")
		refused.status = http.StatusMethodNotAllowed
		v.refuse(refused)
		return
	case refused != nil:
		v.refuse(refused)
		return
	case unreadable != nil:
		v.refuse(malformed(unreadable))
		return
	default:
		if refused = v.authorize(needed, unknown); refused != nil {
			v.refuse(refused)
			return
		}
	}
	v.forward(ctx, next)
}

// read reads the body, whole and at most once.
func (v *visit) read() error {
	limit := v.guard.config.MaxBody
	length := v.r.ContentLength
	switch {
	case length > limit:
		return errTooLarge
	case length >= 0:
		if v.body = v.small[:min(length, int64(len(v.small)))]; length > int64(len(v.small)) {
			v.body = make([]byte, length)
		}
		if _, err := io.ReadFull(v.r.Body, v.body); err != nil {
			return errNotJSON
		}
	default:
		content, err := io.ReadAll(io.LimitReader(v.r.Body, limit+1))
		if err != nil {
			return errNotJSON
		}
		if int64(len(content)) > limit {
			return errTooLarge
		}
		v.body = content
	}
	return nil
}

// isDiscovery reports whether the request only finds out what there is.
func (v *visit) isDiscovery() bool {
	if len(v.messages) == 0 {
		return false
	}
	for i := range v.messages {
		switch v.messages[i].method {
		case "initialize", "notifications/initialized", "notifications/cancelled", "ping", "server/discover", "tools/list",
			"prompts/list", "resources/list", "resources/templates/list":
		default:
			return false
		}
	}
	return true
}

// forward passes the request on to the handler behind the guard.
func (v *visit) forward(ctx context.Context, next http.Handler) {
	if expires := v.caller.State.ExpiresAt(); !expires.IsZero() && v.isStream() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, expires.Sub(v.guard.config.Now()))
		defer cancel()
	}
	v.caller.Context = ctx
	var own context.Context = &v.caller
	if c, ok := next.(contexter); ok {
		own = c.CallerContext(own)
	}
	v.request = *v.r.WithContext(own) //nolint:contextcheck // that has the context of the request
	if v.r.Method == http.MethodPost {
		v.request.Body, v.request.ContentLength = &v.body, int64(len(v.body))
	}
	v.withSession(&v.request, next)
}

// isStream reports whether the answer goes on after what was asked for is done.
func (v *visit) isStream() bool {
	if v.r.Method == http.MethodGet {
		return true
	}
	for i := range v.messages {
		if v.messages[i].method == "subscriptions/listen" {
			return true
		}
	}
	return false
}
