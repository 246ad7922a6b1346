package main

import (
	"os"
	"path/filepath"
	"testing"
)

const old, root = "example.com/old/sdk", "example.com/acme/clerk"

func TestRename(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ file, before, after string }{
		"imports stay in order": {
			"a.go",
			"package a\n\nimport (\n\t_ \"example.com/middle\"\n\t_ \"" + old + "/core\"\n)\n",
			"package a\n\nimport (\n\t_ \"" + root + "/core\"\n\t_ \"example.com/middle\"\n)\n",
		},
		"imports of expected code, too": {
			"a.go.golden",
			"package a\n\nimport (\n\t_ \"example.com/middle\"\n\t_ \"" + old + "/core\"\n)\n",
			"package a\n\nimport (\n\t_ \"" + root + "/core\"\n\t_ \"example.com/middle\"\n)\n",
		},
		"columns are aligned": {
			"b.go",
			"package b\n\nvar (\n\tx = \"" + old + "\" // root\n\ty = \"\"                  // none\n)\n",
			"package b\n\nvar (\n\tx = \"" + root + "\" // root\n\ty = \"\"                       // none\n)\n",
		},
		"requirements are sorted": {
			"go.mod",
			"module " + old + "/auth\n\ngo 1.25.0\n\nrequire (\n\texample.com/middle v1.0.0\n\t" + old + "/core v0.1.0\n)\n",
			"module " + root + "/auth\n\ngo 1.25.0\n\nrequire (\n\t" + root + "/core v0.1.0\n\texample.com/middle v1.0.0\n)\n",
		},
		"prose changes":              {"README.md", "see https://" + old + ".\n", "see https://" + root + ".\n"},
		"other files stay":           {"notes.txt", "nothing here\n", "nothing here\n"},
		"files that are no text":     {"x.png", "\xff\xfe" + old, "\xff\xfe" + old},
		"what others wrote":          {"node_modules/x.md", old, old},
		"a folder that looks hidden": {".ci/run", old, root},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			top := t.TempDir()
			file := filepath.Join(top, filepath.FromSlash(tc.file))
			if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(tc.before), 0o600); err != nil {
				t.Fatal(err)
			}
			changed, err := rename(top, old, root)
			if err != nil {
				t.Fatal(err)
			}
			got, err := os.ReadFile(file)
			if err != nil || string(got) != tc.after {
				t.Errorf("got %q, %v, want %q", got, err, tc.after)
			}
			if want := tc.before != tc.after; (changed == 1) != want {
				t.Errorf("got %d changed files, want %v", changed, want)
			}
		})
	}
}

func TestRun_RefusesWhatIsNoModulePath(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{nil, {"acme"}, {"https://github.com/acme/clerk-go"}, {"github.com/acme/../x"}} {
		if err := run(args); err == nil {
			t.Errorf("%q: got no error", args)
		}
	}
}
