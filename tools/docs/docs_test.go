package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/clerkgo/clerk-go/tools/internal/workspace"
)

const source = `// Command x is an example.
package main

//docs:begin imports
import "fmt"

//docs:end imports

func main() {
	//docs:begin body
	if true {
		//docs:begin inner
		fmt.Println("hello")
		//docs:end inner
	}
	//docs:end body
}
`

func TestExtract(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		regions string
		want    []string
	}{
		"the whole file":     {"", []string{"package main", "", `import "fmt"`, "", "", "func main() {", "\tif true {", "\t\tfmt.Println(\"hello\")", "\t}", "}"}},
		"a region":           {"body", []string{"if true {", "\tfmt.Println(\"hello\")", "}"}},
		"a region in region": {"inner", []string{`fmt.Println("hello")`}},
		"a program":          {"package,inner", []string{"package main", "", `fmt.Println("hello")`}},
		"two regions":        {"imports,inner", []string{`import "fmt"`, "", `fmt.Println("hello")`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := extract(source, tc.regions)
			if err != nil || !slices.Equal(got, tc.want) {
				t.Errorf("got %q, %v, want %q", got, err, tc.want)
			}
		})
	}
}

func TestExtract_Refuses(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ source, regions, want string }{
		"an unknown region":    {source, "missing", "no region missing"},
		"a region without end": {"package x\n//docs:begin a\n", "a", "no region a"},
		"an end without begin": {"package x\n//docs:end a\n", "a", "ends before it begins"},
		"no package":           {"// nothing\n", "", "no package line"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := extract(tc.source, tc.regions); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got error %v, want %q in it", err, tc.want)
			}
		})
	}
}

// repository is a folder with the given files and an empty manifest.
func repository(t *testing.T, files map[string]string) *workspace.Workspace {
	t.Helper()
	top := t.TempDir()
	for name, text := range files {
		name = filepath.Join(top, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return &workspace.Workspace{Top: top, Modules: []workspace.Module{
		{Dir: "core", Version: "v0.1.0"}, {Dir: "gin", Version: "v0.1.0", Framework: "example.com/gin"},
	}}
}

func TestProcess(t *testing.T) {
	t.Parallel()
	const before = "# Title\n\n<!-- snippet x.go#inner -->\nold\n<!-- /snippet -->\n\nend\n"
	const after = "# Title\n\n<!-- snippet x.go#inner -->\n```go\nfmt.Println(\"hello\")\n```\n<!-- /snippet -->\n\nend\n"
	w := repository(t, map[string]string{"x.go": source, "docs/a.md": before})

	if got := process(w, "docs/a.md", true); len(got) != 1 || !strings.Contains(got[0].Error(), "not up to date") {
		t.Fatalf("got problems %v, want one that says the file is not up to date", got)
	}
	if got := process(w, "docs/a.md", false); len(got) != 0 {
		t.Fatalf("got problems %v, want none", got)
	}
	data, err := os.ReadFile(filepath.Join(w.Top, "docs", "a.md"))
	if err != nil || string(data) != after {
		t.Fatalf("got %q, %v, want %q", data, err, after)
	}
	if got := process(w, "docs/a.md", true); len(got) != 0 {
		t.Errorf("got problems %v after filling, want none", got)
	}
}

func TestProcess_Refuses(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ text, want string }{
		"a marker that is not closed": {"<!-- snippet x.go -->\n", "1: no <!-- /snippet -->"},
		"a marker inside another":     {"<!-- snippet x.go -->\n<!-- snippet x.go -->\n<!-- /snippet -->\n", "before the next one"},
		"a file that is not there":    {"<!-- snippet y.go -->\n<!-- /snippet -->\n", "y.go"},
		"a file outside":              {"<!-- snippet ../x.go -->\n<!-- /snippet -->\n", "not a Go file of the repository"},
		"an unknown table":            {"<!-- table nothing -->\n<!-- /table -->\n", "no table nothing"},
		"code that is not a snippet":  {"a\n\n```go\nx := 1\n```\n", "docs/a.md:3: Go code that is not a snippet"},
		"a link to no file":           {"[x](b.md)\n", "docs/a.md:1: link b.md: no such file"},
		"a link to no heading":        {"# One\n\n[x](#two)\n", "docs/a.md:3: link #two: no such heading"},
		"a link out of the tree":      {"[x](../../b.md)\n", "leads out of the repository"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := repository(t, map[string]string{"x.go": source, "docs/a.md": tc.text})
			got := process(w, "docs/a.md", true)
			if !slices.ContainsFunc(got, func(err error) bool { return strings.Contains(err.Error(), tc.want) }) {
				t.Errorf("got problems %v, want %q in one", got, tc.want)
			}
		})
	}
}

