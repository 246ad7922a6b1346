package main

import (
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

// ruleDoc documents the names that say everything by themselves.
func ruleDoc(wire string) string {
	phrase := strings.Join(words(strings.ToLower(wire)), " ")
	switch {
	case strings.HasSuffix(wire, "_at"):
		return "is when that happened, in Unix milliseconds."
	case strings.HasSuffix(wire, "_ids"):
		return "lists the ids of the " + strings.TrimSuffix(phrase, " ids") + "s."
	case strings.HasSuffix(wire, "_id"):
		return "is the id of the " + strings.TrimSuffix(phrase, " id") + "."
	}
	return ""
}
