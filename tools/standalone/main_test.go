package main

import (
	"slices"
	"testing"

	"github.com/clerkgo/clerk-go/tools/internal/workspace"
)

func TestChosen(t *testing.T) {
	t.Parallel()
	w, err := workspace.Find()
	if err != nil {
		t.Fatal(err)
	}
	folders := func(action string, named ...string) []string {
		t.Helper()
		got, err := chosen(w, action, named)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if got := folders("race"); !slices.Contains(got, "core") || !slices.Contains(got, "examples") || slices.Contains(got, "gin") {
		t.Errorf("got %q to race, want modules that adapt nothing and the examples", got)
	}
	if got := folders("tidy"); !slices.Contains(got, "core") || !slices.Contains(got, "gin") {
		t.Errorf("got %q to tidy, want all", got)
	}
	if got := folders("matrix"); !slices.Contains(got, "gin") || slices.Contains(got, "auth") {
		t.Errorf("got %q for the matrix, want the adapters", got)
	}
	if got, want := folders("tidy", "gin", "chi"), []string{"gin", "chi"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if _, err := chosen(w, "race", []string{"tools"}); err == nil {
		t.Error("got no error for a folder outside the workspace")
	}
}

func TestRun_RefusesAnUnknownAction(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{nil, {"publish"}} {
		if err := run(t.Context(), args); err == nil {
			t.Errorf("%q: got no error", args)
		}
	}
}
