// Package route finds values by HTTP method and path template.
package route

import (
	"net/url"
	"strings"
)

// Router finds a value by method and path template. Fill it first: once it is read, also by several goroutines, it must
// not change. Fixed segments win over parameters. The zero value is empty.
type Router[T any] struct {
	root node[T]
}

type node[T any] struct {
	fixed   map[string]*node[T]
	param   *node[T]
	methods map[string]leaf[T]
}

type leaf[T any] struct {
	value T
	names []string // of the parameters, in path order
}

// Add registers a template such as "/users/{user_id}".
func (rt *Router[T]) Add(method, template string, value T) {
	at := &rt.root
	var names []string
	for segment := range strings.SplitSeq(strings.Trim(template, "/"), "/") {
		if strings.HasPrefix(segment, "{") {
			names = append(names, strings.Trim(segment, "{}"))
			if at.param == nil {
				at.param = &node[T]{}
			}
			at = at.param
			continue
		}
		next := at.fixed[segment]
		if next == nil {
			next = &node[T]{}
			if at.fixed == nil {
				at.fixed = map[string]*node[T]{}
			}
			at.fixed[segment] = next
		}
		at = next
	}
	if at.methods == nil {
		at.methods = map[string]leaf[T]{}
	}
	at.methods[method] = leaf[T]{value: value, names: names}
}

// Find returns the value for an escaped path. known reports whether the path exists with any method.
func (rt *Router[T]) Find(method, escapedPath string) (value T, params Params, known, ok bool) {
	segments := strings.Split(strings.Trim(escapedPath, "/"), "/")
	for i, s := range segments {
		plain, err := url.PathUnescape(s)
		if err != nil {
			return value, nil, false, false
		}
		segments[i] = plain
	}
	values := make([]string, 0, 4)
	leaf, values, known, ok := rt.root.walk(method, segments, values)
	if !ok {
		return value, nil, known, false
	}
	params = make(Params, len(values))
	for i, v := range values {
		params[i] = Param{leaf.names[i], v}
	}
	return leaf.value, params, true, true
}

func (n *node[T]) walk(method string, segments, values []string) (leaf leaf[T], out []string, known, ok bool) {
	if len(segments) == 0 {
		leaf, ok = n.methods[method]
		return leaf, values, len(n.methods) > 0, ok
	}
	if next := n.fixed[segments[0]]; next != nil {
		if leaf, out, known, ok = next.walk(method, segments[1:], values); ok {
			return leaf, out, true, true
		}
	}
	if n.param != nil && segments[0] != "" {
		leaf, out, alsoKnown, found := n.param.walk(method, segments[1:], append(values, segments[0]))
		return leaf, out, known || alsoKnown, found
	}
	return leaf, values, known, false
}

// Params are the values that the parameters of a template took, in path order.
type Params []Param

// Param is the value that one parameter took.
type Param struct{ Name, Value string }

// Get returns the value of a parameter, empty if the template has none of this name.
func (p Params) Get(name string) string {
	for _, e := range p {
		if e.Name == name {
			return e.Value
		}
	}
	return ""
}
