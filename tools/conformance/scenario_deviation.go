package main

// scenarioRule recognises a deliberate difference between a scenario and what was recorded.
type scenarioRule struct {
	deviation
	applies func(d *difference) bool
}

// difference is a scenario that differs.
type difference struct {
	scenario *scenario
	recorded *recorded
	lines    []string
}

// scenarioRules lists the deliberate differences, with their id in the protocol.
func scenarioRules() []scenarioRule {
	return []scenarioRule{}
}

func scenarioDeviation(s *scenario, want *recorded, lines []string) (deviation, bool) {
	d := &difference{s, want, lines}
	for _, rule := range scenarioRules() {
		if rule.applies(d) {
			return rule.deviation, true
		}
	}
	return deviation{}, false
}
