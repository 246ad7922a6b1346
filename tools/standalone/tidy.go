package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

func tidy(ctx context.Context, r *runner, folder string) error {
	return r.compare(ctx, folder, func(name string, want []byte) error {
		return os.WriteFile(name, want, 0o644) //nolint:gosec // go.mod and go.sum are for everyone to read
	})
}

func tidyCheck(ctx context.Context, r *runner, folder string) error {
	fmt.Println(folder)
	return r.compare(ctx, folder, func(name string, _ []byte) error {
		return fmt.Errorf("%s is not tidy, run make tidy", filepath.Base(name))
	})
}

// compare tidies a copy of the module's files and calls differs for each that should hold something else.
func (r *runner) compare(ctx context.Context, folder string, differs func(name string, want []byte) error) error {
	m, err := r.proxy.Open(r.workspace, folder)
	if err != nil {
		return err
	}
	mod, sum, err := m.Tidy(ctx)
	if err != nil {
		return err
	}
	var problems []error
	for name, want := range map[string]string{"go.mod": mod, "go.sum": sum} {
		name = filepath.Join(m.Dir, name)
		got, err := os.ReadFile(name)
		if err != nil && !os.IsNotExist(err) {
			return err
		}
		if string(got) != want {
			problems = append(problems, differs(name, []byte(want)))
		}
	}
	return errors.Join(problems...)
}
