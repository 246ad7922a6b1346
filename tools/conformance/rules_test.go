package main

import (
	"bufio"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
)

// excused is a scenario that one rule explains alone.
type excused struct {
	Rule     string   `json:"rule"`
	Scenario scenario `json:"scenario"`
	Decision recorded `json:"decision"`
}

func readExcused(t *testing.T) []excused {
	t.Helper()
	file, err := os.Open("testdata/excused.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var all []excused
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var e excused
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			t.Fatal(err)
		}
		all = append(all, e)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestScenarioRules(t *testing.T) {
	t.Parallel()
	all := readExcused(t)
	for _, rule := range scenarioRules {
		if !slices.ContainsFunc(all, func(e excused) bool { return e.Rule == rule.reason }) {
			t.Errorf("rule %s (%s) has no scenario that shows it", rule.id, rule.reason)
		}
	}
	for i := range all {
		e := &all[i]
		t.Run(e.Rule, func(t *testing.T) {
			t.Parallel()
			d := newDifference(&e.Scenario, &e.Decision)
			by, ok := d.explained(scenarioRules)
			if !ok || len(by) != 1 || by[0].reason != e.Rule {
				t.Fatalf("got %v for %q", by, d.lines)
			}
			for name, lines := range mutants(d) {
				if slices.Equal(lines, d.lines) {
					continue
				}
				if by, ok := d.remaining(lines).explained(scenarioRules); ok {
					t.Errorf("%s: explained by %v, want a decision that nobody explains: %q", name, by, lines)
				}
			}
			other := e.Decision
			other.Status, other.Reason, other.Outcome, other.Error = "unheard-of", nil, "ok", nil
			if d.request() && d.line("configuration") == "" {
				if by, ok := newDifference(&e.Scenario, &other).explained(scenarioRules); ok {
					t.Errorf("a decision of theirs that was never seen is explained by %v", by)
				}
			}
		})
	}
}

func TestDifference_isJavaScript(t *testing.T) {
	t.Parallel()
	reason := "token-invalid"
	signedOut := &recorded{Outcome: "ok", Status: "signed-out", Reason: &reason}
	in := []string{"status: got signed-in, want signed-out", "reason: got , want token-invalid"}
	tests := []struct {
		name  string
		tag   string
		lines []string
		want  bool
	}{
		{"another reason", "js-quirk:exp-huge", []string{"reason: got token-expired, want token-invalid"}, true},
		{"without a tag", "tok:ok", []string{"reason: got token-expired, want token-invalid"}, false},
		{"signed in", "js-quirk:exp-huge", in, false},
		{"signed in by a cookie that JavaScript does not read", "js-quirk:cookie-quoted", in, true},
		{"a panic", "js-quirk:exp-huge", []string{"panic: index out of range"}, false},
	}
	for _, test := range tests {
		d := &difference{&scenario{Mode: "authenticateRequest", Tags: []string{test.tag}}, signedOut, test.lines, replayScenario}
		if got := d.isJavaScript(); got != test.want {
			t.Errorf("%s: got %t, want %t", test.name, got, test.want)
		}
	}
}

// mutants are lines that other decisions of ours would have left, none of them right.
func mutants(d *difference) map[string][]string {
	with := func(lines ...string) []string { return append(slices.Clone(d.lines), lines...) }
	out := map[string][]string{
		"a panic":        {"panic: index out of range"},
		"another cookie": with(`cookies: got ["__session=evil"], want []`),
		"another call":   with("calls: got POST /sessions/sess_other/revoke? Bearer sk_test_x null"),
	}
	switch d.Mode {
	case "authenticateRequest":
		out["another user"] = with("auth.userId: got user_other, want user_1")
		out["another role"] = with(`has {"role":"org:owner"}: got true, want false`)
		out["another host"] = with("location origin: got https://evil.example, want https://clerk.example.com")
		out["another way back"] = with("location redirect_url origin: got https://evil.example, want https://app.example.com")
		for name, verdict := range map[string][2]string{
			"signed in": {"signed-in", ""}, "signed out": {"signed-out", "token-not-active-yet"}, "redirected": {"handshake", "dev-browser-sync"},
			"an unknown reason": {"signed-out", "no-reason"},
		} {
			if lines := decided(d, verdict[0], verdict[1]); lines != nil {
				out[name] = lines
			}
		}
	case "verifyToken":
		if d.ours() != "verified" {
			out["verified"] = []string{"verifies: got true, want " + strings.TrimPrefix(d.theirs(), "refused ")}
		}
		out["an unknown reason"] = []string{"reason: got no-reason, want token-invalid"}
	case "sequence":
		out["an unknown reason"] = everyLine(d, "reason: got ", "reason: got no-reason, want x")
		out["many fetches"] = with("step 0 (" + d.Steps[0].TokenVariant + ") fetches: got 9, want at most 1")
	case "authObject":
		out["another permission"] = []string{"auth.orgPermissions: got [org:everything:manage], want []"}
	}
	return out
}

// decided are the lines of a difference with another verdict of ours, or nil if that is the one we have.
func decided(d *difference, status, reason string) []string {
	if d.ours() == strings.TrimSpace(status+" "+reason) || d.line("configuration") != "" {
		return nil
	}
	lines := slices.DeleteFunc(slices.Clone(d.lines), func(line string) bool { return hasPrefix(line, []string{"status: ", "reason: "}) })
	if d.want.Outcome == "throw" {
		return []string{"status: got " + status + ", want an error: " + d.want.Error.Message, "reason: got " + reason + ", want "}
	}
	if status != d.want.Status {
		lines = append(lines, "status: got "+status+", want "+d.want.Status)
	}
	if theirs := text(d.want.Reason); reason != theirs {
		lines = append(lines, "reason: got "+reason+", want "+theirs)
	}
	return lines
}

func everyLine(d *difference, part, other string) []string {
	lines := slices.Clone(d.lines)
	for i, line := range lines {
		if before, _, ok := strings.Cut(line, part); ok {
			lines[i] = before + other
		}
	}
	return lines
}
