//nolint:paralleltest // most tests set variables of the process
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
)

// settings is an environment: what a test sets on top of that of a healthy application.
type settings map[string]string

// start starts a local Clerk and sets the variables of an application that uses it.
func start(t *testing.T, changed settings) *clerktest.Server {
	t.Helper()
	srv := clerktest.NewServer(t)
	healthy := settings{
		secretVariable: srv.SecretKey(), publishableVariable: srv.PublishableKey(), "CLERK_API_URL": srv.URL(),
		partiesVariable: "http://localhost:3000",
	}
	for _, name := range variables() {
		t.Setenv(name, healthy[name])
	}
	for name, value := range changed {
		t.Setenv(name, value)
	}
	return srv
}

// ask runs the doctor and returns its findings by verdict and subject, joined into one text each.
func ask(t *testing.T, stdin string, args ...string) (code int, findings []finding) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = run(t.Context(), append([]string{"-json"}, args...), strings.NewReader(stdin), &stdout, &stderr)
	if stderr.Len() > 0 {
		t.Fatalf("got %q on standard error", stderr.String())
	}
	if err := json.Unmarshal(stdout.Bytes(), &findings); err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{os.Getenv(secretVariable), stdin} {
		if len(secret) > 8 && strings.Contains(stdout.String(), secret) {
			t.Errorf("the report has a secret: %s", stdout.String())
		}
	}
	return code, findings
}

// expect fails unless a finding has the verdict and subject and holds the text.
func expect(t *testing.T, findings []finding, v verdict, subject, text string) {
	t.Helper()
	for _, f := range findings {
		if f.Verdict == v && f.Subject == subject && strings.Contains(f.Found, text) {
			if v != good && f.Do == "" {
				t.Errorf("%s: %q says nothing to do", subject, f.Found)
			}
			return
		}
	}
	t.Errorf("got no finding %s about %s with %q in %+v", v, subject, text, findings)
}

func TestRun_HealthyApplication(t *testing.T) {
	srv := start(t, nil)
	user := srv.CreateUser(clerktest.User{})
	code, findings := ask(t, srv.SessionToken(srv.CreateSession(user.ID, "")), "-token", "-")
	if code != exitGood {
		t.Errorf("got code %d and %+v, want %d", code, findings, exitGood)
	}
	expect(t, findings, good, secretVariable, "Clerk accepts it")
	expect(t, findings, good, publishableVariable, "same instance")
	expect(t, findings, good, "clock", "agrees")
	expect(t, findings, good, "token", "valid for this application")
}

// What the doctor sees by itself and what the configuration is refused for are one list, in which each fault is once.
func TestRun_TellsNoFaultTwice(t *testing.T) {
	const live = "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k"
	for name, c := range map[string]struct {
		change settings
		faulty []string
	}{
		"keys in quotes":    {settings{secretVariable: `"sk_live_abc"`, publishableVariable: "'" + live + "'", "CLERK_API_URL": ""}, []string{secretVariable, publishableVariable}},
		"swapped keys":      {settings{secretVariable: live, publishableVariable: "sk_test_abc"}, []string{secretVariable, publishableVariable}},
		"no keys":           {settings{secretVariable: "", publishableVariable: ""}, []string{secretVariable, publishableVariable}},
		"two environments":  {settings{secretVariable: "sk_test_abc", publishableVariable: live, "CLERK_API_URL": ""}, []string{secretVariable}},
		"a truth in quotes": {settings{"CLERK_IS_SATELLITE": `"true"`}, []string{"CLERK_IS_SATELLITE"}},
		"keys in the place of others": {
			settings{secretVariable: "whsec_abc", publishableVariable: "pk_test_abc", "CLERK_MACHINE_SECRET_KEY": "sk_test_abc"},
			[]string{secretVariable, publishableVariable, "CLERK_MACHINE_SECRET_KEY"},
		},
		"many addresses": {
			settings{"CLERK_API_URL": "nowhere", "CLERK_PROXY_URL": "nowhere", partiesVariable: "https://*.x"},
			[]string{"CLERK_API_URL", "CLERK_PROXY_URL", partiesVariable},
		},
	} {
		t.Run(name, func(t *testing.T) {
			start(t, c.change)
			_, findings := ask(t, "")
			told := map[string]int{}
			for _, f := range findings {
				if f.Verdict == wrong {
					told[f.Subject]++
				}
			}
			for _, subject := range c.faulty {
				if told[subject] != 1 {
					t.Errorf("got %d findings about %s, want one", told[subject], subject)
				}
			}
			if len(told) != len(c.faulty) {
				t.Errorf("got findings about %v, want %v", told, c.faulty)
			}
		})
	}
}

