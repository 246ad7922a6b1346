package main

import (
	_ "embed"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
)

// migration pairs operations with the functions of the official Go SDK.
//
//go:embed migration.tsv
var migration string

// migrationTable lists the functions of the official SDK with our methods, in the order of their names.
func migrationTable(endpoints string) ([]string, error) {
	methods, err := methodsByOperation(endpoints)
	if err != nil {
		return nil, err
	}
	var rows []string
	for line := range strings.Lines(migration) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		operation, functions, ok := strings.Cut(line, "\t")
		method, known := methods[operation]
		if !ok || !known {
			return nil, fmt.Errorf("migration.tsv: no method for %q", line)
		}
		for function := range strings.SplitSeq(functions, ";") {
			rows = append(rows, fmt.Sprintf("| `%s` | `client.%s` |", strings.TrimSpace(function), method))
		}
	}
	slices.Sort(rows)
	return append([]string{"| clerk-sdk-go v2 | here |", "|---|---|"}, slices.Compact(rows)...), nil
}

// methodsByOperation reads the endpoint values of core: operation id to Service.Method.
func methodsByOperation(name string) (map[string]string, error) {
	file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
	if err != nil {
		return nil, err
	}
	methods := make(map[string]string)
	ast.Inspect(file, func(n ast.Node) bool {
		lit, ok := n.(*ast.CompositeLit)
		if !ok {
			return true
		}
		fields := stringFields(lit)
		if id := fields["OperationID"]; id != "" {
			methods[id] = fields["Service"] + "." + fields["Name"]
		}
		return false
	})
	return methods, nil
}

// stringFields returns the fields of a struct literal whose values are string literals.
func stringFields(lit *ast.CompositeLit) map[string]string {
	fields := make(map[string]string)
	for _, elt := range lit.Elts {
		pair, ok := elt.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		key, isName := pair.Key.(*ast.Ident)
		value, isLiteral := pair.Value.(*ast.BasicLit)
		if !isName || !isLiteral || value.Kind != token.STRING {
			continue
		}
		if text, err := strconv.Unquote(value.Value); err == nil {
			fields[key.Name] = text
		}
	}
	return fields
}
