package main

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// replayPathMatch matches one path.
func replayPathMatch(v *vector) ([]string, error) {
	var in struct {
		Patterns json.RawMessage `json:"patterns"`
		Path     string          `json:"path"`
	}
	var want any
	if err := v.input(&in); err != nil {
		return nil, err
	}
	if err := v.expect(&want); err != nil {
		return nil, err
	}
	matcher, err := clerkauth.NewPathMatcher(jsOptions{"p": in.Patterns}.list("p")...)
	if err != nil {
		return nil, err
	}
	var got any
	got, err = matcher.Match(in.Path)
	if errors.Is(err, clerkauth.ErrMalformedPath) {
		got = "malformed"
	}
	return compare(nil, "match", got, want), nil
}

// replayOrganizationTarget reads the target from the handshake that a first visit causes.
func replayOrganizationTarget(v *vector) ([]string, error) {
	var in struct {
		Options json.RawMessage `json:"options"`
		Path    string          `json:"path"`
	}
	var want struct {
		ID *string `json:"organization_id"`
	}
	if err := v.input(&in); err != nil {
		return nil, err
	}
	if err := v.expect(&want); err != nil {
		return nil, err
	}
	options := jsOptions{
		"organizationSyncOptions": in.Options,
		"publishableKey":          json.RawMessage(`"pk_test_Y2xlcmsuZXhhbXBsZS5jb20k"`), "secretKey": json.RawMessage(`"sk_test_vec"`),
	}
	req := httpRequest{
		Method: http.MethodGet, URL: "https://app.example.com" + in.Path, Headers: [][2]string{{"sec-fetch-dest", "document"}},
	}
	got := decide(options.config(newBackend(nil).client(), newWorld().now), req)
	if got.err != nil {
		return nil, got.err
	}
	id, ok := parseLocation(got.state.Redirect()).param("organization_id")
	out := compare(nil, "has a target", ok, want.ID != nil)
	return compare(out, "target", id, text(want.ID)), nil
}

// redirectOptions are the parameters of the redirect builder.
type redirectOptions struct {
	BaseURL         string  `json:"baseUrl"`
	PublishableKey  string  `json:"publishableKey"`
	SignInURL       string  `json:"signInUrl"`
	SignUpURL       string  `json:"signUpUrl"`
	IsSatellite     bool    `json:"isSatellite"`
	DevBrowserToken string  `json:"devBrowserToken"`
	SessionStatus   string  `json:"sessionStatus"`
	ReturnBackURL   *string `json:"returnBackUrl"`
	To              string  `json:"to"`
}

func (o *redirectOptions) builder() clerkauth.RedirectBuilder {
	return clerkauth.RedirectBuilder{
		BaseURL: o.BaseURL, PublishableKey: o.PublishableKey, SignInURL: o.SignInURL, SignUpURL: o.SignUpURL,
		IsSatellite: o.IsSatellite, DevBrowserToken: o.DevBrowserToken,
		SessionStatus: clerkauth.SessionStatus(o.SessionStatus),
	}
}

func replayRedirect(v *vector) ([]string, error) {
	var in redirectOptions
	var want string
	if err := v.input(&in); err != nil {
		return nil, err
	}
	if err := v.expect(&want); err != nil {
		return nil, err
	}
	build := in.builder().SignIn
	if in.To == "sign-up" {
		build = in.builder().SignUp
	}
	got, err := build(text(in.ReturnBackURL))
	if err != nil {
		got = "error"
	}
	return compare(nil, "URL", strings.TrimSpace(got), want), nil
}
