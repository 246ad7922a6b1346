package clerkauth

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// ErrMalformedPath is what [PathMatcher.Match] returns for a path whose percent escapes are broken. Answer 400.
var ErrMalformedPath = errors.New("clerkauth: the path is malformed")

// PathMatcher matches paths against patterns as Clerk's other SDKs know them: /orgs/:slug, /files/:name.json,
// /api/(.*), /:lang?/docs, {/:page}?. Letters are matched in either case and a slash at the end is optional. It
// serves predicates that skip a middleware; what protects a route is better mounted at the route.
type PathMatcher struct{ patterns []pathPattern }

type pathPattern struct {
	expr  *regexp.Regexp
	names []string // of the groups, empty for those without a name
}

// NewPathMatcher compiles patterns; any of them may match. Without patterns nothing matches.
func NewPathMatcher(patterns ...string) (*PathMatcher, error) {
	m := &PathMatcher{}
	for _, pattern := range patterns {
		compiled, err := compilePath(pattern)
		if err != nil {
			return nil, fmt.Errorf("clerkauth: pattern %q: %w", pattern, err)
		}
		m.patterns = append(m.patterns, compiled)
	}
	return m, nil
}

// Match reports whether an escaped path matches, after it is decoded once and its repeated slashes are joined. Dot
// segments are not resolved.
func (m *PathMatcher) Match(path string) (bool, error) {
	normal, ok := normalPath(path)
	if !ok {
		return false, ErrMalformedPath
	}
	_, ok = m.match(normal)
	return ok, nil
}

// Params returns the named parts of the first pattern that matches the path as it is.
func (m *PathMatcher) Params(path string) (map[string]string, bool) { return m.match(path) }

func (m *PathMatcher) empty() bool { return m == nil || len(m.patterns) == 0 }

func (m *PathMatcher) match(path string) (map[string]string, bool) {
	if m == nil {
		return nil, false
	}
	for i := range m.patterns {
		p := &m.patterns[i]
		groups := p.expr.FindStringSubmatchIndex(path)
		if groups == nil {
			continue
		}
		params := make(map[string]string, len(p.names))
		for k, name := range p.names {
			if at := groups[2*k+2]; name != "" && at >= 0 {
				params[name] = path[at:groups[2*k+3]]
			}
		}
		return params, true
	}
	return nil, false
}

// pathCompiler turns a pattern into an expression.
type pathCompiler struct {
	text  string
	out   strings.Builder
	names []string
}

const segmentPattern = `[^/#?]+?`

func compilePath(pattern string) (pathPattern, error) {
	if len(pattern) > 1024 {
		return pathPattern{}, errors.New("it is too long")
	}
	c := pathCompiler{text: pattern}
	c.out.WriteString(`(?is)\A`)
	for c.text != "" {
		if err := c.next(); err != nil {
			return pathPattern{}, err
		}
	}
	c.out.WriteString(`[/#?]?\z`)
	expr, err := regexp.Compile(c.out.String())
	if err != nil {
		return pathPattern{}, errors.New("its expression is not valid")
	}
	if expr.NumSubexp() != len(c.names) {
		return pathPattern{}, errors.New("it has a group inside of a group")
	}
	return pathPattern{expr, c.names}, nil
}

// next compiles the next piece of the pattern.
func (c *pathCompiler) next() error {
	switch c.text[0] {
	case '{':
		return c.braces()
	case '}', '*', '+', '?', ')':
		return fmt.Errorf("unexpected %q", c.text[0])
	}
	prefix := ""
	if c.text[0] != ':' && c.text[0] != '(' {
		var err error
		if prefix, err = c.char(); err != nil {
			return err
		}
		if c.text == "" || (c.text[0] != ':' && c.text[0] != '(') || (prefix != "/" && prefix != ".") {
			c.out.WriteString(regexp.QuoteMeta(prefix))
			return nil
		}
	}
	name, expr, err := c.param()
	if err != nil {
		return err
	}
	c.emit(prefix, name, expr, "", c.modifier())
	return nil
}

// char takes one character, which may be escaped.
func (c *pathCompiler) char() (string, error) {
	if c.text[0] == '\\' {
		c.text = c.text[1:]
		if c.text == "" {
			return "", errors.New("it ends in a backslash")
		}
	}
	_, size := utf8.DecodeRuneInString(c.text)
	char := c.text[:size]
	c.text = c.text[size:]
	return char, nil
}

// param takes a name, an expression in parentheses, or both.
func (c *pathCompiler) param() (name, expr string, err error) {
	if strings.HasPrefix(c.text, ":") {
		end := 1
		for end < len(c.text) && isNameByte(c.text[end]) {
			end++
		}
		name = c.text[1:end]
		if name == "" {
			return "", "", errors.New("a parameter has no name")
		}
		c.text = c.text[end:]
	}
	if !strings.HasPrefix(c.text, "(") {
		return name, segmentPattern, nil
	}
	depth := 0
	for i := 0; i < len(c.text); i++ {
		switch c.text[i] {
		case '\\':
			i++
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				expr = c.text[1:i]
				c.text = c.text[i+1:]
				if expr == "" || expr[0] == '?' {
					return "", "", errors.New("an expression is empty or begins with a question mark")
				}
				return name, expr, nil
			}
		}
	}
	return "", "", errors.New("a parenthesis is not closed")
}

func isNameByte(b byte) bool {
	return b == '_' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
}

func (c *pathCompiler) modifier() string {
	if c.text != "" && strings.IndexByte("?*+", c.text[0]) >= 0 {
		m := c.text[:1]
		c.text = c.text[1:]
		return m
	}
	return ""
}

// braces takes {prefix:name(expression)suffix} and its modifier.
func (c *pathCompiler) braces() error {
	c.text = c.text[1:]
	prefix, err := c.literal()
	if err != nil {
		return err
	}
	name, expr := "", ""
	if c.text != "" && (c.text[0] == ':' || c.text[0] == '(') {
		if name, expr, err = c.param(); err != nil {
			return err
		}
	}
	suffix, err := c.literal()
	if err != nil {
		return err
	}
	if !strings.HasPrefix(c.text, "}") {
		return errors.New("a brace is not closed")
	}
	c.text = c.text[1:]
	c.emit(prefix, name, expr, suffix, c.modifier())
	return nil
}

func (c *pathCompiler) literal() (string, error) {
	var out strings.Builder
	for c.text != "" && strings.IndexByte(":({}*+?)", c.text[0]) < 0 {
		char, err := c.char()
		if err != nil {
			return "", err
		}
		out.WriteString(char)
	}
	return out.String(), nil
}

// emit writes a parameter with what surrounds it. What repeats is one group over all repetitions.
func (c *pathCompiler) emit(prefix, name, expr, suffix, modifier string) {
	before, after := regexp.QuoteMeta(prefix), regexp.QuoteMeta(suffix)
	if expr == "" {
		c.out.WriteString("(?:" + before + after + ")" + modifier)
		return
	}
	c.names = append(c.names, name)
	switch {
	case modifier != "*" && modifier != "+":
		c.out.WriteString("(?:" + before + "(" + expr + ")" + after + ")" + modifier)
	case before == "" && after == "":
		c.out.WriteString("((?:" + expr + ")" + modifier + ")")
	default:
		optional := ""
		if modifier == "*" {
			optional = "?"
		}
		c.out.WriteString("(?:" + before + "((?:" + expr + ")(?:" + after + before + "(?:" + expr + "))*)" + after + ")" + optional)
	}
}
