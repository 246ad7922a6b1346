package main

import (
	"os"
	"path/filepath"
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
			  {"concurrent":3,"verify":{"kid":"k"},"expect":{"result":"ok","fetches":3}}]}]`,
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

func TestDeviations(t *testing.T) {
	t.Parallel()
	for _, d := range deviations() {
		if _, err := filepath.Match(d.pattern, "x"); err != nil || d.id == "" || d.reason == "" {
			t.Errorf("deviation %+v is incomplete: %v", d, err)
		}
	}
	if _, ok := deviationOf("claim-expired", []string{"status: got a, want b"}); ok {
		t.Error("got a deviation for a vector that has none")
	}
}
