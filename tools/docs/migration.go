package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/clerkgo/clerk-go/tools/internal/workspace"
)

// movingHeads holds the first column's head of the sections that have another one than version 2.
var movingHeads = map[string]string{"webhooks": "before", "version-1": "v1"}

// movingTable lists the rows of one section of the table that tools/migrate reads, too. Its tests hold the rows against both
// SDKs.
func movingTable(w *workspace.Workspace, section string) ([]string, error) {
	data, err := os.ReadFile(filepath.Join(w.Top, "tools", "migrate", "analyzer", "table.tsv"))
	if err != nil {
		return nil, err
	}
	head := "clerk-sdk-go v2"
	if other, ok := movingHeads[section]; ok {
		head = other
	}
	lines := []string{"| " + head + " | here |", "|---|---|"}
	for line := range strings.Lines(string(data)) {
		if cells := strings.Split(strings.TrimSpace(line), "\t"); len(cells) == 3 && cells[0] == section {
			lines = append(lines, fmt.Sprintf("| %s | %s |", cells[1], cells[2]))
		}
	}
	if len(lines) == 2 {
		return nil, fmt.Errorf("table.tsv has no rows of %s", section)
	}
	return lines, nil
}
