package adaptertest_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/clerkgo/clerk-go/clerktest/adaptertest"
)

// finding records what the audit reports instead of failing the test.
type finding struct {
	testing.TB
	lines []string
}

func (f *finding) Errorf(format string, args ...any) {
	f.lines = append(f.lines, fmt.Sprintf(format, args...))
}

func TestAuditRoutes(t *testing.T) {
	t.Parallel()
	base := adaptertest.Serve(t, auditedApp())
	routes := []adaptertest.Route{
		{Method: "GET", Path: "/health"}, {Method: "GET", Path: "/users/:id"}, {Method: "POST", Path: "/users/{id}/*"},
		{Method: "GET", Path: "/early"}, {Method: "GET", Path: "/page"}, {Method: "GET", Path: "/moved"},
		{Method: "GET", Path: "/broken"}, {Method: "GET", Path: "/down"}, {Method: "GET", Path: "/anonymous"},
	}
	for name, tc := range map[string]struct {
		open []string
		want []string // what the findings begin with
	}{
		"all that is open is declared": {
			open: []string{"GET /health", "GET /early", "GET /moved", "GET /down", "GET /anonymous"},
		},
		"a route outside the guard is found": {
			open: []string{"GET /health", "GET /moved", "GET /down", "GET /anonymous"},
			want: []string{
				"GET /early is open: it answers 200 without credentials",
				"GET /early is open: it answers 200 with a broken token",
			},
		},
		"a redirect and an error of the handler do not hide a route": {
			open: []string{"GET /health", "GET /early", "GET /anonymous"},
			want: []string{
				"GET /moved is open: it answers 302 without credentials", "GET /moved is open: it answers 302 with a broken token",
				"GET /down is open: it answers 503 without credentials", "GET /down is open: it answers 503 with a broken token",
			},
		},
		"a guard that only looks at the header is found": {
			open: []string{"GET /health", "GET /early", "GET /moved", "GET /down"},
			want: []string{"GET /anonymous is open: it answers 200 without credentials"},
		},
		"a route that should be open and is closed is found": {
			open: []string{"GET /health", "GET /early", "GET /moved", "GET /down", "GET /anonymous", "GET /users/:id"},
			want: []string{"GET /users/:id is declared open and answers 401 without credentials"},
		},
		"a declaration that matches no route is found": {
			open: []string{"GET /health", "GET /early", "GET /moved", "GET /down", "GET /anonymous", "GET /helth"},
			want: []string{"GET /helth is declared open and not in the table"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := &finding{TB: t}
			adaptertest.AuditRoutes(f, base, routes, tc.open...)
			if !slices.Equal(f.lines, tc.want) {
				t.Errorf("got %q, want %q", f.lines, tc.want)
			}
		})
	}
}

func TestMux(t *testing.T) {
	t.Parallel()
	closed := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) }
	app := &adaptertest.Mux{}
	app.HandleFunc("GET /{$}", func(http.ResponseWriter, *http.Request) {})
	app.HandleFunc("GET /users/{id}", closed)
	app.HandleFunc("/files/{path...}", closed)
	app.HandleFunc("admin.example.com/", closed)
	app.HandleFunc("/forgotten", func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			closed(w, r)
		}
	})
	app.HandleFunc("POST acme.example.com/hook", func(http.ResponseWriter, *http.Request) {})
	f := &finding{TB: t}
	adaptertest.AuditRoutes(f, adaptertest.Serve(t, app), app.Routes(), "GET /{$}")
	want := []string{
		"/forgotten is open: it answers 200 to POST without credentials", "/forgotten is open: it answers 200 to POST with a broken token",
		"POST acme.example.com/hook is open: it answers 200 without credentials",
		"POST acme.example.com/hook is open: it answers 200 with a broken token",
	}
	if !slices.Equal(f.lines, want) {
		t.Errorf("got %q, want %q", f.lines, want)
	}
}

// auditedApp guards some of its routes the way the adapters do.
func auditedApp() http.Handler {
	answer := func(status int, headers ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			for i := 0; i < len(headers); i += 2 {
				w.Header().Set(headers[i], headers[i+1])
			}
			w.WriteHeader(status)
		}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /health", answer(200))
	mux.HandleFunc("GET /early", answer(200))
	mux.HandleFunc("GET /users/audit", answer(401))
	mux.HandleFunc("POST /users/audit/audit", answer(403))
	mux.HandleFunc("GET /page", answer(307, "Location", "/sign-in", "X-Clerk-Auth-Status", "signed-out"))
	mux.HandleFunc("GET /moved", answer(302, "Location", "/home"))
	mux.HandleFunc("GET /broken", answer(503, "X-Clerk-Auth-Status", "signed-out"))
	mux.HandleFunc("GET /down", answer(503))
	mux.HandleFunc("GET /anonymous", func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.Header.Get("Authorization"), "Bearer ") {
			w.WriteHeader(http.StatusUnauthorized)
		}
	})
	return mux
}
