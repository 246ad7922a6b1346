package main

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/tools/internal/workspace"
	"github.com/clerkgo/clerk-go/tools/moving"
)

// table returns the lines of one of the tables that are made, not written.
func table(w *workspace.Workspace, name string) ([]string, error) {
	if section, ok := strings.CutPrefix(name, "moving-"); ok {
		return movingTable(w, section)
	}
	switch name {
	case "modules":
		return moduleTable(w), nil
	case "reasons":
		return reasonTable(filepath.Join(w.Top, "auth", "reason.go"))
	case "coverage":
		return coverageTable()
	case "frontend-coverage":
		return frontendCoverageTable(w.Top)
	case "credentials":
		return moving.Table(context.Background())
	default:
		return nil, fmt.Errorf("no table %s", name)
	}
}

// purposes says what each module that adapts no framework is for.
var purposes = map[string]string{
	"core":      "the whole Backend API, webhooks; standard library only",
	"auth":      "verifies sessions and machine tokens; net/http middleware",
	"clerktest": "a local Clerk for tests and development",
	"mcp":       "protects MCP servers: metadata, tokens, scopes by tool",
	"mirror":    "keeps users and organizations in a database of yours",

	"mirror/cmd/clerk-mirror": "the mirror as a program of its own",
}

func moduleTable(w *workspace.Workspace) []string {
	lines := []string{"| `go get` | package | what it is |", "|---|---|---|"}
	for _, m := range w.Modules {
		purpose := purposes[m.Dir]
		if m.Framework != "" {
			purpose = "adapter for `" + m.Framework + "`"
		}
		lines = append(lines, fmt.Sprintf("| [`go get %s`](%s) | `%s` | %s |", m.Path(), m.Dir, packageName(m.Dir), purpose))
	}
	return lines
}

// packageNames holds the names that are not made of clerk and the folder.
var packageNames = map[string]string{
	"core":      "clerk",
	"clerktest": "clerktest",
	"mcp/mcpgo": "clerkmcpgo",

	"mirror/cmd/clerk-mirror": "main",
}

// packageName returns the name of the package in a module's folder.
func packageName(dir string) string {
	if name, ok := packageNames[dir]; ok {
		return name
	}
	return "clerk" + strings.ReplaceAll(dir, "/", "")
}

// reasonTable lists the Reason constants of a Go file with the HTTP status that answers each.
func reasonTable(name string) ([]string, error) {
	file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
	if err != nil {
		return nil, err
	}
	lines := []string{"| status | reason | constant | group |", "|---|---|---|---|"}
	for _, decl := range file.Decls {
		gen, ok := decl.(*ast.GenDecl)
		if !ok || gen.Tok != token.CONST {
			continue
		}
		group := strings.TrimSuffix(strings.TrimSpace(gen.Doc.Text()), ".")
		group, _, _ = strings.Cut(group, ". ")
		for _, spec := range gen.Specs {
			row, err := reasonRow(spec.(*ast.ValueSpec), strings.TrimSuffix(group, "."))
			if err != nil {
				return nil, err
			}
			lines = append(lines, row)
		}
	}
	return lines, nil
}

func reasonRow(spec *ast.ValueSpec, group string) (string, error) {
	if len(spec.Values) != 1 {
		return "", fmt.Errorf("constant %s has no value of its own", spec.Names[0])
	}
	lit, ok := spec.Values[0].(*ast.BasicLit)
	if !ok {
		return "", fmt.Errorf("constant %s is not a literal", spec.Names[0])
	}
	value, err := strconv.Unquote(lit.Value)
	if err != nil {
		return "", err
	}
	status := (&clerkauth.Error{Reason: clerkauth.Reason(value)}).StatusCode()
	return fmt.Sprintf("| %d | `%s` | `%s` | %s |", status, value, spec.Names[0], group), nil
}
