package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func replayFile(t *testing.T, vectors string) (string, bool) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "vectors.json")
	if err := os.WriteFile(name, []byte(vectors), 0o600); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	failed, err := run(&out, []string{name}, "", true)
	if err != nil {
		t.Fatal(err)
	}
	return out.String(), failed
}

func TestRun(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		vectors string
		failed  bool
		want    string
	}{
		{
			"what agrees passes",
			`[{"id":"apiurl-x","kind":"api-url","input":{"key":""},"expect":"https://api.clerk.com"}]`,
			false, "ok    apiurl-x",
		},
		{
			"what differs fails",
			`[{"id":"apiurl-x","kind":"api-url","input":{"key":""},"expect":"https://other.example"}]`,
			true, "FAIL  apiurl-x",
		},
		{
			"what differs on purpose is named with its id",
			`[{"id":"jwks-thundering-herd","kind":"jwks-cache","steps":[{"jwks":[["k","A"]]},
			  {"concurrent":10,"verify":{"kid":"k"},"expect":{"result":"ok","fetches":10}}]}]`,
			false, "D-19  jwks-thundering-herd",
		},
		{
			"a kind that nobody replays fails",
			`[{"id":"x","kind":"unheard-of"}]`,
			true, "this kind cannot be replayed",
		},
		{
			"the clock moves between steps",
			`[{"id":"x","kind":"jwks-cache","steps":[{"jwks":[["k","A"]]},
			  {"verify":{"kid":"k"},"expect":{"result":"ok","fetches":1}},
			  {"jwks":[["k","B"]]},
			  {"verify":{"kid":"k"},"expect":{"result":"ok","fetches":0}},
			  {"advance":300},
			  {"verify":{"kid":"k"},"expect":{"result":"token-invalid-signature","fetches":1}}]}]`,
			false, "ok    x",
		},
		{
			"a step signs with another key",
			`[{"id":"x","kind":"jwks-cache","steps":[{"jwks":[["k","B"]]},
			  {"verify":{"kid":"k","key":"B"},"expect":{"result":"ok","fetches":1}},
			  {"key":"B","verify":{"kid":"k"},"expect":{"result":"ok","fetches":0}},
			  {"verify":{"kid":"k"},"expect":{"result":"token-invalid-signature","fetches":0}}]}]`,
			false, "ok    x",
		},
		{
			"the key server cannot be reached, and comes back",
			`[{"id":"x","kind":"jwks-cache","steps":[{"jwks":[["k","A"]],"networkError":true},
			  {"verify":{"kid":"k"},"expect":{"result":"jwk-remote-failed-to-load","fetches":2}},
			  {"networkError":false},{"advance":2},
			  {"verify":{"kid":"k"},"expect":{"result":"ok","fetches":1}}]}]`,
			false, "ok    x",
		},
		{
			"keys that expired serve through an outage, on purpose",
			`[{"id":"jwks-expired-and-down","kind":"jwks-cache","steps":[{"jwks":[["k","A"]]},
			  {"verify":{"kid":"k"},"expect":{"result":"ok","fetches":1}},
			  {"advance":301,"networkError":true},
			  {"verify":{"kid":"k"},"expect":{"result":"jwk-remote-failed-to-load","fetches":1}}]}]`,
			false, "D-40  jwks-expired-and-down",
		},
		{
			"an upstream of the proxy cannot be reached",
			`[{"id":"x","kind":"fapi-proxy","input":{"options":{"publishableKey":"pk_test_Y2xlcmsudmVjLWluc3RhbmNlLmNvbSQ","secretKey":"sk_test_x"},
			  "request":{"url":"https://example.com/__clerk/v1/client"},"upstream":{"networkError":true}},
			  "expect":{"status":502,"code":"proxy_request_failed"}}]`,
			false, "ok    x",
		},
		{
			"a step that nobody understands fails",
			`[{"id":"x","kind":"jwks-cache","steps":[{"jwks":[["k","A"]],"unheardOf":1}]}]`,
			true, "",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			out, failed := replayFile(t, test.vectors)
			if failed != test.failed || !strings.Contains(out, test.want) {
				t.Errorf("got failed %v and\n%s\nwant failed %v and %q", failed, out, test.failed, test.want)
			}
		})
	}
}

func TestVectorRules(t *testing.T) {
	t.Parallel()
	for _, rule := range vectorRules() {
		if rule.id == "" || rule.reason == "" || len(rule.vectors) == 0 || len(rule.changes) == 0 {
			t.Errorf("rule %+v is incomplete", rule)
			continue
		}
		id := rule.vectors[0]
		if _, ok := deviationOf(id, rule.changes); !ok {
			t.Errorf("%s: its own changes are not explained", id)
		}
		if _, ok := deviationOf("another-vector", rule.changes); ok {
			t.Errorf("%s: explains another vector", id)
		}
		for _, line := range []string{
			"status: got signed-in, want signed-out", "reason: got token-expired, want token-invalid", "HTTP status: got 307, want 200",
			"location: got https://evil.example/, want ://", "cookies: got 1, want 0", "calls: got 3, want 0", "auth.orgId: got org_2, want org_1",
		} {
			if slices.Contains(rule.changes, line) {
				continue
			}
			if _, ok := deviationOf(id, append(slices.Clone(rule.changes), line)); ok {
				t.Errorf("%s: explains %q, which has nothing to do with it", id, line)
			}
		}
		if _, ok := deviationOf(id, rule.changes[1:]); ok {
			t.Errorf("%s: explains half of its changes", id)
		}
		if _, ok := deviationOf(id, []string{"is an error: got true, want false"}); ok {
			t.Errorf("%s: explains an error", id)
		}
	}
}
