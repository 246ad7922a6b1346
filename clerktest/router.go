package clerktest

import (
	"net/url"
	"strings"
)

// router finds a value by method and path template. It is filled once and then
// only read. Fixed segments win over parameters.
type router[T any] struct {
	root routeNode[T]
}

type routeNode[T any] struct {
	fixed   map[string]*routeNode[T]
	param   *routeNode[T]
	methods map[string]routeLeaf[T]
}

type routeLeaf[T any] struct {
	value T
	names []string // of the parameters, in path order
}

// add registers a template such as "/users/{user_id}".
func (rt *router[T]) add(method, template string, value T) {
	node := &rt.root
	var names []string
	for segment := range strings.SplitSeq(strings.Trim(template, "/"), "/") {
		if strings.HasPrefix(segment, "{") {
			names = append(names, strings.Trim(segment, "{}"))
			if node.param == nil {
				node.param = &routeNode[T]{}
			}
			node = node.param
			continue
		}
		next := node.fixed[segment]
		if next == nil {
			next = &routeNode[T]{}
			if node.fixed == nil {
				node.fixed = map[string]*routeNode[T]{}
			}
			node.fixed[segment] = next
		}
		node = next
	}
	if node.methods == nil {
		node.methods = map[string]routeLeaf[T]{}
	}
	node.methods[method] = routeLeaf[T]{value: value, names: names}
}

// find returns the value for an escaped path. known reports whether the path
// exists with any method.
func (rt *router[T]) find(method, escapedPath string) (value T, params pathParams, known, ok bool) {
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
	params = make(pathParams, len(values))
	for i, v := range values {
		params[i] = pathParam{leaf.names[i], v}
	}
	return leaf.value, params, true, true
}

func (n *routeNode[T]) walk(method string, segments, values []string) (leaf routeLeaf[T], out []string, known, ok bool) {
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

// pathParams are the values that a template's parameters took.
type pathParams []pathParam

type pathParam struct{ name, value string }

func (p pathParams) get(name string) string {
	for _, e := range p {
		if e.name == name {
			return e.value
		}
	}
	return ""
}
