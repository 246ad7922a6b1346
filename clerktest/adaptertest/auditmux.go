package adaptertest

import (
	"net/http"
	"strings"
)

// Mux is an [http.ServeMux] that remembers its patterns, which that keeps to itself. Let the function that registers the
// routes of an application take an interface with Handle and HandleFunc, give it a Mux in the test, and give [Mux.Routes] to
// [AuditRoutes]. The zero value is empty. Register before it serves.
type Mux struct {
	http.ServeMux

	routes []Route
}

// Handle registers the handler for the pattern and remembers the pattern.
func (m *Mux) Handle(pattern string, handler http.Handler) {
	m.ServeMux.Handle(pattern, handler)
	method, rest, found := strings.Cut(pattern, " ")
	if !found {
		method, rest = "", pattern
	}
	rest = strings.TrimLeft(rest, " \t")
	at := strings.IndexByte(rest, '/')
	m.routes = append(m.routes, Route{Method: method, Host: rest[:at], Path: rest[at:]})
}

// HandleFunc registers the function for the pattern and remembers the pattern.
func (m *Mux) HandleFunc(pattern string, handler func(http.ResponseWriter, *http.Request)) {
	m.Handle(pattern, http.HandlerFunc(handler))
}

// Routes returns a route for each pattern, in the order of their registration.
func (m *Mux) Routes() []Route { return append([]Route(nil), m.routes...) }
