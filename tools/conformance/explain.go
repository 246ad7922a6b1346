package main

import (
	"slices"
	"strings"
)

// difference is what remains to be explained about a scenario.
type difference struct {
	*scenario
	want   *recorded
	lines  []string
	replay func(*scenario, *recorded) []string
}

func newDifference(s *scenario, want *recorded) *difference {
	return &difference{s, want, replayScenario(s, want), replayScenario}
}

// scenarioRule is a deliberate difference: what of a scenario triggers it, and which decision exactly it turns into
// which. What it does not know remains to be explained by others, or nobody.
type scenarioRule struct {
	deviation
	explain func(d *difference) *difference // what remains, or nil where the rule does not apply
}

// maxRules is how many rules may work together: scenarios are made by piling up changes.
const maxRules = 4

// explained returns the rules that together explain everything.
func (d *difference) explained(rules []scenarioRule) ([]deviation, bool) {
	return d.explainedBy(rules, maxRules)
}

func (d *difference) explainedBy(rules []scenarioRule, most int) ([]deviation, bool) {
	if len(d.lines) == 0 {
		return nil, true
	}
	if most == 0 {
		return nil, false
	}
	for _, rule := range rules {
		rest := rule.explain(d)
		if rest == nil {
			continue
		}
		if others, ok := rest.explainedBy(rules, most-1); ok {
			return append([]deviation{rule.deviation}, others...), true
		}
	}
	return nil, false
}

// nothing remains.
func (d *difference) nothing() *difference { return d.remaining(nil) }

func (d *difference) remaining(lines []string) *difference {
	return &difference{d.scenario, d.want, lines, d.replay}
}

// nothingIf ends the explanation where all conditions hold.
func (d *difference) nothingIf(conditions ...bool) *difference {
	if !all(conditions...) {
		return nil
	}
	return d.nothing()
}

func all(conditions ...bool) bool { return !slices.Contains(conditions, false) }

// without leaves out the lines that are explained. The rule does not apply where there are none.
func (d *difference) without(explained func(line string) bool) *difference {
	lines := slices.DeleteFunc(slices.Clone(d.lines), explained)
	if len(lines) == len(d.lines) {
		return nil
	}
	return d.remaining(lines)
}

// understoodAs says that the JS SDK decides about a scenario as if it were another one. What our decision about that
// one does not agree with remains.
func (d *difference) understoodAs(other *scenario, want *recorded) *difference {
	return &difference{other, want, d.replay(other, want), d.replay}
}

// sameFor reports whether we decide about another scenario as about this one, apart from lines that begin with one of the
// prefixes.
func (d *difference) sameFor(other *scenario, except ...string) bool {
	apart := func(lines []string) []string {
		return slices.DeleteFunc(slices.Clone(lines), func(line string) bool { return hasPrefix(line, except) })
	}
	return slices.Equal(apart(d.lines), apart(d.replay(other, d.want)))
}

func hasPrefix(line string, prefixes []string) bool {
	return slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(line, prefix) })
}

// only reports whether all lines begin with one of the prefixes.
func (d *difference) only(prefixes ...string) bool {
	return !slices.ContainsFunc(d.lines, func(line string) bool { return !hasPrefix(line, prefixes) })
}

// onlyReason reports whether nothing differs but the reason.
func (d *difference) onlyReason() bool {
	return d.only("reason: ", "x-clerk-auth-reason: ", "x-clerk-auth-message: ", "location parameter __clerk_hs_reason: ")
}

// leftToJavaScript reports whether what a rule leaves of a difference, or all of it, is about JavaScript.
func (d *difference) leftToJavaScript(rules []scenarioRule) bool {
	return d.isJavaScript() || slices.ContainsFunc(rules, func(rule scenarioRule) bool {
		rest := rule.explain(d)
		return rest != nil && rest.isJavaScript()
	})
}

// isJavaScript reports whether a difference is about JavaScript rather than Clerk; those are counted apart. That is no
// excuse for a panic, and none for letting in whom they do not, but where they cannot read a cookie, have no client, or
// know a host from their environment.
func (d *difference) isJavaScript() bool {
	let := func(verdict string) bool { return verdict == "signed-in" || verdict == "verified" }
	switch {
	case !d.hasTag("js-quirk:") && !d.hasTag("js-env:") && !d.hasTag("entry-internal"), d.line("panic") != "":
		return false
	case let(d.ours()) && !let(d.theirs()):
		return d.hasTag("js-quirk:cookie-") || d.hasTag("js-env:") || d.hasTag("entry-internal")
	}
	return true
}

// line returns what follows the name in the line of that name.
func (d *difference) line(name string) string {
	for _, line := range d.lines {
		if rest, ok := strings.CutPrefix(line, name+": "); ok {
			return rest
		}
	}
	return ""
}

// got returns what a line says that ours is.
func (d *difference) got(name string) (string, bool) {
	rest, ok := strings.CutPrefix(d.line(name), "got ")
	if at := strings.LastIndex(rest, ", want "); ok && at >= 0 {
		return rest[:at], true
	}
	return "", false
}

// theirs is what the JS SDK decided, such as "signed-out token-invalid" or "refused token-expired".
func (d *difference) theirs() string {
	switch {
	case d.want.Outcome == "throw" && d.Mode == "verifyToken":
		return "refused " + d.want.Error.Reason
	case d.want.Outcome == "throw":
		return "error " + d.want.Error.Message
	case d.Mode == "verifyToken":
		return "verified"
	}
	return strings.TrimSpace(d.want.Status + " " + text(d.want.Reason))
}

// ours is what we decided, in the same words.
func (d *difference) ours() string {
	if d.Mode == "verifyToken" {
		if got, ok := d.got("reason"); ok {
			return "refused " + got
		}
		got, _ := d.got("verifies")
		if got == "true" {
			return "verified"
		}
		reason, _, _ := strings.Cut(strings.TrimPrefix(got, "clerkauth: "), ":")
		return "refused " + reason
	}
	status, reason := d.want.Status, text(d.want.Reason)
	if got, ok := d.got("status"); ok {
		status = got
	}
	if got, ok := d.got("reason"); ok {
		reason = got
	}
	return strings.TrimSpace(status + " " + reason)
}

// turned reports whether one of their decisions turned into one of ours. A star at the end stands for anything.
func (d *difference) turned(theirs, ours []string) bool {
	return oneOf(d.theirs(), theirs) && oneOf(d.ours(), ours)
}

func oneOf(text string, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		begin, open := strings.CutSuffix(pattern, "*")
		return text == pattern || open && strings.HasPrefix(text, begin)
	})
}

func (d *difference) request() bool { return d.Mode == "authenticateRequest" }