func TestRun_TellsAllFaultsOfAVariable(t *testing.T) {
	start(t, settings{partiesVariable: "https://App.example.com,https://*.x"})
	_, findings := ask(t, "")
	expect(t, findings, wrong, partiesVariable, "browsers send https://app.example.com")
	expect(t, findings, wrong, partiesVariable, "wildcard")
}

func TestRun_Variables(t *testing.T) {
	for name, c := range map[string]struct {
		change        settings
		subject, want string
	}{
		"no secret key":                {settings{secretVariable: ""}, secretVariable, "is not set"},
		"no publishable key":           {settings{publishableVariable: ""}, publishableVariable, "is not set"},
		"a secret key in quotes":       {settings{secretVariable: `"sk_test_abc"`}, secretVariable, "in quotes"},
		"a secret key with a space":    {settings{secretVariable: "sk_test_abc "}, secretVariable, "white space"},
		"something else":               {settings{secretVariable: "abc"}, secretVariable, "neither sk_test_ nor sk_live_"},
		"the publishable key there":    {settings{secretVariable: "pk_test_abc"}, secretVariable, "is a publishable key"},
		"the secret key there":         {settings{publishableVariable: "sk_test_abc"}, publishableVariable, "is a secret key"},
		"a key that was cut":           {settings{publishableVariable: "pk_test_abc"}, publishableVariable, "that was cut"},
		"keys of two environments":     {settings{secretVariable: "sk_live_abc"}, secretVariable, "two environments"},
		"a webhook secret of its own":  {settings{webhookVariable: "secret"}, webhookVariable, "whsec_"},
		"an origin with a slash":       {settings{partiesVariable: "https://app.example.com/"}, partiesVariable, "https://app.example.com/"},
		"a satellite that is no truth": {settings{"CLERK_IS_SATELLITE": "perhaps"}, "CLERK_IS_SATELLITE", "neither true nor false"},
	} {
		t.Run(name, func(t *testing.T) {
			start(t, c.change)
			code, findings := ask(t, "")
			if code != exitBad {
				t.Errorf("got code %d, want %d", code, exitBad)
			}
			expect(t, findings, wrong, c.subject, c.want)
		})
	}
}

func TestRun_Warnings(t *testing.T) {
	for name, c := range map[string]struct {
		change        settings
		subject, want string
	}{
		"no authorized parties":       {settings{partiesVariable: ""}, partiesVariable, "is not set"},
		"the name of another program": {settings{"CLERK_WEBHOOK_SECRET": "whsec_abc"}, webhookVariable, "CLERK_WEBHOOK_SECRET is set"},
		"a domain without satellite":  {settings{"CLERK_DOMAIN": "app.example.com"}, "CLERK_DOMAIN", "no effect"},
	} {
		t.Run(name, func(t *testing.T) {
			start(t, c.change)
			code, findings := ask(t, "")
			if code != exitGood {
				t.Errorf("got code %d and %+v, want %d: a warning is no fault", code, findings, exitGood)
			}
			expect(t, findings, warning, c.subject, c.want)
		})
	}
}

