package workspace

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func load(t *testing.T, manifest string) (*Workspace, error) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, Manifest), []byte(manifest), 0o600); err != nil {
		t.Fatal(err)
	}
	return Load(dir)
}

func TestLoad(t *testing.T) {
	t.Parallel()
	w, err := load(t, "# comment\n\ncore v0.1.0 - -\nauth v0.2.0 core -\ngin v1.0.0 core,auth example.com/gin\n")
	if err != nil {
		t.Fatal(err)
	}
	gin, ok := w.Module("gin")
	if !ok {
		t.Fatal("gin is missing")
	}
	if got, want := gin.Path(), Root+"/gin"; got != want {
		t.Errorf("got path %q, want %q", got, want)
	}
	if got, want := gin.Tag(), "gin/v1.0.0"; got != want {
		t.Errorf("got tag %q, want %q", got, want)
	}
	if got, want := gin.Needs, []string{"core", "auth"}; !slices.Equal(got, want) {
		t.Errorf("got needs %q, want %q", got, want)
	}
	if got, want := w.Frameworks(), []string{"example.com/gin"}; !slices.Equal(got, want) {
		t.Errorf("got frameworks %q, want %q", got, want)
	}
}

func TestLoad_Refuses(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ manifest, want string }{
		"a short line":                   {"core v0.1.0\n", "versions.txt:1: want 4 fields"},
		"a module twice":                 {"core v0.1.0 - -\ncore v0.1.0 - -\n", "versions.txt:2: core is listed twice"},
		"a module before one it needs":   {"auth v0.1.0 core -\ncore v0.1.0 - -\n", "versions.txt:1: auth needs core"},
		"a module that needs a stranger": {"auth v0.1.0 nothing -\n", "auth needs nothing"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := load(t, tc.manifest)
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got error %v, want %q in it", err, tc.want)
			}
		})
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	w, err := Find()
	if err != nil {
		t.Fatal(err)
	}
	mod, err := w.GoMod("core")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := mod.Module.Mod.Path, Root+"/core"; got != want {
		t.Errorf("got module %q, want %q", got, want)
	}
	if dir, ok := Sibling(mod.Module.Mod.Path); !ok || dir != "core" {
		t.Errorf("got sibling %q %v, want core", dir, ok)
	}
}
