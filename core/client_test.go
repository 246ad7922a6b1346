package clerk_test

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	clerk "github.com/clerkgo/clerk-go/core"
)

func TestNewClient_RefusesBadInput(t *testing.T) {
	t.Parallel()
	const live = "sk_live_abcdefghijklmnopqrstuvwxyz"
	url := clerk.WithBaseURL
	tests := map[string]struct {
		key    string
		opt    clerk.ClientOption
		option string
	}{
		"no key":                      {"", nil, "NewClient"},
		"a publishable key":           {"pk_test_abc", nil, "NewClient"},
		"a key with a line break":     {"sk_test_a\nb", nil, "NewClient"},
		"a key with a space":          {" sk_test_a", nil, "NewClient"},
		"a live key for localhost":    {live, url("http://localhost:4010"), "WithBaseURL"},
		"a live key for 127.0.0.2":    {live, url("https://127.0.0.2/v1"), "WithBaseURL"},
		"a live key for ::1":          {live, url("http://[::1]:4010"), "WithBaseURL"},
		"a live key for mapped v4":    {live, url("http://[::ffff:127.0.0.1]:4010"), "WithBaseURL"},
		"a live key for x.localhost":  {live, url("http://clerk.LOCALHOST./"), "WithBaseURL"},
		"a live key for 0.0.0.0":      {live, url("http://0.0.0.0:4010"), "WithBaseURL"},
		"plain http":                  {testKey, url("http://api.clerk.com/v1"), "WithBaseURL"},
		"plain http to a look-alike":  {testKey, url("http://localhost.example.com"), "WithBaseURL"},
		"another scheme":              {testKey, url("ftp://localhost"), "WithBaseURL"},
		"no scheme":                   {testKey, url("api.clerk.com"), "WithBaseURL"},
		"an empty URL":                {testKey, url(""), "WithBaseURL"},
		"a URL with a password":       {testKey, url("https://a:b@api.clerk.com"), "WithBaseURL"},
		"a URL with a query":          {testKey, url("https://api.clerk.com/v1?x=1"), "WithBaseURL"},
		"a URL with a fragment":       {testKey, url("https://api.clerk.com/v1#x"), "WithBaseURL"},
		"a URL with dots":             {testKey, url("https://api.clerk.com/v1/%2e%2e/x"), "WithBaseURL"},
		"no HTTP client":              {testKey, clerk.WithHTTPClient(nil), "WithHTTPClient"},
		"no logger":                   {testKey, clerk.WithLogger(nil), "WithLogger"},
		"no time":                     {testKey, clerk.WithTimeout(0), "WithTimeout"},
		"negative retries":            {testKey, clerk.WithRetries(-1), "WithRetries"},
		"too many retries":            {testKey, clerk.WithRetries(11), "WithRetries"},
		"no rate":                     {testKey, clerk.WithRateLimit(0, time.Second), "WithRateLimit"},
		"no period":                   {testKey, clerk.WithRateLimit(1, 0), "WithRateLimit"},
		"a huge rate":                 {testKey, clerk.WithRateLimit(1<<30, time.Second), "WithRateLimit"},
		"no version":                  {testKey, clerk.WithAPIVersion(""), "WithAPIVersion"},
		"a version with a line break": {testKey, clerk.WithAPIVersion("a\r\nb"), "WithAPIVersion"},
		"no product":                  {testKey, clerk.WithUserAgent(" "), "WithUserAgent"},
		"a product with a line break": {testKey, clerk.WithUserAgent("a\nb"), "WithUserAgent"},
		"no body limit":               {testKey, clerk.WithMaxResponseBytes(0), "WithMaxResponseBytes"},
		"an odd header name":          {testKey, clerk.WithHeader("a b", "c"), "WithHeader"},
		"an odd header value":         {testKey, clerk.WithHeader("a", "c\nd"), "WithHeader"},
		"the authorization header":    {testKey, clerk.WithHeader("authorization", "Bearer x"), "WithHeader"},
		"a raw response for all":      {testKey, clerk.WithRawResponse(&clerk.RawResponse{}), "WithRawResponse"},
		"no raw response":             {testKey, clerk.WithRawResponse(nil), "WithRawResponse"},
		"an empty other key":          {testKey, clerk.WithSecretKey(""), "WithSecretKey"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, err := clerk.NewClient(test.key, test.opt)
			var configErr *clerk.ConfigError
			if !errors.As(err, &configErr) || client != nil {
				t.Fatalf("got %v, %v, want a *ConfigError", client, err)
			}
			if configErr.Option != test.option {
				t.Errorf("got option %q, want %q", configErr.Option, test.option)
			}
			if test.key != "" && strings.Contains(err.Error(), test.key) {
				t.Errorf("the error shows the key: %v", err)
			}
		})
	}
}

func TestNewClient_BaseURL(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"https://api.clerk.com":          "https://api.clerk.com/v1",
		"https://api.clerk.com/":         "https://api.clerk.com/v1",
		"https://api.clerk.com/v1/":      "https://api.clerk.com/v1",
		"https://proxy.example.com/a/v1": "https://proxy.example.com/a/v1",
		"http://localhost:4010":          "http://localhost:4010/v1",
		"http://[::1]:4010/v1":           "http://[::1]:4010/v1",
	} {
		client, err := clerk.NewClient(testKey, clerk.WithBaseURL(address))
		if err != nil {
			t.Errorf("%s: %v", address, err)
			continue
		}
		if got := client.BaseURL(); got != want {
			t.Errorf("%s: got %s, want %s", address, got, want)
		}
	}
	client, err := clerk.NewClient("sk_live_abc")
	if err != nil || client.BaseURL() != "https://api.clerk.com/v1" {
		t.Errorf("got %v, %v", client, err)
	}
}

