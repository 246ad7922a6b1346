package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// requestExpectation is what a request vector expects.
type requestExpectation struct {
	Status       string                     `json:"status"`
	Reason       *string                    `json:"reason"`
	TokenType    *string                    `json:"tokenType"`
	HTTP         int                        `json:"http"`
	NoLocation   bool                       `json:"noLocation"`
	Location     *locationExpectation       `json:"location"`
	Headers      map[string]string          `json:"headers"`
	Absent       []string                   `json:"absentHeaders"`
	SetCookie    []string                   `json:"setCookie"`
	NoSetCookie  bool                       `json:"noSetCookie"`
	Auth         map[string]json.RawMessage `json:"auth"`
	AuthPending  map[string]json.RawMessage `json:"authPending"`
	NoNetwork    bool                       `json:"noNetwork"`
	Calls        map[string]int             `json:"calls"`
	hasTokenType bool
	hasReason    bool
}

type locationExpectation struct {
	Base   string            `json:"base"`
	Params map[string]string `json:"params"`
	Absent []string          `json:"absent"`
	Exact  bool              `json:"exact"`
}

// requestVector is the part of a vector that describes the request and its surroundings.
type requestVector struct {
	Config  jsOptions       `json:"config"`
	JWKS    json.RawMessage `json:"jwks"`
	Backend []struct {
		Method              string          `json:"method"`
		Path                string          `json:"path"`
		Status              int             `json:"status"`
		Body                json.RawMessage `json:"body"`
		NetworkError        bool            `json:"networkError"`
		ExpectBody          map[string]any  `json:"expectBody"`
		ExpectAuthorization string          `json:"expectAuthorization"`
	} `json:"backend"`
	Request struct {
		Method  string            `json:"method"`
		URL     string            `json:"url"`
		Headers map[string]string `json:"headers"`
		Cookies map[string]string `json:"cookies"`
	} `json:"request"`
	Expect requestExpectation `json:"expect"`
}

func replayRequest(v *vector) ([]string, error) {
	w := newWorld()
	r, err := expandRequest(v, w)
	if err != nil {
		return nil, err
	}
	b := newBackend(r.routes(w))
	req := r.httpRequest()
	config := r.Config.config(b.client(), w.now, req.satellites()...)
	got := decide(config, req, clerkauth.AllowPending())
	out := r.compare(got, b.take())
	if got.state != nil && got.state.SessionStatus() == clerkauth.SessionPending {
		out = compareIdentity(out, r.Expect.AuthPending, got.state)
		got = decide(config, req)
	}
	if got.state != nil && r.Expect.Auth != nil {
		out = compareIdentity(out, r.Expect.Auth, got.state)
	}
	return out, nil
}

var placeholder = regexp.MustCompile(`\{\{([a-z]+)(?::([^}]*))?([+-][0-9]+)?\}\}`)

// expandRequest fills in what is only known when the vector runs.
func expandRequest(v *vector, w *world) (*requestVector, error) {
	raw, err := json.Marshal(map[string]any{
		"config": v.Config, "jwks": v.JWKS, "backend": v.Backend, "request": v.Request, "expect": v.Expect,
	})
	if err != nil {
		return nil, err
	}
	var keys struct {
		PublishableKey string `json:"publishableKey"`
	}
	_ = json.Unmarshal(v.Config, &keys)
	e := expander{world: w, specs: v.Tokens, suffix: clerkauth.CookieSuffix(keys.PublishableKey), tokens: map[string]string{}}
	r := &requestVector{}
	if err := json.Unmarshal([]byte(e.expand(string(raw))), r); err != nil {
		return nil, err
	}
	var present map[string]json.RawMessage
	_ = json.Unmarshal(v.Expect, &present)
	_, r.Expect.hasReason = present["reason"]
	_, r.Expect.hasTokenType = present["tokenType"]
	return r, nil
}

// expander fills in placeholders. Tokens may have placeholders themselves.
type expander struct {
	world  *world
	specs  map[string]tokenSpec
	suffix string
	tokens map[string]string
}

func (e *expander) expand(raw string) string {
	return placeholder.ReplaceAllStringFunc(raw, func(match string) string {
		parts := placeholder.FindStringSubmatch(match)
		switch parts[1] {
		case "token":
			return e.token(parts[2])
		case "now":
			offset, _ := strconv.ParseInt(parts[3], 10, 64)
			return strconv.FormatInt(e.world.now().Unix()+offset, 10)
		case "suffix":
			return e.suffix
		case "pem":
			quoted, _ := json.Marshal(e.world.pem(parts[2]))
			return strings.Trim(string(quoted), `"`)
		}
		return match
	})
}

func (e *expander) token(name string) string {
	spec, ok := e.specs[name]
	if !ok {
		return name
	}
	if e.tokens[name] == "" {
		raw, _ := json.Marshal(spec.Payload)
		_ = json.Unmarshal([]byte(e.expand(string(raw))), &spec.Payload)
		e.tokens[name] = e.world.sign(spec)
	}
	return e.tokens[name]
}

