package adaptertest

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Route is one line of an application's route table.
type Route struct {
	// Method is the HTTP method; empty stands for GET, POST, PUT, PATCH and DELETE.
	Method string
	// Host is the host that the route is for; empty is any.
	Host string
	// Path is the pattern as the framework knows it: parameters such as :id, {id} and * are filled in.
	Path string
}

// String returns the pattern as [http.ServeMux] writes it, as in "GET /users/:id".
func (r Route) String() string { return strings.TrimPrefix(r.Method+" "+r.Host+r.Path, " ") }

// AuditRoutes calls every route of a running application, once without credentials and once with a broken token, and
// fails the test unless the routes that let such a request in are exactly the open ones, given as "GET /health". It
// finds routes that were registered before the guard, outside its group, or with another method. Where net/http routes,
// [Mux] is the table.
//
// A route is closed if it answers 401 or 403, or a redirect or 503 that carries the headers of the guard.
func AuditRoutes(tb testing.TB, baseURL string, routes []Route, open ...string) {
	tb.Helper()
	client := &http.Client{
		Timeout:       10 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	names := make([]string, len(routes))
	for i, route := range routes {
		names[i] = route.String()
	}
	audit(tb, names, open, func(i int, authorization string) (string, bool) {
		return call(tb, client, baseURL, routes[i], authorization)
	})
}

// audit tries everything that has a name and compares what is open with what is declared. The call returns the answer, and
// whether the guard gave it.
func audit(tb testing.TB, names, open []string, call func(i int, authorization string) (answer string, closed bool)) {
	tb.Helper()
	for i, name := range names {
		declared := slices.Contains(open, name)
		for _, credential := range []struct{ name, authorization string }{
			{"without credentials", ""},
			{"with a broken token", "Bearer broken"},
		} {
			answer, closed := call(i, credential.authorization)
			switch {
			case !closed && !declared:
				tb.Errorf("%s is open: it answers %s %s", name, answer, credential.name)
			case closed && declared && credential.authorization == "":
				tb.Errorf("%s is declared open and answers %s %s", name, answer, credential.name)
			}
		}
	}
	for _, name := range open {
		if !slices.Contains(names, name) {
			tb.Errorf("%s is declared open and not in the table", name)
		}
	}
}

// call sends a request of each method of a route. The route is closed if the guard refused them all.
func call(tb testing.TB, client *http.Client, baseURL string, route Route, authorization string) (answer string, closed bool) {
	tb.Helper()
	methods := []string{route.Method}
	if route.Method == "" {
		methods = []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}
	}
	for _, method := range methods {
		status, closed := callMethod(tb, client, baseURL, route, method, authorization)
		answer = strconv.Itoa(status)
		if route.Method == "" {
			answer += " to " + method
		}
		if !closed {
			return answer, false
		}
	}
	return answer, true
}

// callMethod sends one request and reports whether the guard refused it.
func callMethod(
	tb testing.TB, client *http.Client, baseURL string, route Route, method, authorization string,
) (status int, closed bool) {
	tb.Helper()
	req, err := http.NewRequestWithContext(tb.Context(), method, baseURL+fillPath(route.Path), http.NoBody)
	if err != nil {
		tb.Fatalf("%s: %v", route, err)
	}
	req.Host = route.Host
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

// fillPath puts the word audit where the pattern has a parameter. A {$} stands for the end of the path.
func fillPath(pattern string) string {
	segments := strings.Split(strings.TrimSuffix(pattern, "{$}"), "/")
	for i, segment := range segments {
		if strings.ContainsAny(segment, ":*+{") {
			segments[i] = "audit"
		}
	}
	return strings.Join(segments, "/")
}
