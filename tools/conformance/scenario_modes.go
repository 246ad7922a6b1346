package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
)

// scenarioModes has one entry for each mode of scenarios.
func scenarioModes() map[string]func(*scenario, *recorded) []string {
	return map[string]func(*scenario, *recorded) []string{
		"authenticateRequest": replayAuthenticate,
		"sequence":            replaySequence,
		"verifyToken":         replayVerifyToken,
		"verifyWebhook":       replayVerifyWebhook,
		"authObject":          replayAuthObject,
		"has":                 replayHasFacts,
		"publishableKey":      replayKeyScenario,
		"pathMatch":           replayPaths,
		"createRedirect":      replayCreateRedirect,
		"clerkRequest":        replayClerkRequest,
	}
}

func replayVerifyWebhook(s *scenario, want *recorded) []string {
	verifier, err := clerkwebhook.New(clerkwebhook.Config{
		Secrets: []string{s.Options.text("signingSecret")}, Now: s.now,
	})
	var event *clerkwebhook.Event
	if err == nil {
		header := http.Header{}
		for _, line := range s.Request.Headers {
			header.Add(line[0], line[1])
		}
		event, err = verifier.Verify(header, []byte(s.Request.Body))
	}
	out := compare(nil, "verifies", err == nil, want.Outcome == "ok")
	if err != nil || want.Outcome != "ok" {
		return out
	}
	var expected struct {
		Type string `json:"type"`
	}
	_ = json.Unmarshal(want.Event, &expected)
	return compare(out, "type", string(event.Type), expected.Type)
}

func replayAuthObject(s *scenario, want *recorded) []string {
	claims, err := clerkauth.ParseClaims(s.Claims)
	if err != nil {
		return compare(nil, "parses", err == nil, want.Outcome == "ok")
	}
	state := clerkauth.NewState(claims)
	if want.Outcome != "ok" {
		// What JS throws at must not give any permission.
		return compare(nil, "permissions", len(state.OrgPermissions()), 0)
	}
	if state.SessionStatus() == clerkauth.SessionPending && !s.Options.flag("treatPendingAsSignedOut") {
		return nil // a state that allows pending sessions is made by an authentication only
	}
	out := compareIdentity(nil, want.Auth, state)
	return compareProbes(out, s.Probes, want.Has, state)
}

// replayHasFacts puts the facts into the claims of a version 1 token, which carries them verbatim.
func replayHasFacts(s *scenario, want *recorded) []string {
	payload := map[string]json.RawMessage{}
	for fact, claim := range map[string]string{
		"userId": "sub", "orgId": "org_id", "orgRole": "org_role", "orgPermissions": "org_permissions",
		"features": "fea", "plans": "pla", "factorVerificationAge": "fva",
	} {
		if value, ok := s.Options[fact]; ok {
			payload[claim] = value
		}
	}
	text, err := json.Marshal(payload)
	if err != nil {
		return []string{err.Error()}
	}
	claims, err := clerkauth.ParseClaims(text)
	if err != nil {
		return []string{err.Error()}
	}
	return compareProbes(nil, s.Probes, want.Has, clerkauth.NewState(claims))
}

func replayKeyScenario(s *scenario, want *recorded) []string {
	key, err := clerkauth.ParsePublishableKey(s.Key)
	out := compare(nil, "cookie suffix", clerkauth.CookieSuffix(s.Key), want.CookieSuffix)
	var parsed *struct {
		InstanceType string `json:"instanceType"`
		FrontendAPI  string `json:"frontendApi"`
	}
	_ = json.Unmarshal(want.Parsed, &parsed)
	out = compare(out, "is a key", err == nil, parsed != nil)
	if err != nil || parsed == nil {
		return out
	}
	out = compare(out, "instance", string(key.Instance()), parsed.InstanceType)
	host := key.FrontendAPIFor(s.Options.text("proxyUrl"), s.Options.text("domain"), s.Options.flag("isSatellite"))
	return compare(out, "Frontend API", host, parsed.FrontendAPI)
}

func replayPaths(s *scenario, want *recorded) []string {
	matcher, err := clerkauth.NewPathMatcher(s.Patterns...)
	if err != nil {
		return compare(nil, "compiles", err == nil, want.Outcome == "ok")
	}
	var out []string
	for i, path := range s.Paths {
		var expected struct {
			Params map[string]any `json:"params"`
		}
		_ = json.Unmarshal(want.Matches[i], &expected)
		params, ok := matcher.Params(path)
		out = compare(out, "match "+path, ok, string(want.Matches[i]) != "false")
		for name, value := range params {
			if text := asText(expected.Params[name]); value != text {
				out = append(out, fmt.Sprintf("match %s: %s: got %s, want %s", path, name, value, text))
			}
		}
	}
	return out
}

// asText joins the values of a parameter that repeats.
func asText(value any) string {
	list, ok := value.([]any)
	if !ok {
		if value == nil {
			return ""
		}
		return fmt.Sprint(value)
	}
	texts := make([]string, len(list))
	for i := range list {
		texts[i] = fmt.Sprint(list[i])
	}
	return strings.Join(texts, "/")
}

func replayCreateRedirect(s *scenario, want *recorded) []string {
	var in redirectOptions
	raw, err := json.Marshal(s.Options)
	if err != nil {
		return []string{err.Error()}
	}
	if err := json.Unmarshal(raw, &in); err != nil {
		return []string{err.Error()}
	}
	builder := in.builder()
	out := compareRedirect(nil, "sign-in", builder.SignIn, text(in.ReturnBackURL), want.SignIn)
	return compareRedirect(out, "sign-up", builder.SignUp, text(in.ReturnBackURL), want.SignUp)
}

func compareRedirect(out []string, what string, build func(string) (string, error), back string, want json.RawMessage) []string {
	var expected struct {
		Throw  string    `json:"throw"`
		URL    string    `json:"url"`
		Parsed *location `json:"parsed"`
	}
	_ = json.Unmarshal(want, &expected)
	got, err := build(back)
	if err != nil || expected.Parsed == nil {
		return compare(out, what+" is built", err == nil, expected.Parsed != nil)
	}
	return expected.Parsed.compare(out, what, parseLocation(got))
}

func replayClerkRequest(s *scenario, want *recorded) []string {
	options := jsOptions{"publishableKey": json.RawMessage(`"pk_test_Y2xlcmsuZXhhbXBsZS5jb20k"`), "secretKey": json.RawMessage(`"sk_test_vec"`)}
	authn, err := clerkauth.New(options.config(newBackend(nil).client(), s.now))
	if err != nil {
		return []string{"configuration: " + err.Error()}
	}
	expected := parseLocation(want.ClerkURL)
	got := authn.Redirects(s.Request.httpRequest().request(), nil).BaseURL
	return expected.compare(nil, "URL", parseLocation(got))
}
