// Command migrate lists every use of Clerk's official Go SDK in a program with what takes its place in clerk-go, and a
// link into the migration guide:
//
//	go run github.com/clerkgo/clerk-go/tools/migrate@latest ./...
//
// With -fix it rewrites what is mechanical and leaves a comment that begins with MIGRATE where a person has to decide;
// -diff shows the changes instead. It also runs as go vet -vettool=$(which migrate) ./...
package main

import (
	"golang.org/x/tools/go/analysis/singlechecker"

	"github.com/clerkgo/clerk-go/tools/migrate/analyzer"
)

func main() { singlechecker.Main(analyzer.Analyzer) }
