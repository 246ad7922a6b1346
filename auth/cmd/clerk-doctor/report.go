package main

import (
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
)

// verdict says how bad a finding is.
type verdict string

const (
	good    verdict = "ok"
	warning verdict = "warning"
	wrong   verdict = "wrong"
)

// finding is one result: what it is about, what was found, and what to do about it.
type finding struct {
	Verdict verdict `json:"verdict"`
	Subject string  `json:"subject"`
	Found   string  `json:"found"`
	Do      string  `json:"do,omitzero"`
}

// report collects findings in the order in which they were made.
type report struct{ findings []finding }

func (r *report) ok(subject, format string, args ...any) {
	r.add(good, subject, "", format, args...)
}

func (r *report) warn(subject, do, format string, args ...any) {
	r.add(warning, subject, do, format, args...)
}

func (r *report) wrong(subject, do, format string, args ...any) {
	r.add(wrong, subject, do, format, args...)
}

// refused tells why a configuration is refused. Each reason names the variable first that it is about; what is wrong with
// that variable may have been told already.
func (r *report) refused(err error) {
	told := map[string]bool{}
	for _, f := range r.findings {
		told[f.Subject] = told[f.Subject] || f.Verdict == wrong
	}
	for _, problem := range split(err) {
		subject := variable.FindString(problem.Error())
		if subject == "" {
			subject = "configuration"
		}
		if !told[subject] {
			r.wrong(subject, "The application does not start before this is corrected.", "%v", problem)
		}
	}
}

var variable = regexp.MustCompile(`CLERK_[A-Z_]+`)

// split returns the errors that are joined in err.
func split(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return []error{err}
}

func (r *report) add(v verdict, subject, do, format string, args ...any) {
	r.findings = append(r.findings, finding{Verdict: v, Subject: subject, Found: fmt.Sprintf(format, args...), Do: do})
}

// bad reports whether something is wrong; a warning is not.
func (r *report) bad() bool {
	return slices.ContainsFunc(r.findings, func(f finding) bool { return f.Verdict == wrong })
}

func (r *report) print(w io.Writer, asJSON bool) error {
	if asJSON {
		out := json.NewEncoder(w)
		out.SetEscapeHTML(false)
		out.SetIndent("", "  ")
		return out.Encode(r.findings)
	}
	for _, f := range r.findings {
		if _, err := fmt.Fprintf(w, "%-8s %s: %s\n", f.Verdict, f.Subject, f.Found); err != nil {
			return err
		}
		if f.Do == "" {
			continue
		}
		if _, err := fmt.Fprintf(w, "         %s\n", f.Do); err != nil {
			return err
		}
	}
	closing := "Nothing is wrong."
	if r.bad() {
		closing = "Something is wrong: begin with the first line that says so."
	}
	_, err := fmt.Fprintln(w, closing)
	return err
}
