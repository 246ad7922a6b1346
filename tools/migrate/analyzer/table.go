package analyzer

import (
	_ "embed"
	"regexp"
	"strings"
)

// table holds the rows of guide 9, which `make docs` takes from here: section, the official SDK, this one.
//
//go:embed table.tsv
var table string

// guide is where the sections of the table are explained.
const guide = "https://github.com/clerkgo/clerk-go/blob/main/docs/09-migrating.md"

// anchors holds the heading of each section of the table.
var anchors = map[string]string{
	"client":    "#the-client",
	"requests":  "#requests",
	"webhooks":  "#webhooks",
	"tests":     "#tests",
	"version-1": "#from-version-1-clerkincclerk-sdk-go",
	"functions": "#every-function",
	"gone":      "#every-function",
}

// row is what the guide says of one name.
type row struct {
	section string
	here    string
}

// message is the counterpart in plain text and the link into the guide.
func (r row) message() string {
	return strings.ReplaceAll(markdownLink.ReplaceAllString(r.here, "$1"), "`", "") + " (" + guide + anchors[r.section] + ")"
}

var (
	officialName = regexp.MustCompile(`\b[a-z]\w*\.[A-Z]\w*`)
	markdownLink = regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`)
)

// rows finds what the guide says of a name such as user.Get or clerkhttp.Leeway. The row of a function goes before those
// that use it as an example; otherwise the first one counts. Names of version 1 are another SDK's.
var rows = parseTable(table)

func parseTable(text string) map[string]row {
	rows := make(map[string]row)
	for line := range strings.Lines(text) {
		cells := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(cells) != 3 || cells[0] == "version-1" {
			continue
		}
		for _, name := range officialName.FindAllString(cells[1], -1) {
			if _, found := rows[name]; !found || cells[0] == "functions" {
				rows[name] = row{section: cells[0], here: cells[2]}
			}
		}
	}
	return rows
}
