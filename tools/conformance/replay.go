package main

import "fmt"

// replayer replays one vector. It returns how the SDK differs from what is expected, one line for each difference; an
// error means that the vector could not be replayed.
type replayer func(v *vector) (differences []string, err error)

// replayers has one entry for each kind; each kind has a file of its own.
func replayers() map[string]replayer {
	return map[string]replayer{
		"publishable-key":       replayPublishableKey,
		"build-publishable-key": replayBuildPublishableKey,
		"cookie-suffix":         replayCookieSuffix,
		"accounts-url":          replayAccountsURL,
		"api-url":               replayAPIURL,
		"fapi-proxy-url":        replayFrontendAPIProxyURL,
		"session-claims":        replaySessionClaims,
		"has":                   replayHas,
		"classify":              replayClassify,
		"accepts":               replayAccepts,
		"jwks-cache":            replayKeyCache,
		"webhook":               replayWebhook,
		"request":               replayRequest,
		"org-target":            replayOrganizationTarget,
		"path-match":            replayPathMatch,
		"redirect":              replayRedirect,
		"fapi-proxy":            replayProxy,
	}
}

// outcome is what became of a vector.
type outcome struct {
	id, kind    string
	verdict     verdict
	deviation   deviation // of a difference that is deliberate
	differences []string
}

type verdict string

const (
	passed     verdict = "passed"
	deliberate verdict = "deliberate"
	failed     verdict = "failed"
)

func replay(v *vector) (o outcome) {
	o = outcome{id: v.ID, kind: v.Kind, verdict: failed}
	defer func() {
		if r := recover(); r != nil {
			o.verdict, o.differences = failed, []string{fmt.Sprint("panic: ", r)}
		}
	}()
	run := replayers()[v.Kind]
	if run == nil {
		o.differences = []string{"this kind cannot be replayed"}
		return o
	}
	differences, err := run(v)
	if err != nil {
		o.differences = []string{"the vector cannot be replayed: " + err.Error()}
		return o
	}
	o.differences = differences
	if len(differences) == 0 {
		o.verdict = passed
		return o
	}
	if d, ok := deviationOf(v.ID, differences); ok {
		o.verdict, o.deviation = deliberate, d
	}
	return o
}

// compare appends a line if got is not want.
func compare[T comparable](differences []string, what string, got, want T) []string {
	if got == want {
		return differences
	}
	return append(differences, fmt.Sprintf("%s: got %v, want %v", what, got, want))
}
