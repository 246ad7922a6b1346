package main

import (
	"slices"
	"strings"
)

// emptyWords are words that tell nothing about a field, without the s of a plural.
var emptyWords = []string{"is", "are", "the", "a", "an", "of", "id", "list", "name", "hold", "it", "itself", "that"}

// isFiller reports whether the sentence of a field says no more than its name, such as "is the id of the user." for
// user_id. Such a sentence is not written.
func isFiller(wire, doc string) bool {
	known := slices.Clone(emptyWords)
	for _, word := range words(wire) {
		known = append(known, singular(word))
	}
	return !slices.ContainsFunc(words(doc), func(word string) bool { return !slices.Contains(known, singular(word)) })
}

// singular is a word in lower case without the s of a plural.
func singular(word string) string {
	word = strings.ToLower(word)
	if len(word) > 2 {
		word = strings.TrimSuffix(word, "s")
	}
	return word
}

// identifierDoc is the sentence of a model's id: which call takes it. It is empty if none does.
func (g *generator) identifierDoc(m *goModel) string {
	best := ""
	for _, o := range g.ops {
		returnsIt := o.result == resultObject && o.model == m.name
		if !returnsIt || len(o.args()) == 0 || !strings.HasSuffix(o.path, "_id}") || o.method == "DELETE" {
			continue
		}
		if call := o.svc.Name + "." + o.ov.name; best == "" || o.method == "GET" {
			best = "is the id that " + call + " takes."
		}
	}
	return best
}

// sentence is the doc of a field as it is written, without its subject; empty for none.
func (g *generator) sentence(m *goModel, f *goField) string {
	enum := f.schema != nil && len(f.schema.enum) == 1
	switch {
	case f.wire == "id" && isFiller(f.wire, f.doc):
		return g.identifierDoc(m)
	case f.wire == "object" && enum && !m.request:
		return "is \"" + f.schema.enum[0] + "\"."
	case isFiller(f.wire, f.doc):
		return ""
	}
	return f.doc
}
