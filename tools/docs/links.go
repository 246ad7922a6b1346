package main

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"unicode"
)

var (
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`^#{1,6} (.+)$`)
	inline  = regexp.MustCompile("`[^`]*`")
)

// checkLinks fails for each relative link of a Markdown file that leads to no file or heading.
func checkLinks(top, name, text string) []error {
	var problems []error
	for n, line := range prose(text) {
		for _, m := range link.FindAllStringSubmatch(inline.ReplaceAllString(line, ""), -1) {
			target := m[1]
			if strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
				continue
			}
			if err := resolve(top, name, text, target); err != nil {
				problems = append(problems, fmt.Errorf("%s:%d: link %s: %w", name, n+1, target, err))
			}
		}
	}
	return problems
}

func resolve(top, name, text, target string) error {
	file, anchor, _ := strings.Cut(target, "#")
	if file != "" {
		full := path.Join(path.Dir(name), file)
		if !filepath.IsLocal(full) {
			return fmt.Errorf("leads out of the repository")
		}
		full = filepath.Join(top, filepath.FromSlash(full))
		info, err := os.Stat(full)
		if err != nil {
			return fmt.Errorf("no such file")
		}
		if anchor == "" || info.IsDir() {
			return nil
		}
		data, err := os.ReadFile(full)
		if err != nil {
			return err
		}
		text = string(data)
	}
	for _, line := range prose(text) {
		if m := heading.FindStringSubmatch(line); m != nil && slug(m[1]) == anchor {
			return nil
		}
	}
	return fmt.Errorf("no such heading")
}

// slug is the anchor that a heading gets on the forge.
func slug(title string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(title) {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
			b.WriteRune(r)
		case r == ' ':
			b.WriteByte('-')
		}
	}
	return b.String()
}

// prose returns the lines of a Markdown file by their index, with those of code blocks emptied.
func prose(text string) []string {
	lines := strings.Split(text, "\n")
	inside := false
	for i, line := range lines {
		fence := strings.HasPrefix(strings.TrimSpace(line), "```")
		if fence || inside {
			lines[i] = ""
		}
		if fence {
			inside = !inside
		}
	}
	return lines
}

// checkBlocks fails for Go code in the README and the guides that does not come from a compiled file.
func checkBlocks(name, text string) []error {
	if name != "README.md" && !strings.HasPrefix(name, "docs/") {
		return nil
	}
	var problems []error
	filled := false
	for n, line := range strings.Split(text, "\n") {
		switch {
		case marker.MatchString(line):
			filled = true
		case strings.HasPrefix(line, "<!-- /"):
			filled = false
		case strings.HasPrefix(line, "```go") && !filled:
			problems = append(problems, fmt.Errorf("%s:%d: Go code that is not a snippet of a compiled file", name, n+1))
		}
	}
	return problems
}
