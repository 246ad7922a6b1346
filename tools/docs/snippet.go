package main

import (
	"fmt"
	"strings"
)

const (
	directive = "//docs:"
	begin     = directive + "begin "
	end       = directive + "end "
)

// extract returns the lines of the comma-separated regions of a Go file, a blank line between two of
// them, or the file from its package line on if no region is named. The region "package" is the line with which the regions
// of a test become a program.
func extract(source, regions string) ([]string, error) {
	lines := strings.Split(strings.TrimRight(source, "\n"), "\n")
	if regions == "" {
		for i, line := range lines {
			if strings.HasPrefix(line, "package ") {
				return withoutDirectives(lines[i:]), nil
			}
		}
		return nil, fmt.Errorf("no package line")
	}
	var out []string
	for name := range strings.SplitSeq(regions, ",") {
		if name == "package" {
			out = append(out, "package main")
			continue
		}
		part, err := region(lines, name)
		if err != nil {
			return nil, err
		}
		if len(out) > 0 {
			out = append(out, "")
		}
		out = append(out, unindent(trimBlank(withoutDirectives(part)))...)
	}
	return out, nil
}

func region(lines []string, name string) ([]string, error) {
	start := -1
	for i, line := range lines {
		switch strings.TrimSpace(line) {
		case begin + name:
			start = i + 1
		case end + name:
			if start < 0 {
				return nil, fmt.Errorf("region %s ends before it begins", name)
			}
			return lines[start:i], nil
		}
	}
	return nil, fmt.Errorf("no region %s", name)
}

// trimBlank drops the blank lines at both ends, which gofmt puts between a directive and its neighbour.
func trimBlank(lines []string) []string {
	for len(lines) > 0 && lines[0] == "" {
		lines = lines[1:]
	}
	for len(lines) > 0 && lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

func withoutDirectives(lines []string) []string {
	var out []string
	for _, line := range lines {
		if !strings.HasPrefix(strings.TrimSpace(line), directive) {
			out = append(out, line)
		}
	}
	return out
}

// unindent removes the tabs that all lines begin with.
func unindent(lines []string) []string {
	common := -1
	for _, line := range lines {
		if line == "" {
			continue
		}
		if tabs := len(line) - len(strings.TrimLeft(line, "\t")); common < 0 || tabs < common {
			common = tabs
		}
	}
	if common <= 0 {
		return lines
	}
	out := make([]string, len(lines))
	for i, line := range lines {
		if line != "" {
			out[i] = line[common:]
		}
	}
	return out
}
