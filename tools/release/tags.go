package main

import (
	"context"
	"fmt"
	"strings"

	"golang.org/x/mod/semver"

	"github.com/clerkgo/clerk-go/tools/internal/command"
	"github.com/clerkgo/clerk-go/tools/internal/workspace"
)

// tags prints the tags that do not exist yet. The manifest is in dependency order, so they are too.
func (r *releaser) tags(ctx context.Context) error {
	for _, m := range r.workspace.Modules {
		if err := checkVersion(m); err != nil {
			return err
		}
		existing, err := r.git(ctx, "tag", "--list", m.Tag())
		if err != nil {
			return err
		}
		if strings.TrimSpace(existing) == "" {
			_, _ = fmt.Fprintln(r.out, m.Tag())
		}
	}
	return nil
}

// lastTag returns the newest tag of the module below its version in the manifest, or an empty string.
func (r *releaser) lastTag(ctx context.Context, m workspace.Module) (string, error) {
	out, err := r.git(ctx, "tag", "--list", m.Dir+"/v*")
	if err != nil {
		return "", err
	}
	last := ""
	for tag := range strings.FieldsSeq(out) {
		version := strings.TrimPrefix(tag, m.Dir+"/")
		if semver.IsValid(version) && semver.Compare(version, m.Version) < 0 &&
			(last == "" || semver.Compare(version, last) > 0) {
			last = version
		}
	}
	if last == "" {
		return "", nil
	}
	return m.Dir + "/" + last, nil
}

func (r *releaser) git(ctx context.Context, args ...string) (string, error) {
	return command.Command{Dir: r.workspace.Top}.Output(ctx, "git", args...)
}
