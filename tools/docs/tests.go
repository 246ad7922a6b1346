package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// named finds tests that a document names with their folder, as in `auth.TestMiddleware`.
var named = regexp.MustCompile("`([a-z][a-z0-9/-]*)\\.((?:Test|Fuzz)[A-Z]\\w*)`")

// checkTests fails for each test that a Markdown file names and its folder does not have.
func checkTests(top, name, text string) []error {
	var problems []error
	for n, line := range strings.Split(text, "\n") {
		for _, m := range named.FindAllStringSubmatch(line, -1) {
			if !hasTest(filepath.Join(top, filepath.FromSlash(m[1])), m[2]) {
				problems = append(problems, fmt.Errorf("%s:%d: there is no test %s in %s", name, n+1, m[2], m[1]))
			}
		}
	}
	return problems
}

func hasTest(dir, test string) bool {
	files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil {
		return false
	}
	for _, file := range files {
		if text, err := os.ReadFile(file); err == nil && strings.Contains(string(text), "\nfunc "+test+"(") {
			return true
		}
	}
	return false
}
