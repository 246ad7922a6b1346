package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// maxAnswer bounds what is read of an answer, in bytes.
const maxAnswer = 1 << 20

// tolerance is the offset between this clock and Clerk's from which tokens are refused.
const tolerance = clerkauth.DefaultClockSkew

// patient is the configuration under examination, with what Clerk answered about it.
type patient struct {
	config  clerkauth.Config
	key     clerkauth.PublishableKey
	authn   *clerkauth.Authenticator // nil where the configuration is refused
	client  *http.Client
	keyIDs  []string // of the instance; nil where they could not be loaded
	issuers []string // that tokens of the instance may name
}

// newPatient builds what the application would build. It reports whether the configuration is accepted.
func newPatient(r *report, plainHTTP bool) (*patient, bool) {
	p := &patient{client: &http.Client{
		Timeout:       10 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	config, err := clerkauth.ConfigFromEnv()
	if err != nil {
		r.refused(err)
		return p, false
	}
	config.AllowPlainHTTP = plainHTTP
	config.AllowTemplateWithoutAudience = true // The examination of a template's token is about the rest.
	p.config = config
	p.key, _ = clerkauth.ParsePublishableKey(config.PublishableKey)
	config.HeaderOnly = p.key.IsZero()
	if p.authn, err = clerkauth.New(config); err != nil {
		r.refused(err)
		return p, false
	}
	r.ok("configuration", "an authenticator accepts it")
	return p, true
}

// examineInstance asks Clerk with the keys of the configuration.
func (p *patient) examineInstance(ctx context.Context, r *report) {
	if p.config.SecretKey == "" {
		return
	}
	api := p.config.APIURL
	if api == "" {
		api = clerkauth.DefaultAPIURL
	}
	keys, date := p.keysAt(ctx, r, secretVariable, strings.TrimSuffix(strings.TrimRight(api, "/"), "/v1")+"/v1/jwks", p.config.SecretKey)
	examineClock(r, date)
	if keys == nil {
		return
	}
	r.ok(secretVariable, "Clerk accepts it and serves %d key(s)", len(keys))
	p.keyIDs = keys
	if !p.key.IsZero() {
		p.compareKeys(ctx, r, keys)
	}
}

// compareKeys tells whether both keys of the configuration are of one instance: then both APIs serve the same keys.
func (p *patient) compareKeys(ctx context.Context, r *report, ours []string) {
	origin := "https://" + p.key.FrontendAPI()
	if p.local() {
		origin = "http://" + p.key.FrontendAPI()
	}
	p.issuers = []string{origin}
	theirs, _ := p.keysAt(ctx, r, publishableVariable, origin+"/.well-known/jwks.json", "")
	switch {
	case theirs == nil:
	case slices.ContainsFunc(theirs, func(id string) bool { return slices.Contains(ours, id) }):
		r.ok(publishableVariable, "it is of the same instance as the secret key")
	default:
		r.wrong(publishableVariable, "Take both keys from the API keys page of one instance.",
			"the publishable key and the secret key are of two instances: their signing keys differ")
	}
}

// local reports whether the publishable key is one of a local Clerk, which has a path.
func (p *patient) local() bool { return strings.Contains(p.key.FrontendAPI(), "/") }

// keysAt loads a key set and returns the ids of its keys, or nil, and the date of the answer. What goes wrong becomes a
// finding.
func (p *patient) keysAt(ctx context.Context, r *report, subject, address, secret string) (ids []string, date string) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		r.wrong(subject, "Correct the address.", "the address that it leads to is malformed")
		return nil, ""
	}
	if secret != "" {
		req.Header.Set("Authorization", "Bearer "+secret)
	}
	resp, err := p.client.Do(req)
	if err != nil {
		r.wrong(subject, "Check the network, proxies and firewalls between this machine and "+req.URL.Host+", and CLERK_API_URL if it is set.",
			"%s cannot be reached: %v", req.URL.Host, cause(err))
		return nil, ""
	}
	defer resp.Body.Close()
	date = resp.Header.Get("Date")
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	switch {
	case err != nil:
		r.wrong(subject, "Try again; a proxy in between may cut answers.", "the answer of %s broke off", req.URL.Host)
		return nil, date
	case resp.StatusCode == http.StatusUnauthorized || resp.StatusCode == http.StatusForbidden:
		r.wrong(subject, whereKeysAre, "Clerk does not accept the key (%d)", resp.StatusCode)
		return nil, date
	case resp.StatusCode != http.StatusOK:
		r.wrong(subject, "If CLERK_API_URL or CLERK_PROXY_URL is set, check it; otherwise see https://status.clerk.com.",
			"%s answers %d where the keys should be", req.URL.Host, resp.StatusCode)
		return nil, date
	}
	keys, err := clerkauth.ParseJWKS(text)
	if err != nil {
		r.wrong(subject, "If CLERK_API_URL is set, check that it leads to Clerk.", "%s answers with no set of keys", req.URL.Host)
		return nil, date
	}
	ids = make([]string, 0, len(keys))
	for _, key := range keys {
		ids = append(ids, key.ID)
	}
	return ids, date
}

// cause returns what lies below the text of net/http, which repeats the address.
func cause(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}

// examineClock compares the time of this machine with that of an answer, which is exact to the second.
func examineClock(r *report, date string) {
	theirs, err := http.ParseTime(date)
	if err != nil {
		return
	}
	const fix = "Let the clock follow a time server (NTP); a clock moved by tests of a local Clerk is no fault."
	switch offset := time.Since(theirs).Round(time.Second); {
	case offset > tolerance+time.Second:
		r.wrong("clock", fix, "this machine is %s ahead of Clerk: good tokens look expired (token-expired)", offset)
	case offset < -tolerance-time.Second:
		r.wrong("clock", fix, "this machine is %s behind Clerk: new tokens look not yet valid (token-not-active-yet)", -offset)
	default:
		r.ok("clock", "it agrees with Clerk's to %s", fmt.Sprint(tolerance))
	}
}
