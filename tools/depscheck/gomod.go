package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/mod/modfile"

	"github.com/clerkgo/clerk-go/tools/internal/workspace"
)

// goVersion is the language version in every go.mod of a published module.
const goVersion = "1.25.0"

// checkFiles looks at the go.mod files and go.work: what they declare, not what the code imports.
func checkFiles(w *workspace.Workspace) []string {
	var problems []string
	if _, err := os.Stat(filepath.Join(w.Top, "go.mod")); err == nil {
		problems = append(problems, "go.mod at the top: users of the adapters would get an ambiguous import")
	}
	for _, m := range w.Modules {
		mod, err := w.GoMod(m.Dir)
		if err != nil {
			problems = append(problems, err.Error())
			continue
		}
		problems = append(problems, checkGoMod(m, mod)...)
	}
	return append(problems, checkGoWork(w)...)
}

func checkGoMod(m workspace.Module, mod *modfile.File) []string {
	var problems []string
	report := func(format string, args ...any) {
		problems = append(problems, m.Dir+"/go.mod: "+fmt.Sprintf(format, args...))
	}
	if mod.Module.Mod.Path != m.Path() {
		report("module %s, want %s", mod.Module.Mod.Path, m.Path())
	}
	if mod.Go == nil || mod.Go.Version != goVersion {
		report("go line is not %s", goVersion)
	}
	if mod.Toolchain != nil {
		report("has a toolchain line")
	}
	if m.Dir == "core" && len(mod.Require) > 0 {
		report("requires %s; core has the standard library only", mod.Require[0].Mod.Path)
	}
	for _, rep := range mod.Replace {
		report("replaces %s: go install and go run refuse such a module at a version", rep.Old.Path)
	}
	return problems
}

// checkGoWork fails when a published module is not part of the workspace, or when the workspace does not put its
// folder in the place of the version that the others require.
func checkGoWork(w *workspace.Workspace) []string {
	work, err := w.GoWork()
	if err != nil {
		return []string{err.Error()}
	}
	var problems []string
	for _, m := range w.Modules {
		folder := "./" + m.Dir
		if !slices.ContainsFunc(work.Use, func(u *modfile.Use) bool { return u.Path == folder }) {
			problems = append(problems, "go.work: does not use "+folder)
		}
		if !slices.ContainsFunc(work.Replace, func(r *modfile.Replace) bool {
			return r.Old.Path == m.Path() && r.Old.Version == m.Version && r.New.Path == folder
		}) {
			problems = append(problems, fmt.Sprintf("go.work: no line replace %s %s => %s", m.Path(), m.Version, folder))
		}
	}
	return problems
}