func (r *requestVector) httpRequest() httpRequest {
	req := httpRequest{Method: r.Request.Method, URL: r.Request.URL}
	for _, name := range slices.Sorted(maps.Keys(r.Request.Headers)) {
		req.Headers = append(req.Headers, [2]string{name, r.Request.Headers[name]})
	}
	var cookies []string
	for _, name := range slices.Sorted(maps.Keys(r.Request.Cookies)) {
		cookies = append(cookies, name+"="+r.Request.Cookies[name])
	}
	if cookies != nil {
		req.Headers = append(req.Headers, [2]string{"cookie", strings.Join(cookies, "; ")})
	}
	return req
}

func (r *requestVector) routes(w *world) []backendRoute {
	answer := backendAnswer{Status: http.StatusOK}
	var special struct {
		Status  int             `json:"$status"`
		Body    json.RawMessage `json:"$body"`
		Raw     *string         `json:"$raw"`
		Network bool            `json:"$networkError"`
	}
	_ = json.Unmarshal(r.JWKS, &special)
	switch {
	case special.Network:
		answer.Fail = "reset"
	case special.Status != 0:
		answer.Status, answer.Body, answer.Raw = special.Status, special.Body, special.Raw
	default:
		keys := map[string]string{}
		if json.Unmarshal(r.JWKS, &keys) != nil || len(r.JWKS) == 0 || string(r.JWKS) == "null" {
			keys = map[string]string{"ins_vec": "A"}
		}
		set := []any{}
		for id, key := range keys {
			set = append(set, w.jwk(id, key))
		}
		answer.Body, _ = json.Marshal(map[string]any{"keys": set})
	}
	routes := []backendRoute{{Method: http.MethodGet, Path: "/v1/jwks", Responses: []backendAnswer{answer}}}
	for _, mock := range r.Backend {
		answer := backendAnswer{Status: mock.Status, Body: mock.Body}
		if mock.NetworkError {
			answer.Fail = "reset"
		}
		routes = append(routes, backendRoute{Method: mock.Method, Path: mock.Path, Responses: []backendAnswer{answer}})
	}
	return routes
}

// isError reports whether a decision is what the JS SDK throws: our trouble, and nobody is signed in.
func (d decision) isError() bool {
	return d.err != nil || errors.Is(d.state.Err(), clerkauth.ErrUnavailable)
}

func (r *requestVector) compare(got decision, calls []backendCall) []string {
	want := &r.Expect
	if want.Status == "error" {
		return compare(nil, "is an error", got.isError(), true)
	}
	if got.err != nil {
		return []string{"got error " + got.err.Error() + ", want " + want.Status}
	}
	state := got.state
	out := compare(nil, "status", string(state.Status()), want.Status)
	if want.hasReason {
		out = compare(out, "reason", string(state.Reason()), text(want.Reason))
	}
	if want.hasTokenType {
		out = compare(out, "token type", string(state.TokenType()), text(want.TokenType))
	}
	header := http.Header{}
	status := http.StatusOK
	if state.WriteHeaders(header) {
		status = http.StatusTemporaryRedirect
	}
	out = compare(out, "HTTP status", status, want.HTTP)
	for name, value := range want.Headers {
		out = compare(out, name, header.Get(name), value)
	}
	for _, name := range want.Absent {
		out = compare(out, name, header.Get(name), "")
	}
	if want.NoLocation {
		out = compare(out, "location", header.Get("Location"), "")
	}
	if want.Location != nil {
		out = want.Location.compare(out, header.Get("Location"))
	}
	lines := header.Values("Set-Cookie")
	for _, line := range want.SetCookie {
		out = compare(out, "has cookie "+line, slices.Contains(lines, line), true)
	}
	if want.NoSetCookie {
		out = compare(out, "cookies", len(lines), 0)
	}
	return r.compareCalls(out, calls)
}

func (r *requestVector) compareCalls(out []string, calls []backendCall) []string {
	counts := map[string]int{}
	for _, call := range calls {
		counts[call.Method+" /v1"+withoutVersion(call.Path)]++
		for _, mock := range r.Backend {
			path, _, _ := strings.Cut(mock.Path, "?")
			if withoutVersion(path) != withoutVersion(call.Path) {
				continue
			}
			var body map[string]any
			_ = json.Unmarshal(call.Body, &body)
			for name, value := range mock.ExpectBody {
				out = compare(out, "body "+name, fmt.Sprint(body[name]), fmt.Sprint(value))
			}
			if mock.ExpectAuthorization != "" {
				out = compare(out, "authorization", *call.Authorization, mock.ExpectAuthorization)
			}
		}
	}
	if r.Expect.NoNetwork {
		out = compare(out, "calls", len(calls), 0)
	}
	for name, count := range r.Expect.Calls {
		method, path, _ := strings.Cut(name, " ")
		path, _, _ = strings.Cut(path, "?")
		if strings.HasSuffix(path, "/jwks") {
			continue // how often keys are loaded is the key set's business
		}
		out = compare(out, "calls of "+name, counts[method+" /v1"+withoutVersion(path)], count)
	}
	return out
}
