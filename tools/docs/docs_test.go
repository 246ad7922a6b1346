package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	clerk "github.com/clerkgo/clerk-go/core"
	"github.com/clerkgo/clerk-go/tools/internal/command"
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

func TestMigrationTable(t *testing.T) {
	t.Parallel()
	w := repository(t, map[string]string{"endpoints.go": "package x\n\nvar (\n" +
		"\tA = Endpoint{Service: \"Users\", Name: \"Get\", OperationID: \"GetUser\"}\n)\n"})
	methods, err := methodsByOperation(filepath.Join(w.Top, "endpoints.go"))
	if err != nil || len(methods) != 1 || methods["GetUser"] != "Users.Get" {
		t.Fatalf("got %v, %v, want GetUser: Users.Get", methods, err)
	}
	if _, err := migrationTable(filepath.Join(w.Top, "endpoints.go")); err == nil || !strings.Contains(err.Error(), "no method for") {
		t.Errorf("got error %v, want one for the operations that are missing", err)
	}

	top, err := workspace.Find()
	if err != nil {
		t.Fatal(err)
	}
	rows, err := migrationTable(filepath.Join(top.Top, "core", "endpoints_gen.go"))
	if err != nil {
		t.Fatal(err)
	}
	if want := "| `user.Get` | `client.Users.Get` |"; !slices.Contains(rows, want) {
		t.Errorf("no row %s among %d", want, len(rows))
	}
}

// TestMigration_NamesEveryFunction looks for each function of the official SDK in the guide.
func TestMigration_NamesEveryFunction(t *testing.T) {
	t.Parallel()
	w, err := workspace.Find()
	if err != nil {
		t.Fatal(err)
	}
	guide, err := os.ReadFile(filepath.Join(w.Top, "docs", "09-migrating.md"))
	if err != nil {
		t.Fatal(err)
	}
	dir, err := command.Command{Dir: w.Top + "/tools"}.Output(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/clerk/clerk-sdk-go/v2")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(strings.TrimSpace(dir), "*", "api.go"))
	if err != nil || len(files) < 30 {
		t.Fatalf("got %d packages, %v, want all of the official SDK", len(files), err)
	}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range file.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok || !fn.Name.IsExported() {
				continue
			}
			if function := filepath.Base(filepath.Dir(name)) + "." + fn.Name.Name; !strings.Contains(string(guide), "`"+function+"`") {
				t.Errorf("the guide does not say what takes the place of %s", function)
			}
		}
	}
}

func TestCoverageRows(t *testing.T) {
	t.Parallel()
	endpoints := []clerk.Endpoint{
		{Service: "Users", Name: "Get", OperationID: "GetUser"},
		{Service: "Users", Name: "Ban", OperationID: "BanUser"},
		{Service: "JWKS", Name: "Get", OperationID: "GetJWKS"},
	}
	got := coverageRows(endpoints, map[string]bool{"GetUser": true, "GetJWKS": true})
	want := []string{
		"2 of 3 operations are emulated.", "", "| service | emulated | not emulated |", "|---|---|---|",
		"| `JWKS` | 1 of 1 |  |", "| `Users` | 1 of 2 | `Ban` |",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
