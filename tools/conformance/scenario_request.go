package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// replayAuthenticate replays mode authenticateRequest.
func replayAuthenticate(s *scenario, want *recorded) []string {
	b := newBackend(s.routes())
	config := s.Options.config(b.client(), s.now, s.satellites()...)
	req := s.Request.httpRequest()
	got := decide(config, req, clerkauth.AllowPending())
	if want.Outcome == "throw" {
		if got.err != nil || got.state.Status() == clerkauth.StatusSignedOut {
			return nil
		}
		return []string{"status: got " + string(got.state.Status()) + ", want an error: " + want.Error.Message}
	}
	if got.err != nil {
		return []string{"configuration: " + got.err.Error()}
	}
	out := compareState(got.state, want)
	state := got.state
	if state.SessionStatus() == clerkauth.SessionPending {
		out = compareIdentity(out, want.AuthPending, state)
		out = compareProbes(out, s.Probes, want.HasPending, state)
		b.set(s.routes())
		state = decide(config, req).state
		out = compare(out, "pending", state.Reason(), clerkauth.ReasonSessionPending)
	}
	out = s.compareTokens(out, want, state)
	out = compareCalls(out, b.take(), want.Calls)
	if want.AuthError != nil {
		return out
	}
	if state.Status() != clerkauth.StatusHandshake {
		out = compareIdentity(out, want.Auth, state)
		out = compareProbes(out, s.Probes, want.Has, state)
		out = compareViews(out, want.AcceptViews, state)
	}
	return out
}

// satellites are the satellites of the situation. Without the token of the browser JS cannot know any.
func (s *scenario) satellites() []string { return s.Request.httpRequest().satellites() }

func compareState(state *clerkauth.RequestState, want *recorded) []string {
	out := compare(nil, "status", string(state.Status()), want.Status)
	out = compare(out, "reason", string(state.Reason()), text(want.Reason))
	out = compare(out, "token type", string(state.TokenType()), text(want.TokenType))
	out = compare(out, "token", state.Token(), text(want.Token))
	header := state.Headers()
	for _, name := range []string{"cache-control", "x-clerk-auth-status", "x-clerk-auth-reason"} {
		out = compare(out, name, header.Get(name), want.Headers[name])
	}
	if want.Headers["x-clerk-auth-message"] == "" {
		out = compare(out, "x-clerk-auth-message", header.Get("x-clerk-auth-message"), "")
	}
	if lines := header.Values("Set-Cookie"); !slices.Equal(lines, want.SetCookies) {
		out = append(out, fmt.Sprintf("cookies: got %q, want %q", lines, want.SetCookies))
	}
	text := state.Redirect()
	if (text != "") != (want.Location != nil) {
		return append(out, fmt.Sprintf("location: got %t, want %t", text != "", want.Location != nil))
	}
	if want.Location != nil {
		out = want.Location.compare(out, "location", parseLocation(text))
	}
	return out
}

// compareCalls compares which calls other than those for keys were made, and with what.
func compareCalls(out []string, got, want []backendCall) []string {
	have, need := callTexts(got), callTexts(want)
	for _, call := range need {
		if !slices.Contains(have, call) {
			out = append(out, "calls: want "+call)
		}
	}
	for _, call := range have {
		if !slices.Contains(need, call) {
			out = append(out, "calls: got "+call)
		}
	}
	return out
}