func TestCheckLinks_Follows(t *testing.T) {
	t.Parallel()
	text := "# Say `hi`, twice!\n\n[a](#say-hi-twice) [b](b.md#two-words) [c](../docs) [d](https://example.com/x) `[e](no.md)`\n\n```\n[f](no.md)\n```\n"
	w := repository(t, map[string]string{"docs/a.md": text, "docs/b.md": "## Two words\n"})
	if got := checkLinks(w.Top, "docs/a.md", text); len(got) != 0 {
		t.Errorf("got problems %v, want none", got)
	}
}

func TestModuleTable(t *testing.T) {
	t.Parallel()
	got := moduleTable(repository(t, nil))
	for i, want := range []string{"core`](core) | `clerk` | the whole", "gin`](gin) | `clerkgin` | adapter for `example.com/gin` |"} {
		if !strings.Contains(got[i+2], want) {
			t.Errorf("got %q, want %q in it", got[i+2], want)
		}
	}
}

func TestReasonTable(t *testing.T) {
	t.Parallel()
	w := repository(t, map[string]string{"reason.go": `package x

// Reasons of tokens. More words.
const (
	ReasonTokenExpired Reason = "token-expired"
)

// Reasons of us.
const ReasonMissingRole Reason = "missing-role"
`})
	got, err := reasonTable(filepath.Join(w.Top, "reason.go"))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"| 401 | `token-expired` | `ReasonTokenExpired` | Reasons of tokens |",
		"| 403 | `missing-role` | `ReasonMissingRole` | Reasons of us |",
	}
	if !slices.Equal(got[2:], want) {
		t.Errorf("got %q, want %q", got[2:], want)
	}
}

func TestMovingTable(t *testing.T) {
	t.Parallel()
	w := repository(t, map[string]string{"tools/migrate/analyzer/table.tsv": "# a comment\nclient\t`a`\t`b`\nwebhooks\tc\td\n"})
	got, err := movingTable(w, "webhooks")
	if want := []string{"| before | here |", "|---|---|", "| c | d |"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
	if _, err := movingTable(w, "tests"); err == nil {
		t.Error("got no error for a section without rows")
	}
}

func TestFrontendPart(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"/v1/me": "me", "/v1/me/billing/plans": "me/billing", "/v1/organizations/{id}/domains/{domain}/x": "organizations/domains",
		"/v1/tickets/accept": "tickets", "/api_keys/{id}": "api_keys", "/.well-known/jwks.json": ".well-known",
	} {
		if got := frontendPart(path); got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
}

func TestCheckTests(t *testing.T) {
	t.Parallel()
	w := repository(t, map[string]string{"auth/x_test.go": "package auth\n\nfunc TestThere(t *testing.T) {}\n"})
	problems := checkTests(w.Top, "docs/a.md", "`auth.TestThere` and\n`auth.TestGone`, `core.TestThere`\n")
	if len(problems) != 2 || !strings.Contains(problems[0].Error(), "docs/a.md:2: there is no test TestGone in auth") {
		t.Errorf("got %v, want one problem for each test that is not there", problems)
	}
}

func TestCoverageRows(t *testing.T) {
	t.Parallel()
	all := []anOperation{{"Users", "GetUser", "Get"}, {"Users", "BanUser", "Ban"}, {"JWKS", "GetJWKS", "Get"}}
	got := coverageRows("service", all, map[string]bool{"GetUser": true, "GetJWKS": true})
	want := []string{
		"2 of 3 operations are emulated.", "", "| service | emulated | not emulated |", "|---|---|---|",
		"| `JWKS` | 1 of 1 |  |", "| `Users` | 1 of 2 | `Ban` |",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
