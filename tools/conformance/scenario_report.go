package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// cause is what scenarios that differ have in common.
type cause struct {
	deviation string // id, or empty
	reason    string
	mode      string
	what      string // which comparisons fail
}

// scenarioReport counts scenarios and groups what differs.
type scenarioReport struct {
	total, same int
	onPurpose   int
	deliberate  map[cause][]string // a scenario for each rule that took part
	javascript  map[cause][]string
	unexplained map[cause][]string
	examples    map[string][]string
}

func newScenarioReport() *scenarioReport {
	return &scenarioReport{
		deliberate: map[cause][]string{}, javascript: map[cause][]string{}, unexplained: map[cause][]string{},
		examples: map[string][]string{},
	}
}

// runScenarios replays scenarios and reports whether anything differs without a reason.
func runScenarios(w io.Writer, scenarios, decisions string, verbose bool) (bool, error) {
	report := newScenarioReport()
	if err := readPairs(scenarios, decisions, report.replay); err != nil {
		return false, err
	}
	if report.total == 0 {
		return false, fmt.Errorf("%s has no scenarios", scenarios)
	}
	report.print(w, verbose)
	return len(report.unexplained) > 0, nil
}

func (r *scenarioReport) replay(s *scenario, want *recorded) {
	r.total++
	d := newDifference(s, want)
	if len(d.lines) == 0 {
		r.same++
		return
	}
	c := cause{mode: s.Mode, what: differenceNames(d.lines)}
	r.examples[s.ID] = d.lines
	if by, ok := d.explained(scenarioRules); ok {
		r.onPurpose++
		for _, d := range by {
			c := cause{deviation: d.id, reason: d.reason, mode: s.Mode}
			r.deliberate[c] = append(r.deliberate[c], s.ID)
		}
		return
	}
	if d.leftToJavaScript(scenarioRules) {
		r.javascript[c] = append(r.javascript[c], s.ID)
		return
	}
	r.unexplained[c] = append(r.unexplained[c], s.ID)
}

func replayScenario(s *scenario, want *recorded) (differences []string) {
	defer func() {
		if p := recover(); p != nil {
			differences = []string{fmt.Sprint("panic: ", p)}
		}
	}()
	mode := scenarioModes()[s.Mode]
	if mode == nil {
		return []string{"mode: cannot be replayed"}
	}
	return mode(s, want)
}

// differenceNames are the comparisons that failed. Of a reason or a status the values are shown and what follows from
// it is not; of all others, whose values hardly ever repeat, only the names.
func differenceNames(differences []string) string {
	names := map[string]bool{}
	for _, line := range differences {
		name, _, _ := strings.Cut(line, ":")
		if name == "reason" || name == "status" || name == "configuration" {
			return line
		}
		names[name] = true
	}
	return strings.Join(slices.Sorted(maps.Keys(names)), ", ")
}

func (r *scenarioReport) print(w io.Writer, verbose bool) {
	r.group(w, "differ on purpose", r.deliberate, verbose)
	r.group(w, "differ because JavaScript does", r.javascript, verbose)
	r.group(w, "differ without a reason", r.unexplained, true)
	count := func(m map[cause][]string) (n int) {
		for _, ids := range m {
			n += len(ids)
		}
		return n
	}
	fmt.Fprintf(w, "%d scenarios: %d the same, %d differ on purpose, %d are JavaScript's, %d differ without a reason\n",
		r.total, r.same, r.onPurpose, count(r.javascript), count(r.unexplained))
}

const maxExamples = 3

func (r *scenarioReport) group(w io.Writer, title string, causes map[cause][]string, details bool) {
	if len(causes) == 0 {
		return
	}
	fmt.Fprintf(w, "%s\n", title)
	keys := slices.SortedFunc(maps.Keys(causes), func(a, b cause) int { return len(causes[b]) - len(causes[a]) })
	for _, c := range keys {
		ids := causes[c]
		fmt.Fprintf(w, "%6d  %-5s %s: %s%s\n", len(ids), c.deviation, c.mode, c.reason, c.what)
		if !details {
			continue
		}
		for _, id := range ids[:min(len(ids), maxExamples)] {
			fmt.Fprintf(w, "        %s\n", id)
			for _, line := range r.examples[id] {
				fmt.Fprintf(w, "            %s\n", shorten(line))
			}
		}
	}
}

func shorten(line string) string {
	line = strings.ReplaceAll(line, "\n", " ")
	if len(line) > 220 {
		return line[:220] + "…"
	}
	return line
}