func callTexts(calls []backendCall) []string {
	var out []string
	for i := range calls {
		call := &calls[i]
		if strings.HasSuffix(call.Path, "/jwks") {
			continue
		}
		var body map[string]any
		_ = json.Unmarshal(call.Body, &body)
		delete(body, "request_headers") // ours is a short list on purpose
		text := []byte("null")
		if len(body) > 0 {
			text, _ = json.Marshal(body)
		}
		authorization := ""
		if call.Authorization != nil {
			authorization = *call.Authorization
		}
		out = append(out, fmt.Sprintf("%s %s?%s %s %s", call.Method, withoutVersion(call.Path), call.Query.Encode(), authorization, text))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// compareProbes asks has() what the JS SDK was asked. Where that throws, ours must deny.
func compareProbes(out []string, probes, want []json.RawMessage, state *clerkauth.RequestState) []string {
	for i, probe := range probes {
		if i >= len(want) {
			break
		}
		var params map[string]json.RawMessage
		if json.Unmarshal(probe, &params) != nil {
			continue
		}
		checks, err := checksOf(params)
		if err != nil {
			continue
		}
		var expected bool
		_ = json.Unmarshal(want[i], &expected)
		out = compare(out, "has "+string(probe), state.Has(checks...), expected)
	}
	return out
}

func compareViews(out []string, views []acceptView, state *clerkauth.RequestState) []string {
	for _, view := range views {
		got := state.Accept(jsOptions{"acceptsToken": view.Accepts}.accepted()...)
		what := "view " + string(view.Accepts)
		out = compare(out, what+" token type", string(got.TokenType()), text(view.TokenType))
		out = compare(out, what+" is authenticated", got.SignedIn(), view.IsAuthenticated)
		out = compare(out, what+" user", got.UserID(), text(view.UserID))
		subject := ""
		if m := got.Machine(); m != nil {
			subject = m.Subject
		}
		out = compare(out, what+" subject", subject, text(view.Subject))
	}
	return out
}

// compareTokens asks for the tokens that the JS SDK was asked for.
func (s *scenario) compareTokens(out []string, want *recorded, state *clerkauth.RequestState) []string {
	for i, params := range s.GetToken {
		if i >= len(want.GetToken) {
			break
		}
		var expected struct {
			Token *string         `json:"token"`
			Throw json.RawMessage `json:"throw"`
		}
		_ = json.Unmarshal(want.GetToken[i], &expected)
		got, err := state.CreateToken(context.Background(), clerkauth.TokenParams{
			Template: params.Template, ExpiresIn: time.Duration(params.ExpiresInSeconds) * time.Second,
		})
		if err != nil {
			got = ""
		}
		out = compare(out, fmt.Sprintf("token %d", i), got, text(expected.Token))
	}
	return out
}

// replaySequence replays mode sequence: several requests to one client.
func replaySequence(s *scenario, want *recorded) []string {
	b := newBackend(s.routes())
	now := s.now()
	clock := func() time.Time { return now }
	first, err := clerkauth.New(s.Options.config(b.client(), clock))
	if err != nil {
		return []string{"configuration: " + err.Error()}
	}
	var out []string
	for i := range s.Steps {
		step := &s.Steps[i]
		now = time.UnixMilli(step.NowMS)
		authn, asked := first, b
		if step.Bapi != nil && step.Options == nil {
			b.set(step.Bapi.Routes)
		}
		if step.Options != nil {
			// Another tenant: what its Backend API answers is no business of the first client.
			asked = newBackend(nil)
			if step.Bapi != nil {
				asked.set(step.Bapi.Routes)
			}
			merged := jsOptions{}
			maps.Copy(merged, s.Options)
			maps.Copy(merged, step.Options)
			if authn, err = clerkauth.New(merged.config(asked.client(), clock)); err != nil {
				return append(out, "configuration: "+err.Error())
			}
		}
		state := authn.Authenticate(context.Background(), step.Request.httpRequest().request(), clerkauth.AllowPending())
		settle()
		what := fmt.Sprintf("step %d (%s)", i, step.TokenVariant)
		expected := &want.Steps[i]
		out = compare(out, what+" status", string(state.Status()), expected.Status)
		out = compare(out, what+" reason", string(state.Reason()), text(expected.Reason))
		if got, most := len(asked.take()), len(expected.Calls); got > most {
			out = append(out, fmt.Sprintf("%s fetches: got %d, want at most %d", what, got, most))
		}
	}
	return out
}

// replayVerifyToken replays mode verifyToken.
func replayVerifyToken(s *scenario, want *recorded) []string {
	b := newBackend(s.routes())
	config := s.Options.config(b.client(), s.now)
	config.HeaderOnly = true
	authn, err := clerkauth.New(config)
	if err != nil {
		if want.Outcome == "throw" {
			return nil
		}
		return []string{"configuration: " + err.Error()}
	}
	claims, err := authn.Verify(context.Background(), s.Token)
	if want.Outcome == "throw" {
		var refusal *clerkauth.Error
		if !errors.As(err, &refusal) {
			return []string{"verifies: got true, want " + want.Error.Reason}
		}
		if want.Error.Reason == "" {
			return nil
		}
		return compare(nil, "reason", string(refusal.Reason), want.Error.Reason)
	}
	if err != nil {
		return []string{"verifies: got " + err.Error() + ", want success"}
	}
	return compareJSON(nil, "payload", claims.Raw(), want.Payload)
}

func compareJSON(out []string, what string, got, want json.RawMessage) []string {
	var left, right any
	if json.Unmarshal(got, &left) != nil || json.Unmarshal(want, &right) != nil || !reflect.DeepEqual(left, right) {
		return append(out, fmt.Sprintf("%s: got %s, want %s", what, bytes.TrimSpace(got), want))
	}
	return out
}
