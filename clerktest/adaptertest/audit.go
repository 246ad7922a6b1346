package adaptertest

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// Route is one line of an application's route table.
type Route struct {
	Method string
	// Path is the pattern as the framework knows it: parameters such as :id, {id} and * are filled in.
	Path string
}

// String returns the method and the path, as in "GET /users/:id".
func (r Route) String() string { return r.Method + " " + r.Path }

// AuditRoutes calls every route of a running application, once without credentials and once with a broken token, and
// fails the test unless the routes that let such a request in are exactly the open ones, given as "GET /health". It
// finds routes that were registered before the guard, outside its group, or with another method.
//
// A route is closed if it answers 401 or 403, or a redirect or 503 that carries the headers of the guard.
func AuditRoutes(tb testing.TB, baseURL string, routes []Route, open ...string) {
	tb.Helper()
	client := &http.Client{
		Timeout:       10 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	known := map[string]bool{}
	for _, route := range routes {
		known[route.String()] = true
		declared := slices.Contains(open, route.String())
		for _, credential := range []struct{ name, authorization string }{
			{"without credentials", ""},
			{"with a broken token", "Bearer broken"},
		} {
			status, closed := call(tb, client, baseURL, route, credential.authorization)
			switch {
			case !closed && !declared:
				tb.Errorf("%s is open: it answers %d %s", route, status, credential.name)
			case closed && declared && credential.authorization == "":
				tb.Errorf("%s is declared open and answers %d %s", route, status, credential.name)
			}
		}
	}
	for _, route := range open {
		if !known[route] {
			tb.Errorf("%s is declared open and not in the route table", route)
		}
	}
}

// call sends one request and reports whether the guard refused it.
func call(tb testing.TB, client *http.Client, baseURL string, route Route, authorization string) (status int, closed bool) {
	tb.Helper()
	req, err := http.NewRequestWithContext(tb.Context(), route.Method, baseURL+fillPath(route.Path), http.NoBody)
	if err != nil {
		tb.Fatalf("%s: %v", route, err)
	}
	if authorization != "" {
		req.Header.Set("Authorization", authorization)
	}
	resp, err := client.Do(req)
	if err != nil {
		tb.Fatalf("%s: %v", route, err)
	}
	defer resp.Body.Close()
	guarded := resp.Header.Get("X-Clerk-Auth-Status") != ""
	switch {
	case resp.StatusCode == http.StatusUnauthorized, resp.StatusCode == http.StatusForbidden:
		return resp.StatusCode, true
	case resp.StatusCode == http.StatusServiceUnavailable, resp.StatusCode/100 == 3:
		return resp.StatusCode, guarded
	}
	return resp.StatusCode, false
}

// fillPath puts the word audit where the pattern has a parameter.
func fillPath(pattern string) string {
	segments := strings.Split(pattern, "/")
	for i, segment := range segments {
		if strings.ContainsAny(segment, ":*+{") {
			segments[i] = "audit"
		}
	}
	return strings.Join(segments, "/")
}
