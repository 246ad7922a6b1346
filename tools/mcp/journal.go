package main

import (
	"net/http"
	"slices"
	"sync"
)

// exchange is a request that was answered.
type exchange struct {
	method, path string
	status       int
	challenge    string // WWW-Authenticate of the answer
	session      string // of MCP, that the answer begins or the request belongs to
}

// journal remembers the exchanges of a server.
type journal struct {
	mu        sync.Mutex
	exchanges []exchange
}

// watch notes what a handler answers.
func (j *journal) watch(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e := exchange{method: r.Method, path: r.URL.Path, session: r.Header.Get("Mcp-Session-Id")}
		next.ServeHTTP(&watchedWriter{ResponseWriter: w, note: func(status int) {
			e.status, e.challenge = status, w.Header().Get("WWW-Authenticate")
			if begun := w.Header().Get("Mcp-Session-Id"); begun != "" {
				e.session = begun
			}
			j.mu.Lock()
			defer j.mu.Unlock()
			j.exchanges = append(j.exchanges, e)
		}}, r)
	})
}

// list returns the exchanges since a mark that are not preflights.
func (j *journal) list(mark int) []exchange {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(j.exchanges[mark:]), func(e exchange) bool { return e.method == http.MethodOptions })
}

// mark is where the journal ends now.
func (j *journal) mark() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return len(j.exchanges)
}

// watchedWriter notes the status of an answer, once.
type watchedWriter struct {
	http.ResponseWriter

	note func(status int)
	done bool
}

// WriteHeader implements [http.ResponseWriter].
func (w *watchedWriter) WriteHeader(status int) {
	if !w.done {
		w.done = true
		w.note(status)
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write implements [http.ResponseWriter].
func (w *watchedWriter) Write(b []byte) (int, error) {
	if !w.done {
		w.WriteHeader(http.StatusOK)
	}
	return w.ResponseWriter.Write(b)
}

// Flush implements [http.Flusher].
func (w *watchedWriter) Flush() {
	if !w.done {
		w.WriteHeader(http.StatusOK)
	}
	_ = http.NewResponseController(w.ResponseWriter).Flush()
}

// Unwrap is for [http.ResponseController].
func (w *watchedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
