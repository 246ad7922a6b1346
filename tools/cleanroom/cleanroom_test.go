package main

import (
	"strings"
	"testing"

	"github.com/clerkgo/clerk-go/tools/internal/workspace"
)

func TestCheckGraph(t *testing.T) {
	t.Parallel()
	core := workspace.Module{Dir: "core"}
	gin := workspace.Module{Dir: "gin", Framework: "example.com/gin"}
	strangers := []string{"example.com/gin", "example.com/echo/v4", protobuf}
	for name, tc := range map[string]struct {
		module  workspace.Module
		modules []string
		want    string
	}{
		"core alone":                {core, []string{program, core.Path()}, ""},
		"core with company":         {core, []string{program, core.Path(), "example.com/x"}, "more than the program and core"},
		"gin with gin":              {gin, []string{program, "example.com/gin", "example.com/x"}, ""},
		"gin without gin":           {gin, []string{program}, "example.com/gin is not in the graph"},
		"gin with echo":             {gin, []string{program, "example.com/gin", "example.com/echo/v4"}, "example.com/echo/v4 is in the graph"},
		"auth with a framework":     {workspace.Module{Dir: "auth"}, []string{program, "example.com/gin"}, "example.com/gin is in the graph"},
		"protobuf by itself":        {gin, []string{program, "example.com/gin", protobuf}, protobuf + " is in the graph"},
		"protobuf with its bringer": {workspace.Module{Dir: "gin", Framework: "github.com/gin-gonic/gin"}, []string{program, "github.com/gin-gonic/gin", protobuf}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := checkGraph(tc.module, tc.modules, strangers)
			if tc.want == "" && err != nil {
				t.Errorf("got error %v, want none", err)
			}
			if tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)) {
				t.Errorf("got error %v, want %q in it", err, tc.want)
			}
		})
	}
}

func TestCheckPackages(t *testing.T) {
	t.Parallel()
	core := workspace.Module{Dir: "core"}
	if err := checkPackages(core, []string{program, core.Path(), core.Path() + "/webhook"}); err != nil {
		t.Errorf("got error %v, want none", err)
	}
	if err := checkPackages(core, []string{core.Path(), "example.com/x"}); err == nil {
		t.Error("got no error for a foreign package under core")
	}
}

func TestSourceOf(t *testing.T) {
	t.Parallel()
	w, err := workspace.Find()
	if err != nil {
		t.Fatal(err)
	}
	newcomers := 0
	for _, m := range w.Modules {
		source, fromReadme, err := sourceOf(w, m)
		if err != nil || !strings.HasPrefix(source, "package main\n") {
			t.Errorf("no program for %s: %v", m.Dir, err)
		}
		if !fromReadme {
			continue
		}
		newcomers++
		if _, err := programs.ReadFile(programOf(m)); err == nil {
			t.Errorf("%s has a program that nothing reads: %s", m.Dir, programOf(m))
		}
	}
	if newcomers < 9 {
		t.Errorf("got %d programs from READMEs, want one per framework", newcomers)
	}
}
