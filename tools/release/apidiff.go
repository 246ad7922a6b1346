package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/semver"

	"github.com/clerkgo/clerk-go/tools/internal/command"
	"github.com/clerkgo/clerk-go/tools/internal/standalone"
	"github.com/clerkgo/clerk-go/tools/internal/workspace"
)

// printChanges prints what changed in the API of each module since its last tag.
func (r *releaser) printChanges(ctx context.Context) error {
	for _, m := range r.workspace.Modules {
		tag, report, err := r.changes(ctx, m)
		if err != nil {
			return fmt.Errorf("%s: %w", m.Dir, err)
		}
		switch {
		case tag == "":
			report = "no earlier release"
		case report == "":
			report = "no changes"
		}
		_, _ = fmt.Fprintf(r.out, "== %s since %s\n%s\n", m.Dir, orNone(tag), report)
	}
	return nil
}

// checkAPI fails when the version of the manifest promises more compatibility than the API keeps.
func (r *releaser) checkAPI(ctx context.Context, m workspace.Module) error {
	tag, report, err := r.changes(ctx, m)
	if err != nil || tag == "" {
		return err
	}
	return checkBump(m, strings.TrimPrefix(tag, m.Dir+"/"), report)
}

// checkBump holds the step from the last version to the manifest's against an apidiff report:
// before v1 an incompatible change needs a new minor version, from v1 on a new major one; an
// addition needs a new minor version.
func checkBump(m workspace.Module, last, report string) error {
	incompatible := strings.Contains(report, "Incompatible changes:")
	newMajor := semver.Major(last) != semver.Major(m.Version)
	newMinor := newMajor || semver.MajorMinor(last) != semver.MajorMinor(m.Version)
	switch {
	case incompatible && semver.Major(m.Version) == "v0" && !newMinor:
		return fmt.Errorf("%s: incompatible changes since %s need a new minor version:\n%s", m.Dir, last, report)
	case incompatible && semver.Major(m.Version) != "v0" && !newMajor:
		return fmt.Errorf("%s: incompatible changes since %s need a new major version:\n%s", m.Dir, last, report)
	case report != "" && !newMinor:
		return fmt.Errorf("%s: additions since %s need a new minor version:\n%s", m.Dir, last, report)
	}
	return nil
}

// changes compares the module with its last tag. An empty tag means that there is none.
func (r *releaser) changes(ctx context.Context, m workspace.Module) (tag, report string, err error) {
	tag, err = r.lastTag(ctx, m)
	if err != nil || tag == "" {
		return "", "", err
	}
	scratch, err := os.MkdirTemp("", "apidiff-")
	if err != nil {
		return "", "", err
	}
	defer os.RemoveAll(scratch)

	tree := filepath.Join(scratch, "tree")
	if _, err = r.git(ctx, "worktree", "add", "--detach", tree, tag); err != nil {
		return "", "", err
	}
	defer func() {
		_, removeErr := r.git(ctx, "worktree", "remove", "--force", tree)
		err = errors.Join(err, removeErr)
	}()
	before, after := filepath.Join(scratch, "before"), filepath.Join(scratch, "after")
	if err = r.export(ctx, m, tree, filepath.Join(scratch, "old"), before); err != nil {
		return "", "", err
	}
	if err = r.export(ctx, m, r.workspace.Top, filepath.Join(scratch, "new"), after); err != nil {
		return "", "", err
	}
	report, err = command.Command{Dir: scratch}.Output(ctx, r.apidiff, "-m", before, after)
	return tag, strings.TrimSpace(report), err
}

// export writes the API that the module has in the tree at top, where its siblings are as they are in that tree.
func (r *releaser) export(ctx context.Context, m workspace.Module, top, scratch, file string) error {
	w, err := workspace.Load(top)
	if err != nil {
		return err
	}
	proxy, err := standalone.Pack(ctx, w, scratch)
	if err != nil {
		return err
	}
	alone, err := proxy.Open(w, m.Dir)
	if err != nil {
		return err
	}
	_, err = alone.Output(ctx, r.apidiff, "-m", "-w", file, m.Path())
	return err
}

func orNone(tag string) string {
	if tag == "" {
		return "the beginning"
	}
	return tag
}
