// Package analyzer finds the uses of Clerk's official Go SDK in a program and moves them to clerk-go.
package analyzer

import (
	"fmt"
	"go/ast"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// Paths of the SDKs.
const (
	official  = "github.com/clerk/clerk-sdk-go/v2"
	versionV1 = "github.com/clerkinc/clerk-sdk-go"
	svix      = "github.com/svix/svix-webhooks/go"

	corePath = "github.com/clerkgo/clerk-go/core"
	authPath = "github.com/clerkgo/clerk-go/auth"
)

const doc = `move a program from Clerk's official Go SDK to clerk-go

The analyzer reports each use of github.com/clerk/clerk-sdk-go/v2 with its counterpart and a link into the migration
guide. With -fix it rewrites a file as a whole: imports, calls, params, fields. Where a person has to decide it leaves a
comment that begins with MIGRATE, and the compiler finds the place too.`

// Analyzer reports the uses of the official SDK. It changes nothing by itself; its fixes are for -fix.
var Analyzer = &analysis.Analyzer{
	Name: "clerkmigrate",
	Doc:  doc,
	URL:  guide,
	Run:  run,
}

func run(pass *analysis.Pass) (any, error) {
	for _, file := range pass.Files {
		var first *ast.ImportSpec
		for _, spec := range file.Imports {
			switch path := strings.Trim(spec.Path.Value, `"`); {
			case path == official || strings.HasPrefix(path, official+"/"):
				if first == nil {
					first = spec
					continue
				}
				reportImport(pass, spec, nil)
			case path == versionV1 || strings.HasPrefix(path, versionV1+"/"):
				pass.Reportf(spec.Pos(), "%s is version 1 of the official SDK: %s%s has its own table", path, guide, anchors["version-1"])
			case path == svix:
				pass.Reportf(spec.Pos(), "%s: %s", path, rows["svix.NewWebhook"].message())
			}
		}
		if first != nil {
			m := newMover(pass, file)
			m.move()
			reportImport(pass, first, m.fix(first))
		}
	}
	return nil, nil //nolint:nilnil // the analyzer has no result
}

func reportImport(pass *analysis.Pass, spec *ast.ImportSpec, fixes []analysis.SuggestedFix) {
	path := strings.Trim(spec.Path.Value, `"`)
	target := corePath
	if path == official+"/http" || path == official+"/jwt" {
		target = authPath
	}
	pass.Report(analysis.Diagnostic{
		Pos: spec.Pos(), End: spec.End(), SuggestedFixes: fixes,
		Message: fmt.Sprintf("%s: here %s (%s)", path, target, guide),
	})
}

// isOfficial tells whether an object belongs to the official SDK.
func isOfficial(obj types.Object) bool {
	return obj != nil && obj.Pkg() != nil && (obj.Pkg().Path() == official || strings.HasPrefix(obj.Pkg().Path(), official+"/"))
}

// keyOf is the name under which the table knows an object of the official SDK, such as user.Get or clerkhttp.Leeway.
func keyOf(obj types.Object) string {
	if obj.Pkg().Path() == official+"/http" {
		return "clerkhttp." + obj.Name()
	}
	return obj.Pkg().Name() + "." + obj.Name()
}

// structOf returns the named struct of the official SDK behind a type, or nil.
func structOf(t types.Type) *types.Named {
	if p, ok := types.Unalias(t).(*types.Pointer); ok {
		t = p.Elem()
	}
	n, ok := types.Unalias(t).(*types.Named)
	if !ok || !isOfficial(n.Obj()) {
		return nil
	}
	return n
}
