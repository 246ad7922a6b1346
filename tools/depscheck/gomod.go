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
	for _, r := range mod.Require {
		dir, ok := workspace.Sibling(r.Mod.Path)
		if !ok {
			continue
		}
		if !slices.ContainsFunc(mod.Replace, func(rep *modfile.Replace) bool {
			return rep.Old.Path == r.Mod.Path && rep.New.Path == "../"+dir
		}) {
			report("no replace line for %s", r.Mod.Path)
		}
	}
	return problems
}

// checkGoWork fails when a published module is not part of the workspace.
func checkGoWork(w *workspace.Workspace) []string {
	data, err := os.ReadFile(filepath.Join(w.Top, "go.work"))
	if err != nil {
		return []string{err.Error()}
	}
	work, err := modfile.ParseWork("go.work", data, nil)
	if err != nil {
		return []string{err.Error()}
	}
	var problems []string
	for _, m := range w.Modules {
		if !slices.ContainsFunc(work.Use, func(u *modfile.Use) bool { return u.Path == "./"+m.Dir }) {
			problems = append(problems, "go.work: does not use ./"+m.Dir)
		}
	}
	return problems
}
