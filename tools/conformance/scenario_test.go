package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// replayLines replays scenarios and decisions that are given as JSON lines.
func replayLines(t *testing.T, scenarios, decisions string) (string, bool) {
	t.Helper()
	dir := t.TempDir()
	left, right := filepath.Join(dir, "scenarios.jsonl"), filepath.Join(dir, "decisions.jsonl")
	for name, text := range map[string]string{left: scenarios, right: decisions} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var out strings.Builder
	failed, err := runScenarios(&out, left, right, false)
	if err != nil {
		t.Fatal(err)
	}
	return out.String(), failed
}

const anonymous = `{"id":"s1","mode":"authenticateRequest","now":1760000000000,"tags":TAGS,
 "options":{"publishableKey":"pk_test_Y2xlcmsuZXhhbXBsZS5jb20k","secretKey":"sk_test_x"},
 "request":{"method":"GET","url":"https://app.example.com/","headers":HEADERS}}`

func scenarioLine(tags, headers string) string {
	return strings.ReplaceAll(strings.NewReplacer("TAGS", tags, "HEADERS", headers).Replace(anonymous), "\n", "") + "\n"
}

func TestRunScenarios(t *testing.T) {
	t.Parallel()
	signedOut := func(reason string) string {
		return `{"id":"s1","outcome":"ok","status":"signed-out","reason":"` + reason + `","token_type":"session_token",` +
			`"headers":{"x-clerk-auth-status":"signed-out","x-clerk-auth-reason":"` + reason + `"},"auth":{"isAuthenticated":false}}` + "\n"
	}
	tests := []struct {
		name      string
		scenario  string
		decision  string
		failed    bool
		wantParts []string
	}{
		{"the same", scenarioLine("[]", "[]"), signedOut("dev-browser-missing"), false, []string{"1 scenarios: 1 the same"}},
		{
			"a difference without a reason fails", scenarioLine("[]", "[]"), signedOut("other"), true,
			[]string{"differ without a reason", "reason: got dev-browser-missing, want other", "1 differ without a reason"},
		},
		{
			"what is JavaScript's is counted apart", scenarioLine(`["js-quirk:x"]`, "[]"), signedOut("other"), false,
			[]string{"differ because JavaScript does", "1 are JavaScript's"},
		},
		{
			"a deliberate difference has its id", scenarioLine("[]", `[["authorization","bearer x.y.z"]]`), signedOut("dev-browser-missing"), false,
			[]string{"D-12", "1 differ on purpose"},
		},
		{
			"an error of JavaScript is signed out here", scenarioLine("[]", "[]"),
			`{"id":"s1","outcome":"throw","error":{"name":"TypeError","message":"Invalid URL"}}` + "\n", false, []string{"1 the same"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			out, failed := replayLines(t, test.scenario, test.decision)
			if failed != test.failed {
				t.Errorf("got failed %t, want %t:\n%s", failed, test.failed, out)
			}
			for _, part := range test.wantParts {
				if !strings.Contains(out, part) {
					t.Errorf("got\n%s\nwant %q in it", out, part)
				}
			}
		})
	}
}
