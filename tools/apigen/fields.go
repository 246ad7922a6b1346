package main

import (
	"slices"
	"strings"
)

// fieldName is the Go name of a field.
func (b *builder) fieldName(owner, wire string) string {
	if name, ok := b.ov.Fields.Names[owner+"."+wire]; ok {
		b.used["name:"+owner+"."+wire] = true
		return name
	}
	if name, ok := b.ov.Fields.Names[wire]; ok {
		return name
	}
	return goName(wire)
}

// fieldDoc is the sentence of a field without its subject. It is empty where the name says everything.
func (b *builder) fieldDoc(owner, wire string) string {
	if doc, ok := b.ov.Fields.Exact[owner+"."+wire]; ok {
		b.used["doc:"+owner+"."+wire] = true
		return doc
	}
	if doc, ok := b.ov.Fields.Common[wire]; ok {
		b.used["doc:"+wire] = true
		return doc
	}
	if strings.HasSuffix(wire, "_at") || strings.HasSuffix(wire, "_id") || strings.HasSuffix(wire, "_ids") {
		return "" // the name says it
	}
	b.miss("fields.yaml", "%s.%s has no doc", owner, wire)
	return ""
}

// timeSuffixes are the ends of the names of times.
var timeSuffixes = []string{"_at", "_at_before", "_at_after", "_at_since"}

// isTime reports whether a number is a moment.
func (b *builder) isTime(s *schema, wire string) bool {
	if s.kind != kindInt {
		return false
	}
	hasSuffix := func(suffix string) bool { return strings.HasSuffix(wire, suffix) }
	return slices.ContainsFunc(timeSuffixes, hasSuffix) || slices.Contains(b.ov.Fields.Times, wire)
}
