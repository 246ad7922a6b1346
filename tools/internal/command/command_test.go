package command

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestCommand_Output(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	out, err := Command{Dir: dir, Env: []string{"GOFLAGS=-mod=mod", "GOWORK=off"}}.Output(t.Context(), "go", "env", "GOFLAGS", "GOMOD")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Fields(out)[0], "-mod=mod"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestCommand_Output_Error(t *testing.T) {
	t.Parallel()
	_, err := Command{Dir: t.TempDir()}.Output(t.Context(), "go", "build", filepath.Join(".", "missing.go"))
	if err == nil || !strings.Contains(err.Error(), "missing.go") {
		t.Errorf("got error %v, want the program's own words in it", err)
	}
}
