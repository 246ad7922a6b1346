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

// fieldDoc is the sentence of a field without its subject.
func (b *builder) fieldDoc(owner, wire string) string {
	if doc, ok := b.ov.Fields.Exact[owner+"."+wire]; ok {
		b.used["doc:"+owner+"."+wire] = true
		return doc
	}
	if doc, ok := b.ov.Fields.Common[wire]; ok {
		b.used["doc:"+wire] = true
		return doc
	}
	if doc := ruleDoc(wire); doc != "" {
		return doc
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

// ruleDoc documents the names that say everything by themselves.
func ruleDoc(wire string) string {
	phrase := strings.Join(words(strings.ToLower(wire)), " ")
	switch {
	case strings.HasSuffix(wire, "_at"):
		return "is when that happened."
	case strings.HasSuffix(wire, "_ids"):
		return "lists the ids of the " + strings.TrimSuffix(phrase, " ids") + "s."
	case strings.HasSuffix(wire, "_id"):
		return "is the id of the " + strings.TrimSuffix(phrase, " id") + "."
	}
	return ""
}
