package main

import (
	"slices"
	"strings"
)

// location is a URL taken apart as browsers take it apart.
type location struct {
	Origin string               `json:"origin"`
	Path   string               `json:"path"`
	Params [][2]string          `json:"params"`
	Hash   string               `json:"hash"`
	Nested map[string]*location `json:"nested"`
}

// parseLocation never fails: what does not parse is compared as it is.
func parseLocation(text string) location {
	var l location
	text, l.Hash, _ = strings.Cut(text, "#")
	text, query, _ := strings.Cut(text, "?")
	scheme, rest, _ := strings.Cut(text, "://")
	host, path, _ := strings.Cut(rest, "/")
	l.Origin, l.Path = scheme+"://"+host, "/"+path
	l.Params = parseParams(query)
	return l
}

func parseParams(query string) [][2]string {
	var params [][2]string
	for pair := range strings.SplitSeq(query, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		params = append(params, [2]string{unescape(name), unescape(value)})
	}
	return params
}

// unescape decodes a query the way forms are decoded: what is no escape stays.
func unescape(text string) string {
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '+':
			out.WriteByte(' ')
		case text[i] == '%' && i+2 < len(text) && isHex(text[i+1]) && isHex(text[i+2]):
			out.WriteByte(hexValue(text[i+1])<<4 | hexValue(text[i+2]))
			i += 2
		default:
			out.WriteByte(text[i])
		}
	}
	return strings.ToValidUTF8(out.String(), "\uFFFD")
}

func isHex(c byte) bool { return strings.IndexByte("0123456789abcdefABCDEF", c) >= 0 }

func hexValue(c byte) byte {
	return byte(strings.IndexByte("0123456789abcdef", c|0x20) & 15) //nolint:gosec // one of sixteen
}

func (l location) param(name string) (string, bool) {
	for _, pair := range l.Params {
		if pair[0] == name {
			return pair[1], true
		}
	}
	return "", false
}

// last returns the value of a parameter that counts where it repeats.
func (l location) last(name string) string {
	value := ""
	for _, pair := range l.Params {
		if pair[0] == name {
			value = pair[1]
		}
	}
	return value
}

// compare compares the query as a set. URLs inside of it are compared in the same way.
func (l *location) compare(out []string, what string, got location) []string {
	out = compare(out, what+" origin", got.Origin, l.Origin)
	out = compare(out, what+" path", got.Path, l.Path)
	want := slices.Clone(l.Params)
	have := slices.Clone(got.Params)
	for name, nested := range l.Nested {
		value := got.last(name)
		out = nested.compare(out, what+" "+name, parseLocation(strings.ReplaceAll(value, " ", "%20")))
		drop := func(pair [2]string) bool { return pair[0] == name }
		want, have = slices.DeleteFunc(want, drop), slices.DeleteFunc(have, drop)
	}
	for _, pair := range want {
		if i := slices.Index(have, pair); i >= 0 {
			have = slices.Delete(have, i, i+1)
			continue
		}
		got, _ := got.param(pair[0])
		out = append(out, what+" parameter "+pair[0]+": got "+got+", want "+pair[1])
	}
	for _, pair := range have {
		if _, ok := l.param(pair[0]); !ok {
			out = append(out, what+" parameter "+pair[0]+": got "+pair[1]+", want none")
		}
	}
	return out
}

func (e *locationExpectation) compare(out []string, text string) []string {
	got := parseLocation(text)
	want := parseLocation(e.Base)
	out = compare(out, "location", got.Origin+strings.TrimSuffix(got.Path, "/"), want.Origin+strings.TrimSuffix(want.Path, "/"))
	for name, value := range e.Params {
		have, ok := got.param(name)
		out = compare(out, "has parameter "+name, ok, true)
		out = compare(out, "parameter "+name, canonicalURL(have), canonicalURL(value))
	}
	for _, name := range e.Absent {
		_, ok := got.param(name)
		out = compare(out, "has parameter "+name, ok, false)
	}
	if e.Exact {
		for _, pair := range got.Params {
			if _, ok := e.Params[pair[0]]; !ok {
				out = append(out, "parameter "+pair[0]+" is not expected")
			}
		}
	}
	return out
}

// canonicalURL writes the query of a URL in one way.
func canonicalURL(text string) string {
	base, query, found := strings.Cut(text, "?")
	if !found {
		return text
	}
	var out strings.Builder
	out.WriteString(base)
	for _, pair := range parseParams(query) {
		out.WriteString("&" + pair[0] + "=" + pair[1])
	}
	return out.String()
}
