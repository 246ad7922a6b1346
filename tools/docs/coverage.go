package main

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
)

// anOperation is one operation of an API, in the part to which it belongs.
type anOperation struct{ part, id, name string }

// coverageTable says, service by service, what the local Clerk emulates of the Backend API.
func coverageTable() ([]string, error) {
	emulator, err := clerktest.New()
	if err != nil {
		return nil, err
	}
	var all []anOperation
	for _, e := range clerk.Endpoints() {
		all = append(all, anOperation{e.Service, e.OperationID, e.Name})
	}
	return coverageRows("service", all, emulator.Emulated()), nil
}

// frontendCoverageTable says, path by path, what the local Clerk emulates of the Frontend API.
func frontendCoverageTable(root string) ([]string, error) {
	emulator, err := clerktest.New()
	if err != nil {
		return nil, err
	}
	file, err := os.Open(filepath.Join(root, "clerktest", "frontend_operations.txt"))
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	var all []anOperation
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		if fields := strings.Split(lines.Text(), "\t"); len(fields) > 2 {
			all = append(all, anOperation{frontendPart(fields[2]), fields[0], fields[0]})
		}
	}
	return coverageRows("path", all, emulator.FrontendEmulated()), lines.Err()
}

// frontendPart is the beginning of a path to which operations belong together: its first literal segment and, below those with
// many operations, its second one.
func frontendPart(path string) string {
	var parts []string
	for segment := range strings.SplitSeq(strings.Trim(path, "/"), "/") {
		if segment != "v1" && !strings.HasPrefix(segment, "{") {
			parts = append(parts, segment)
		}
	}
	if crowded := []string{"client", "me", "organizations"}; !slices.Contains(crowded, parts[0]) {
		return parts[0]
	}
	return strings.Join(parts[:min(len(parts), 2)], "/")
}

func coverageRows(part string, all []anOperation, emulated map[string]bool) []string {
	type coverage struct {
		all, here int
		missing   []string
	}
	parts := make(map[string]*coverage)
	var names []string
	total := 0
	for _, o := range all {
		c := parts[o.part]
		if c == nil {
			c = &coverage{}
			parts[o.part] = c
			names = append(names, o.part)
		}
		c.all++
		if emulated[o.id] {
			c.here++
			total++
		} else {
			c.missing = append(c.missing, "`"+o.name+"`")
		}
	}
	slices.Sort(names)
	rows := []string{
		fmt.Sprintf("%d of %d operations are emulated.", total, len(all)), "",
		"| " + part + " | emulated | not emulated |", "|---|---|---|",
	}
	for _, name := range names {
		c := parts[name]
		rows = append(rows, fmt.Sprintf("| `%s` | %d of %d | %s |", name, c.here, c.all, strings.Join(c.missing, " ")))
	}
	return rows
}