func TestRun_WhatClerkSays(t *testing.T) {
	t.Run("a secret key that Clerk does not know", func(t *testing.T) {
		start(t, settings{secretVariable: "sk_test_unknown0unknown0unknown0unknown0"})
		_, findings := ask(t, "")
		expect(t, findings, wrong, secretVariable, "does not accept the key (401)")
	})
	t.Run("an API that is down", func(t *testing.T) {
		start(t, settings{"CLERK_API_URL": "http://127.0.0.1:1"})
		_, findings := ask(t, "")
		expect(t, findings, wrong, secretVariable, "127.0.0.1:1 cannot be reached")
	})
	t.Run("an API with a trailing version", func(t *testing.T) {
		srv := start(t, nil)
		t.Setenv("CLERK_API_URL", srv.URL()+"/v1")
		_, findings := ask(t, "")
		expect(t, findings, good, secretVariable, "Clerk accepts it")
	})
	t.Run("a publishable key of another instance", func(t *testing.T) {
		start(t, nil)
		t.Setenv(publishableVariable, clerktest.NewServer(t).PublishableKey())
		_, findings := ask(t, "")
		expect(t, findings, wrong, publishableVariable, "two instances")
	})
	for name, c := range map[string]struct {
		offset time.Duration
		want   string
	}{
		"a clock that is behind": {5 * time.Minute, "behind Clerk"},
		"a clock that is ahead":  {-5 * time.Minute, "ahead of Clerk"},
	} {
		t.Run(name, func(t *testing.T) {
			srv := start(t, nil)
			t.Setenv("CLERK_API_URL", clockedProxy(t, srv.URL(), c.offset))
			_, findings := ask(t, "")
			expect(t, findings, wrong, "clock", c.want)
		})
	}
}

// clockedProxy serves what the server at base does, with a Date that is off.
func clockedProxy(t *testing.T, base string, offset time.Duration) string {
	t.Helper()
	target, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.ModifyResponse = func(resp *http.Response) error {
		resp.Header.Set("Date", time.Now().Add(offset).UTC().Format(http.TimeFormat))
		return nil
	}
	srv := httptest.NewServer(proxy)
	t.Cleanup(srv.Close)
	return srv.URL
}

func TestRun_Tokens(t *testing.T) {
	srv := start(t, nil)
	user := srv.CreateUser(clerktest.User{})
	session := srv.CreateSession(user.ID, "")
	other := clerktest.NewServer(t)
	foreign := other.SessionToken(other.CreateSession(other.CreateUser(clerktest.User{}).ID, ""))
	for name, c := range map[string]struct {
		token string
		v     verdict
		want  string
	}{
		"expired":                  {srv.BadSessionToken(clerktest.BadExpired, session), wrong, "the token has expired, since "},
		"not yet valid":            {srv.BadSessionToken(clerktest.BadNotYet, session), wrong, "not valid yet, for another "},
		"of another instance":      {foreign, wrong, "it says it is from " + other.Issuer()},
		"of another origin":        {srv.SessionToken(session, clerktest.TokenAuthorizedParty("https://evil.example")), wrong, "it is of https://evil.example"},
		"without an origin":        {srv.SessionToken(session, clerktest.TokenAuthorizedParty("")), wrong, "names no origin"},
		"a secret key":             {"sk_test_something", wrong, "a secret key"},
		"the id of a session":      {session, wrong, "the id of a session"},
		"nothing of Clerk's":       {"hello", wrong, "none of Clerk's tokens"},
		"with the word before it":  {"Bearer " + srv.SessionToken(session, clerktest.TokenAuthorizedParty("http://localhost:3000")), good, "valid"},
		"with control characters":  {srv.SessionToken(session, clerktest.TokenAuthorizedParty("https://a\x1b[31m.example")), wrong, "https://a?[31m.example"},
		"of a machine, not wanted": {apiKey(t, srv, user.ID), warning, "it is valid, and refused"},
	} {
		t.Run(name, func(t *testing.T) {
			_, findings := ask(t, c.token, "-token", "-")
			expect(t, findings, c.v, "token", c.want)
		})
	}
}