func TestWithPlainHTTP(t *testing.T) {
	t.Parallel()
	opts := []clerk.ClientOption{clerk.WithBaseURL("http://emulator:4000"), clerk.WithPlainHTTP()}
	client, err := clerk.NewClient(testKey, opts...)
	if err != nil || client.BaseURL() != "http://emulator:4000/v1" {
		t.Fatalf("got %v, %v", client, err)
	}
	var configErr *clerk.ConfigError
	if _, err := clerk.NewClient("sk_live_abc", opts...); !errors.As(err, &configErr) {
		t.Errorf("a live key: got %v", err)
	}
	var paramErr *clerk.ParamError
	_, err = clerk.Call[item](t.Context(), client, getItem, one("a"), clerk.WithSecretKey("sk_live_abc"))
	if !errors.As(err, &paramErr) || paramErr.Param != "WithSecretKey" {
		t.Errorf("a live key for one call: got %v", err)
	}
}

func TestNewClientFromEnv(t *testing.T) {
	t.Setenv("CLERK_SECRET_KEY", "")
	t.Setenv("CLERK_API_URL", "")
	var configErr *clerk.ConfigError
	if _, err := clerk.NewClientFromEnv(); !errors.As(err, &configErr) || !strings.Contains(err.Error(), "CLERK_SECRET_KEY") {
		t.Errorf("got %v, want a *ConfigError that names the variable", err)
	}
	t.Setenv("CLERK_SECRET_KEY", testKey+"\n")
	client, err := clerk.NewClientFromEnv()
	if err != nil || client.BaseURL() != "https://api.clerk.com/v1" {
		t.Errorf("got %v, %v", client, err)
	}
	t.Setenv("CLERK_API_URL", "http://localhost:4010")
	client, err = clerk.NewClientFromEnv()
	if err != nil || client.BaseURL() != "http://localhost:4010/v1" {
		t.Errorf("got %v, %v", client, err)
	}
	client, err = clerk.NewClientFromEnv(clerk.WithBaseURL("https://api.example.com"))
	if err != nil || client.BaseURL() != "https://api.example.com/v1" {
		t.Errorf("options do not win: got %v, %v", client, err)
	}
}

func TestClient_NeverPrintsItsKey(t *testing.T) {
	t.Parallel()
	client, err := clerk.NewClient(testKey, clerk.WithBaseURL("http://localhost:1"))
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	logger := slog.New(slog.NewTextHandler(&log, nil))
	logger.Info("client", "pointer", client)
	logger.Info("client", "service", client.Emails)
	texts := []string{log.String()}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
		texts = append(texts, fmt.Sprintf(verb, client), fmt.Sprintf(verb, struct{ C *clerk.Client }{client}))
		texts = append(texts, fmt.Sprintf(verb, client.Emails), fmt.Sprintf(verb, []any{client, *client.Emails}))
	}
	hexKey := fmt.Sprintf("%x", testKey)
	for _, text := range texts {
		if strings.Contains(text, testKey) || strings.Contains(text, hexKey) {
			t.Errorf("the key is printed: %s", text)
		}
	}
	if got := client.String(); got != "clerk.Client(http://localhost:1/v1)" {
		t.Errorf("got %s", got)
	}
	if got := (*clerk.Client)(nil).String(); got != "clerk.Client(nil)" {
		t.Errorf("got %s", got)
	}
}

func TestNewClient_LeavesTheCallersHTTPClientAlone(t *testing.T) {
	t.Parallel()
	own := &http.Client{}
	if _, err := clerk.NewClient(testKey, clerk.WithHTTPClient(own)); err != nil {
		t.Fatal(err)
	}
	if own.CheckRedirect != nil || own.Transport != nil {
		t.Error("the caller's client was changed")
	}
}

func TestNewClient_TellsEverythingAtOnce(t *testing.T) {
	t.Setenv("CLERK_SECRET_KEY", `"sk_test_abc"`)
	t.Setenv("CLERK_API_URL", "ftp://example.com")
	_, err := clerk.NewClientFromEnv(clerk.WithTimeout(-1), clerk.WithRateLimit(0, 0), clerk.WithRetries(99))
	for _, part := range []string{
		"CLERK_SECRET_KEY: key is in quotes", "CLERK_API_URL: scheme must be https", "WithTimeout", "WithRateLimit", "WithRetries",
	} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%q is not in %v", part, err)
		}
	}
	if err != nil && strings.Contains(err.Error(), "sk_test_abc") {
		t.Errorf("the error shows the key: %v", err)
	}
}

func TestNewClient_SaysWhichKeyIsMeant(t *testing.T) {
	t.Parallel()
	for key, part := range map[string]string{
		"'sk_test_abc'": "in quotes", "pk_live_abc": "swapped", "whsec_abc": "webhook", "Bearer sk_test_a": "without Bearer", "sk test": "spaces",
	} {
		if _, err := clerk.NewClient(key); err == nil || !strings.Contains(err.Error(), part) || strings.Contains(err.Error(), key) {
			t.Errorf("%s: got %v, want %q", key, err, part)
		}
	}
}
