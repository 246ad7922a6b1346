package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/clerkgo/clerk-go/tools/internal/workspace"
)

var marker = regexp.MustCompile(`^<!-- (snippet|table) (\S+) -->$`)

// fill returns text with the content between its markers replaced.
func fill(w *workspace.Workspace, text string) (string, error) {
	var out []string
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		out = append(out, lines[i])
		m := marker.FindStringSubmatch(lines[i])
		if m == nil {
			continue
		}
		kind, argument, closing := m[1], m[2], "<!-- /"+m[1]+" -->"
		end := i + 1
		for end < len(lines) && lines[end] != closing {
			if marker.MatchString(lines[end]) {
				return "", fmt.Errorf("%d: no %s before the next one", i+1, closing)
			}
			end++
		}
		if end == len(lines) {
			return "", fmt.Errorf("%d: no %s", i+1, closing)
		}
		content, err := produce(w, kind, argument)
		if err != nil {
			return "", fmt.Errorf("%d: %w", i+1, err)
		}
		out = append(out, content...)
		out = append(out, closing)
		i = end
	}
	return strings.Join(out, "\n"), nil
}

func produce(w *workspace.Workspace, kind, argument string) ([]string, error) {
	if kind == "table" {
		return table(w, argument)
	}
	file, regions, _ := strings.Cut(argument, "#")
	if !strings.HasSuffix(file, ".go") || !filepath.IsLocal(file) {
		return nil, fmt.Errorf("snippet %s: not a Go file of the repository", argument)
	}
	data, err := os.ReadFile(filepath.Join(w.Top, filepath.FromSlash(file)))
	if err != nil {
		return nil, fmt.Errorf("snippet %s: %w", argument, err)
	}
	code, err := extract(string(data), regions)
	if err != nil {
		return nil, fmt.Errorf("snippet %s: %w", argument, err)
	}
	block := append([]string{"```go"}, code...)
	return append(block, "```"), nil
}
