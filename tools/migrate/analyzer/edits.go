package analyzer

import (
	"cmp"
	"go/ast"
	"go/token"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// edit replaces the source between two positions.
type edit struct {
	pos, end token.Pos
	text     string
}

// replace puts text in the place of a piece of the source. Edits inside of the piece are dropped: text holds them if they
// are to stay, see render.
func (m *mover) replace(pos, end token.Pos, text string) {
	if pos != end {
		m.edits = slices.DeleteFunc(m.edits, func(e edit) bool { return e.pos >= pos && e.end <= end })
	}
	m.edits = append(m.edits, edit{pos, end, text})
}

func (m *mover) insert(pos token.Pos, text string) { m.replace(pos, pos, text) }

// wrap puts text before and after a node.
func (m *mover) wrap(n ast.Node, before, after string) {
	m.insert(n.Pos(), before)
	m.insert(n.End(), after)
}

// render returns the source between two positions with the edits made so far.
func (m *mover) render(pos, end token.Pos) string {
	var out strings.Builder
	at := pos
	for _, e := range m.sorted() {
		if e.pos < at || e.end > end {
			continue
		}
		out.Write(m.source[m.offset(at):m.offset(e.pos)])
		out.WriteString(e.text)
		at = e.end
	}
	out.Write(m.source[m.offset(at):m.offset(end)])
	return out.String()
}

func (m *mover) sorted() []edit {
	edits := slices.Clone(m.edits)
	slices.SortStableFunc(edits, func(a, b edit) int {
		return cmp.Or(cmp.Compare(a.pos, b.pos), cmp.Compare(a.end, b.end))
	})
	return edits
}

func (m *mover) offset(pos token.Pos) int { return m.pass.Fset.File(m.file.FileStart).Offset(pos) }

// ask reports what a person has to decide, and leaves a comment above the line.
func (m *mover) ask(n ast.Node, message string) {
	m.report(n, message)
	tokens := m.pass.Fset.File(m.file.FileStart)
	line := tokens.Line(n.Pos())
	note := "// MIGRATE: " + message + "\n"
	if !slices.Contains(m.asked[line], note) {
		m.asked[line] = append(m.asked[line], note)
	}
}

func (m *mover) report(n ast.Node, message string) {
	m.pass.Report(analysis.Diagnostic{Pos: n.Pos(), End: n.End(), Message: message})
}

// fix returns the change of the whole file. It hangs on the first import, so that a file moves as a whole or not at all.
func (m *mover) fix(first *ast.ImportSpec) []analysis.SuggestedFix {
	m.imports(first)
	tokens := m.pass.Fset.File(m.file.FileStart)
	for line, notes := range m.asked {
		start := tokens.LineStart(line)
		var text strings.Builder
		for _, note := range notes {
			if !strings.HasSuffix(string(m.source[:m.offset(start)]), note) {
				text.WriteString(note)
			}
		}
		m.edits = append(m.edits, edit{start, start, text.String()})
	}
	var edits []analysis.TextEdit
	for _, e := range m.sorted() {
		edits = append(edits, analysis.TextEdit{Pos: e.pos, End: e.end, NewText: []byte(e.text)})
	}
	return []analysis.SuggestedFix{{Message: "move the file to clerk-go", TextEdits: edits}}
}

// imports renames the import of the root package and adds those that the file may need now. Imports that nothing uses any
// more are removed by whoever applies the fix.
func (m *mover) imports(first *ast.ImportSpec) {
	var added []string
	if m.root == nil {
		added = append(added, `clerk "`+corePath+`"`)
	} else {
		m.replace(m.root.Pos(), m.root.End(), m.clerk+` "`+corePath+`"`)
	}
	added = append(added, `clerkauth "`+authPath+`"`)
	for _, decl := range m.file.Decls {
		gen, ok := decl.(*ast.GenDecl)
		if !ok || gen.Pos() > first.Pos() || gen.End() < first.End() {
			continue
		}
		for _, path := range added {
			if gen.Lparen.IsValid() {
				m.insert(gen.Rparen, "\t"+path+"\n")
			} else {
				m.insert(gen.End(), "\nimport "+path)
			}
		}
	}
}
