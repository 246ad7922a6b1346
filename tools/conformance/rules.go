package main

// scenarioRules lists the deliberate differences, with the id or the section of the protocol that decides them. The
// first that explains a difference names it.
var scenarioRules = joinRules(configurationRules, troubleRules, cookieRules, addressRules, tokenRules, machineRules, keyRules, otherRules)

func joinRules(lists ...[]scenarioRule) []scenarioRule {
	var rules []scenarioRule
	for _, list := range lists {
		rules = append(rules, list...)
	}
	return rules
}

func rule(id, reason string, explain func(d *difference) *difference) scenarioRule {
	return scenarioRule{deviation{id: id, reason: reason}, explain}
}
