package clerkauth_test

import (
	"maps"
	"strings"
	"testing"
	"time"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/clerktest"
)

// The variables that keep an application from starting, and what it says of them.
func TestFailures_AtTheStart(t *testing.T) {
	t.Setenv("CLERK_JWT_KEY", "")
	for name, c := range map[string]struct {
		set  map[string]string
		want []string
	}{
		"no variables": {map[string]string{"CLERK_SECRET_KEY": "", "CLERK_PUBLISHABLE_KEY": ""}, []string{
			"SecretKey (CLERK_SECRET_KEY) is missing", "PublishableKey (CLERK_PUBLISHABLE_KEY)"}},
		"no secret key": {map[string]string{"CLERK_SECRET_KEY": ""}, []string{"SecretKey (CLERK_SECRET_KEY) is missing"}},
		"swapped keys": {map[string]string{"CLERK_SECRET_KEY": testPublishable, "CLERK_PUBLISHABLE_KEY": "sk_test_x"}, []string{
			"SecretKey (CLERK_SECRET_KEY) holds a publishable key", "PublishableKey (CLERK_PUBLISHABLE_KEY) holds a secret key"}},
		"a key in quotes": {map[string]string{"CLERK_SECRET_KEY": `"sk_test_x"`}, []string{"SecretKey (CLERK_SECRET_KEY) is in quotes: remove them"}},
		"keys of two environments": {map[string]string{
			"CLERK_SECRET_KEY": "sk_live_x", "CLERK_PUBLISHABLE_KEY": testPublishable, "CLERK_API_URL": ""}, []string{
			"take both keys from the same instance"}},
		"a live key for this machine": {map[string]string{"CLERK_SECRET_KEY": "sk_live_x"}, []string{
			"APIURL (CLERK_API_URL) is a local address or plain http, which must not be used with a live key"}},
		"an origin with a slash":    {map[string]string{"CLERK_AUTHORIZED_PARTIES": "https://a.example/"}, []string{"browsers send https://a.example"}},
		"an origin without scheme":  {map[string]string{"CLERK_AUTHORIZED_PARTIES": "a.example"}, []string{`"a.example" is not an origin such as https://app.example.com`}},
		"an origin with a wildcard": {map[string]string{"CLERK_AUTHORIZED_PARTIES": "https://*.a.example"}, []string{"AuthorizedPartyFunc"}},
	} {
		t.Run(name, func(t *testing.T) {
			for name, value := range environment(clerktest.NewServer(t), c.set) {
				t.Setenv(name, value)
			}
			config, err := clerkauth.ConfigFromEnv()
			if err == nil {
				_, err = clerkauth.New(config)
			}
			if err == nil {
				t.Fatal("got no error")
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got %v, want %q in it", err, want)
				}
			}
		})
	}
}

// What a caller gets, and what the log of the application says, once it runs with a fault.
func TestFailures_WhileItRuns(t *testing.T) {
	t.Setenv("CLERK_JWT_KEY", "")
	for name, c := range map[string]struct {
		set    map[string]string
		token  func(own, other *clerktest.Server) string // nil is one that is good
		offset time.Duration
		status int
		reason string
		log    []string
	}{
		"nothing":                       {status: 200},
		"an API address with a version": {map[string]string{"CLERK_API_URL": "/v1"}, nil, 0, 200, "", nil},
		"a secret key that Clerk does not know": {map[string]string{"CLERK_SECRET_KEY": "sk_test_unknown"}, nil, 0, 503, "secret-key-invalid", []string{
			`"level":"WARN"`, "keys could not be loaded", "Clerk does not know the secret key", "CLERK_SECRET_KEY"}},
		"something that is no key": {map[string]string{"CLERK_SECRET_KEY": "abc"}, nil, 0, 503, "secret-key-invalid", []string{
			`"level":"WARN"`, "keys could not be loaded", "Clerk does not know the secret key", "CLERK_SECRET_KEY"}},
		"an API that is down": {map[string]string{"CLERK_API_URL": "http://127.0.0.1:1"}, nil, 0, 503, "jwk-remote-failed-to-load", []string{
			`"level":"WARN"`, `"host":"127.0.0.1:1"`, "cannot be reached", "CLERK_API_URL"}},
		"a publishable key of another instance": {map[string]string{"CLERK_PUBLISHABLE_KEY": testPublishable}, nil, 0, 200, "", []string{
			`"level":"WARN"`, "the keys are those of two instances"}},
		"a token of another instance": {nil, func(_, other *clerktest.Server) string { return other.SignedInUser().Token }, 0, 401, "jwk-kid-mismatch", []string{
			`"level":"WARN"`, "refused the token of another instance"}},
		"a token of another origin": {map[string]string{"CLERK_AUTHORIZED_PARTIES": "https://app.example.com"}, nil, 0, 401, "token-invalid-authorized-parties", []string{
			`"level":"DEBUG"`, `"received":["http://localhost:3000"]`, `"expected":["https://app.example.com"]`}},
		"a clock that is ahead":  {nil, nil, 5 * time.Minute, 401, "session-token-expired-refresh-non-eligible-no-refresh-cookie", []string{`"level":"DEBUG"`}},
		"a clock that is behind": {nil, nil, -5 * time.Minute, 401, "session-token-nbf", []string{`"level":"DEBUG"`}},
	} {
		t.Run(name, func(t *testing.T) {
			own, other := clerktest.NewServer(t), clerktest.NewServer(t)
			if c.set["CLERK_API_URL"] == "/v1" {
				c.set["CLERK_API_URL"] = own.URL() + "/v1"
			}
			for name, value := range environment(own, c.set) {
				t.Setenv(name, value)
			}
			config, err := clerkauth.ConfigFromEnv()
			if err != nil {
				t.Fatal(err)
			}
			var log logBook
			config.Logger = log.logger()
			config.Now = func() time.Time { return time.Now().Add(c.offset) }
			authn, err := clerkauth.New(config)
			if err != nil {
				t.Fatal(err)
			}
			token := own.SignedInUser().Token
			if c.token != nil {
				token = c.token(own, other)
			}
			w := send(t, get(t, "http://localhost:8080/", "Authorization", "Bearer "+token), clerkauth.Middleware(authn), clerkauth.RequireAuth())
			if w.Code != c.status || w.Header().Get(clerkauth.HeaderAuthReason) != c.reason {
				t.Errorf("got %d %s, want %d %s", w.Code, w.Header().Get(clerkauth.HeaderAuthReason), c.status, c.reason)
			}
			for _, want := range c.log {
				if !strings.Contains(log.String(), want) {
					t.Errorf("got the log %s, want %q in it", &log, want)
				}
			}
			if len(c.log) == 0 && log.String() != "" {
				t.Errorf("got the log %s, want nothing in it", &log)
			}
		})
	}
}

// environment returns the variables of an application of the instance as its documents say, and over them those of the
// fault.
func environment(srv *clerktest.Server, fault map[string]string) map[string]string {
	all := make(map[string]string)
	for _, variable := range srv.Environ() {
		name, value, _ := strings.Cut(variable, "=")
		all[name] = value
	}
	maps.Copy(all, fault)
	return all
}
