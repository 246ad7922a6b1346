package main

import (
	"bytes"
	"flag"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// zoo builds the outputs of the small document that belongs to the tests.
func zoo(t *testing.T) (*document, *overlay) {
	t.Helper()
	doc, err := loadDocument("testdata/zoo.yml")
	if err != nil {
		t.Fatalf("document: %v", err)
	}
	ov, err := loadOverlay(os.DirFS("testdata/overlay"))
	if err != nil {
		t.Fatalf("overlay: %v", err)
	}
	return doc, ov
}

func TestGenerate_Golden(t *testing.T) {
	t.Parallel()
	files, err := generate(zoo(t))
	if err != nil {
		t.Fatalf("generate: %v", err)
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if name == wireFolder+"wire_gen_test.go" {
			continue // fixed text
		}
		golden := filepath.Join("testdata/golden", strings.ReplaceAll(name, "/", "_")+".golden")
		if *update {
			if err := os.WriteFile(golden, files[name], 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !bytes.Equal(files[name], want) {
			t.Errorf("%s is\n%s\nwant\n%s", name, files[name], want)
		}
	}
}

func TestGenerate_TypesOfTheRuntimeOnce(t *testing.T) {
	t.Parallel()
	files, err := generate(zoo(t)) // has two operations that count
	if err != nil {
		t.Fatalf("generate: %v", err)
	}
	found := 0
	for _, file := range files {
		found += bytes.Count(file, []byte("type totalCount struct"))
	}
	if found != 1 {
		t.Errorf("totalCount is written %d times, want once", found)
	}
}

func TestGenerate_NoGoldenFileIsLeftOver(t *testing.T) {
	t.Parallel()
	files, err := generate(zoo(t))
	if err != nil {
		t.Fatalf("generate: %v", err)
	}
	got, err := filepath.Glob("testdata/golden/*")
	if err != nil {
		t.Fatal(err)
	}
	if want := len(files) - 1; len(got) != want {
		t.Errorf("got %d golden files, want %d", len(got), want)
	}
}

func TestGenerate_Deterministic(t *testing.T) {
	t.Parallel()
	first, err := generate(zoo(t))
	if err != nil {
		t.Fatalf("generate: %v", err)
	}
	for range 5 {
		again, err := generate(zoo(t))
		if err != nil {
			t.Fatalf("generate: %v", err)
		}
		if !maps.EqualFunc(first, again, bytes.Equal) {
			t.Fatal("two runs differ")
		}
	}
}

func TestGenerate_SaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		change func(ov *overlay)
		want   string
	}{
		"operation without a name": {
			func(ov *overlay) { ov.Operations = ov.Operations[1:] },
			"AnimalsIndex (GET /animals) has no Go name",
		},
		"operation without a doc": {
			func(ov *overlay) { ov.Operations[0].Doc = " " },
			"AnimalsIndex (Animals.List) has no doc",
		},
		"operation without a retry class": {
			func(ov *overlay) { ov.Operations[0].Retry = "sometimes" },
			"AnimalsIndex (Animals.List) has no retry class",
		},
		"operation that is gone": {
			func(ov *overlay) { ov.Operations = append(ov.Operations, &operationOverlay{ID: "feed"}) },
			"feed is not in the document",
		},
		"model without a name": {
			func(ov *overlay) { ov.Models = ov.Models[:2] },
			"chip has no Go name",
		},
		"model without a doc": {
			func(ov *overlay) { ov.Models[0].Doc = "" },
			"Animal has no doc",
		},
		"model without a file": {
			func(ov *overlay) { ov.Models[0].File = "" },
			"Animal has no file",
		},
		"field without a doc": {
			func(ov *overlay) { delete(ov.Fields.Common, "vet") },
			"Check.vet has no doc",
		},
		"doc of a field that is gone": {
			func(ov *overlay) { ov.Fields.Common["tail"] = "is long." },
			"tail is not used",
		},
		"enum without a name": {
			func(ov *overlay) { ov.Enums = nil },
			"Animal.kind has no Go type for cat, dog",
		},
		"nested object without a name": {
			func(ov *overlay) { ov.Params = nil },
			"AnimalCreateParams.keeper has no Go name",
		},
		"correction without a reason": {
			func(ov *overlay) { ov.Corrections[0].Reason = "" },
			"Animal.age has no reason",
		},
		"correction that the document has caught up with": {
			func(ov *overlay) { ov.Corrections[0].At = "Animal.weight" },
			"Animal.weight is in the document now",
		},
		"schemas that do not agree": {
			func(ov *overlay) { ov.Models[0].From = []string{"animal", "animal_card"} },
			"Animal.weight is string in animal_card and float64 elsewhere",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc, ov := zoo(t)
			c.change(ov)
			_, err := generate(doc, ov)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got error %v, want one with %q", err, c.want)
			}
		})
	}
}

func TestDeliver_Check(t *testing.T) {
	t.Parallel()
	files, err := generate(zoo(t))
	if err != nil {
		t.Fatalf("generate: %v", err)
	}
	cfg := config{out: t.TempDir(), docs: t.TempDir()}
	check := cfg
	check.check = true
	var out bytes.Buffer
	if err := deliver(check, files, &out); err == nil || !strings.Contains(err.Error(), "is missing") {
		t.Errorf("empty folder: got %v, want missing files", err)
	}
	if err := deliver(cfg, files, &out); err != nil {
		t.Fatalf("deliver: %v", err)
	}
	if err := deliver(check, files, &out); err != nil {
		t.Errorf("fresh files: %v", err)
	}
	edited := filepath.Join(cfg.out, "client_gen.go")
	if err := os.WriteFile(edited, []byte("package clerk\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := deliver(check, files, &out); err == nil || !strings.Contains(err.Error(), "client_gen.go is out of date") {
		t.Errorf("edited file: got %v, want out of date", err)
	}
	left := filepath.Join(cfg.out, "model_old_gen.go")
	if err := os.WriteFile(left, []byte("// Code generated by apigen from bapi 0; DO NOT EDIT.\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := deliver(check, files, &out); err == nil || !strings.Contains(err.Error(), "model_old_gen.go is not generated") {
		t.Errorf("left-over file: got %v, want not generated", err)
	}
	if err := deliver(cfg, files, &out); err != nil {
		t.Fatalf("deliver: %v", err)
	}
	if _, err := os.Stat(left); !os.IsNotExist(err) {
		t.Errorf("the left-over file is still there: %v", err)
	}
}

func TestCheckLock(t *testing.T) {
	t.Parallel()
	lock := filepath.Join(t.TempDir(), "spec.lock")
	if err := os.WriteFile(lock, []byte("# documents\nsha256 zoo-1 abc\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := checkLock(lock, "zoo.yml", "abc"); err != nil {
		t.Errorf("known sum: %v", err)
	}
	if err := checkLock(lock, "zoo.yml", "def"); err == nil {
		t.Error("unknown sum: got no error")
	}
	if err := checkLock("", "zoo.yml", "def"); err != nil {
		t.Errorf("no lock: %v", err)
	}
}

func TestRun_Flags(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{
		"no document":           {},
		"report needs two":      {"-report", "-spec", "testdata/zoo.yml"},
		"document is not there": {"-lock", "", "-spec", "testdata/none.yml"},
		"unknown flag":          {"-fast"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := run(args, io.Discard, io.Discard); err == nil {
				t.Error("got no error")
			}
		})
	}
}
