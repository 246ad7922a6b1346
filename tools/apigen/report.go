package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// runReport prints what a newer document adds, removes and changes.
func runReport(cfg config, stdout io.Writer) error {
	before, err := loadDocument(cfg.old)
	if err != nil {
		return err
	}
	after, err := loadDocument(cfg.spec)
	if err != nil {
		return err
	}
	_, err = io.WriteString(stdout, compareDocuments(before, after))
	return err
}

// compareDocuments describes the differences in text.
func compareDocuments(before, after *document) string {
	var b strings.Builder
	fmt.Fprintf(&b, "bapi %s (%d operations) -> bapi %s (%d operations)\n",
		before.version, len(before.operations), after.version, len(after.operations))
	section(&b, "operations", describeOperations(before), describeOperations(after))
	section(&b, "schemas", describeSchemas(before), describeSchemas(after))
	return b.String()
}

// described is the fields of one operation or schema and what each looks like.
type described map[string]string

func section(b *strings.Builder, title string, before, after map[string]described) {
	var added, removed, changed []string
	for _, name := range slices.Sorted(maps.Keys(after)) {
		if before[name] == nil {
			added = append(added, "  + "+name)
			continue
		}
		if lines := fieldChanges(before[name], after[name]); len(lines) > 0 {
			changed = append(changed, "  ~ "+name)
			changed = append(changed, lines...)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(before)) {
		if after[name] == nil {
			removed = append(removed, "  - "+name)
		}
	}
	fmt.Fprintf(b, "\n%s: %d added, %d removed, %d changed\n", title, len(added), len(removed), countNames(changed))
	for _, line := range slices.Concat(added, removed, changed) {
		b.WriteString(line + "\n")
	}
}

func countNames(lines []string) int {
	n := 0
	for _, line := range lines {
		if strings.HasPrefix(line, "  ~") {
			n++
		}
	}
	return n
}

func fieldChanges(before, after described) []string {
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(after)) {
		switch old, ok := before[name]; {
		case !ok:
			lines = append(lines, fmt.Sprintf("      + %s: %s", name, after[name]))
		case old != after[name]:
			lines = append(lines, fmt.Sprintf("      ~ %s: %s -> %s", name, old, after[name]))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(before)) {
		if _, ok := after[name]; !ok {
			lines = append(lines, fmt.Sprintf("      - %s: %s", name, before[name]))
		}
	}
	return lines
}

func describeOperations(doc *document) map[string]described {
	out := map[string]described{}
	for _, op := range doc.operations {
		d := described{"route": op.method + " " + op.path}
		if op.deprecated {
			d["deprecated"] = "yes"
		}
		for _, q := range op.query {
			d["query "+q.name] = typeText(&property{name: q.name, required: q.required, schema: q.schema})
		}
		describeInto(d, "body", op.body)
		answer := op.success
		if op.successRef != "" {
			answer = doc.responses[op.successRef]
		}
		describeInto(d, "answer", answer)
		out[op.id] = d
	}
	return out
}

func describeSchemas(doc *document) map[string]described {
	out := map[string]described{}
	for name, s := range doc.schemas {
		d := described{}
		describeInto(d, "", s)
		out[name] = d
	}
	return out
}

// describeInto lists a schema's fields, nested ones with dots.
func describeInto(d described, prefix string, s *schema) {
	if s == nil {
		return
	}
	if s.kind == kindArray && s.items.ref == "" {
		s, prefix = s.items, prefix+"[]"
	}
	for i, v := range s.variants {
		if v.ref == "" {
			describeInto(d, prefix, v)
			continue
		}
		d[strings.TrimSpace(fmt.Sprintf("%s variant %d", prefix, i+1))] = v.ref
	}
	if len(s.props) == 0 {
		if prefix != "" {
			d[prefix] = typeText(&property{required: true, schema: s})
		}
		return
	}
	for _, p := range s.props {
		name := strings.TrimPrefix(prefix+"."+p.name, ".")
		d[name] = typeText(p)
		if p.schema.kind == kindObject || p.schema.kind == kindArray && p.schema.items.kind == kindObject {
			describeInto(d, name, p.schema)
			d[name] = typeText(p)
		}
	}
}

// typeText is a type in words: "string, nullable, optional, one of a|b".
func typeText(p *property) string {
	text := schemaText(p.schema)
	if p.schema.nullable {
		text += ", nullable"
	}
	if !p.required {
		text += ", optional"
	}
	if p.schema.deprecated {
		text += ", deprecated"
	}
	if len(p.schema.enum) > 0 {
		text += ", one of " + strings.Join(p.schema.enum, "|")
	}
	return text
}

func schemaText(s *schema) string {
	if s.ref != "" {
		return s.ref
	}
	switch s.kind {
	case kindString:
		return strings.TrimSuffix("string "+s.format, " ")
	case kindInt:
		return "integer"
	case kindFloat:
		return "number"
	case kindBool:
		return "boolean"
	case kindArray:
		return "list of " + schemaText(s.items)
	case kindObject:
		return "object"
	case kindMap:
		return "map"
	case kindUnion:
		return "union"
	}
	return "anything"
}
