package main

import "fmt"

// A tour drives one client through the families that the local Clerk emulates and reports each step that went wrong.
type tour struct {
	name  string
	steps int
	fails []string
}

// step runs one call of the tour. A failed step does not end the tour: later ones often do not depend on it.
func (t *tour) step(name string, run func() error) {
	t.steps++
	if err := run(); err != nil {
		t.fails = append(t.fails, fmt.Sprintf("%s: %s: %v", t.name, name, err))
	}
}

// must runs a step whose result later steps need.
func must[T any](t *tour, name string, run func() (*T, error)) *T {
	var result *T
	t.step(name, func() (err error) {
		result, err = run()
		return err
	})
	if result == nil {
		result = new(T)
	}
	return result
}

// expect turns a condition into the error of a step.
func expect(ok bool, what string) error {
	if !ok {
		return fmt.Errorf("unexpected answer: %s", what)
	}
	return nil
}
