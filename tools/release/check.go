package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/semver"

	"github.com/clerkgo/clerk-go/tools/internal/workspace"
)

// check prints one line per module and fails when any of them is not ready to be tagged.
func (r *releaser) check(ctx context.Context) error {
	var problems []error
	for _, m := range r.workspace.Modules {
		found := errors.Join(checkVersion(m), r.checkRequires(m), r.checkChangelog(m), r.checkAPI(ctx, m))
		state := "ok"
		if found != nil {
			state = "not ready"
			problems = append(problems, found)
		}
		_, _ = fmt.Fprintf(r.out, "%-10s %-10s %s\n", m.Dir, m.Version, state)
	}
	return errors.Join(problems...)
}

func checkVersion(m workspace.Module) error {
	if !semver.IsValid(m.Version) || m.Version == "v0.0.0" || semver.Canonical(m.Version) != m.Version {
		return fmt.Errorf("%s: %q is not a version to release", m.Dir, m.Version)
	}
	if major := semver.Major(m.Version); major != "v0" && major != "v1" {
		return fmt.Errorf("%s: %s needs the suffix /%s in its module path", m.Dir, m.Version, major)
	}
	return nil
}

// checkRequires compares the sibling lines of go.mod with the manifest, in both directions.
func (r *releaser) checkRequires(m workspace.Module) error {
	mod, err := r.workspace.GoMod(m.Dir)
	if err != nil {
		return err
	}
	var problems []error
	var required []string
	for _, req := range mod.Require {
		dir, ok := workspace.Sibling(req.Mod.Path)
		if !ok {
			continue
		}
		required = append(required, dir)
		sibling, ok := r.workspace.Module(dir)
		switch {
		case !ok:
			problems = append(problems, fmt.Errorf("%s/go.mod: requires %s, which is not released", m.Dir, dir))
		case req.Mod.Version != sibling.Version:
			problems = append(problems, fmt.Errorf("%s/go.mod: requires %s %s, versions.txt says %s", m.Dir, dir, req.Mod.Version, sibling.Version))
		}
	}
	needs := slices.Clone(m.Needs)
	slices.Sort(required)
	slices.Sort(needs)
	if !slices.Equal(required, needs) {
		problems = append(problems, fmt.Errorf("%s: go.mod requires %q, versions.txt says %q", m.Dir, required, needs))
	}
	return errors.Join(problems...)
}

// checkChangelog fails unless the module's changelog has a section for its version with something in it.
func (r *releaser) checkChangelog(m workspace.Module) error {
	file, err := os.Open(filepath.Join(r.workspace.Top, m.Dir, "CHANGELOG.md"))
	if err != nil {
		return fmt.Errorf("%s: no CHANGELOG.md", m.Dir)
	}
	defer file.Close()
	inside := false
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if title, ok := strings.CutPrefix(line, "## "); ok {
			inside = names(title, m.Version)
			continue
		}
		if inside && line != "" && !strings.HasPrefix(line, "#") {
			return nil
		}
	}
	if err := lines.Err(); err != nil {
		return err
	}
	return fmt.Errorf("%s/CHANGELOG.md: no entries under ## %s", m.Dir, m.Version)
}

// names reports whether the title of a section is the version, in brackets or not, with or without a date.
func names(title, version string) bool {
	first, _, _ := strings.Cut(title, " ")
	first = strings.Trim(first, "[]")
	return first == version || first == strings.TrimPrefix(version, "v")
}