func apiKey(t *testing.T, srv *clerktest.Server, subject string) string {
	t.Helper()
	key, err := srv.API().APIKeys.Create(t.Context(), &clerk.APIKeyCreateParams{Name: "doctor", Subject: subject})
	if err != nil {
		t.Fatal(err)
	}
	return key.Secret
}

func TestRun_EnvFile(t *testing.T) {
	srv := start(t, nil)
	for _, name := range variables() {
		t.Setenv(name, "") // restored by the test
		if err := os.Unsetenv(name); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(t.TempDir(), ".env")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("# a comment\nexport CLERK_SECRET_KEY=\"" + srv.SecretKey() + "\"\nCLERK_PUBLISHABLE_KEY=" + srv.PublishableKey() +
		"\nCLERK_API_URL=" + srv.URL() + "\n")
	if code, findings := ask(t, "", "-env-file", file); code != exitGood {
		t.Errorf("got code %d and %+v, want %d", code, findings, exitGood)
	}
	write("nonsense\n")
	var stderr bytes.Buffer
	if code := run(t.Context(), []string{"-env-file", file}, nil, io.Discard, &stderr); code != exitUsage || !strings.Contains(stderr.String(), ".env:1:") {
		t.Errorf("got code %d and %q, want %d and the line", code, stderr.String(), exitUsage)
	}
}

func TestRun_CommandLine(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args []string
		code int
		want string
	}{
		"help":                  {[]string{"-h"}, exitGood, "-env-file"},
		"an unknown flag":       {[]string{"-x"}, exitUsage, "-x"},
		"a token as argument":   {[]string{"ak_0123456789abcdef0123456789abcdef"}, exitUsage, "standard input"},
		"a file that is absent": {[]string{"-token", "/absent/token"}, exitUsage, "/absent/token"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stderr bytes.Buffer
			if code := run(t.Context(), c.args, strings.NewReader(""), io.Discard, &stderr); code != c.code || !strings.Contains(stderr.String(), c.want) {
				t.Errorf("got code %d and %q, want %d and %q", code, stderr.String(), c.code, c.want)
			}
			if strings.Contains(stderr.String(), "ak_0") {
				t.Errorf("got the token in %q", stderr.String())
			}
		})
	}
}

func TestRun_Words(t *testing.T) {
	start(t, settings{secretVariable: ""})
	var stdout bytes.Buffer
	run(t.Context(), nil, strings.NewReader(""), &stdout, io.Discard)
	for _, want := range []string{"wrong    CLERK_SECRET_KEY: it is not set\n         Copy it", "Something is wrong"} {
		if !strings.Contains(stdout.String(), want) {
			t.Errorf("got %q, want %q in it", stdout.String(), want)
		}
	}
}

func TestExplain_EveryReason(t *testing.T) {
	t.Parallel()
	unknown := explain("of another version")
	for reason := range explanations {
		if e := explain(reason); e == unknown || e.means == "" || e.do == "" {
			t.Errorf("%s: got %+v", reason, e)
		}
	}
	if e := explain(clerkauth.ReasonSessionTokenExpiredRefreshPrefix + "non-eligible-no-refresh-cookie"); e == unknown {
		t.Error("got no explanation of a refresh")
	}
	if unknown.means == "" || unknown.do == "" {
		t.Errorf("got %+v for a reason that is not known", unknown)
	}
}

func TestRun_EndsInTime(t *testing.T) {
	start(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var stdout bytes.Buffer
	if code := run(ctx, nil, strings.NewReader(""), &stdout, io.Discard); code != exitBad || !strings.Contains(stdout.String(), "cannot be reached") {
		t.Errorf("got code %d and %q, want %d for an order that was given up", code, stdout.String(), exitBad)
	}
}
