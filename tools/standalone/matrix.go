package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/mod/semver"

	"github.com/clerkgo/clerk-go/tools/internal/standalone"
	"github.com/clerkgo/clerk-go/tools/internal/workspace"
)

// matrix tests an adapter on the version of its framework that its go.mod requires, which is the lowest one that
// it supports, and on the newest release.
func matrix(ctx context.Context, r *runner, folder string) error {
	module, published := r.workspace.Module(folder)
	if !published || module.Framework == "" {
		return errors.New("adapts no framework")
	}
	m, err := r.proxy.Open(r.workspace, folder)
	if err != nil {
		return err
	}
	lowest, newest, err := ends(ctx, m, module)
	if err != nil {
		return err
	}
	if err := row(ctx, m, folder, module.Framework+" "+lowest); err != nil {
		return err
	}
	if newest == lowest {
		return nil
	}
	if _, err := m.Output(ctx, "go", "get", module.Framework+"@"+newest); err != nil {
		return err
	}
	if _, _, err := m.Tidy(ctx); err != nil {
		return err
	}
	return row(ctx, m, folder, module.Framework+" "+newest)
}

// ends returns the lowest and the newest version of the module's framework. Pre-releases do not count as newest.
func ends(ctx context.Context, m *standalone.Module, module workspace.Module) (lowest, newest string, err error) {
	out, err := m.Output(ctx, "go", "list", "-m", "-versions", "-json=Version,Versions", module.Framework)
	if err != nil {
		return "", "", err
	}
	var known struct {
		Version  string
		Versions []string
	}
	if err := json.Unmarshal([]byte(out), &known); err != nil {
		return "", "", err
	}
	releases := slices.DeleteFunc(append(known.Versions, known.Version), func(v string) bool { return semver.Prerelease(v) != "" })
	if len(releases) == 0 {
		return known.Version, known.Version, nil
	}
	return known.Version, slices.MaxFunc(releases, semver.Compare), nil
}

// row tests a module on one version of its framework and prints a line of the table.
func row(ctx context.Context, m *standalone.Module, folder, framework string) error {
	started := time.Now()
	_, err := raced(ctx, m)
	result := "ok"
	if err != nil {
		result = "FAILED"
		err = fmt.Errorf("%s: %w", framework, err)
	}
	fmt.Printf("| %-12s | %-42s | %-6s | %4.0f s |\n", folder, framework, result, time.Since(started).Seconds())
	return err
}
