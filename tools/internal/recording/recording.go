// Package recording keeps the answers of the local Clerk that browsers got, so that they can be held against a document later.
package recording

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
)

// Answer is one answer of the Frontend API.
type Answer struct {
	Method string `json:"method"`
	Target string `json:"target"` // path and query
	Status int    `json:"status"`
	Body   string `json:"body"`
}

// Recorder writes answers, one a line. It is safe for concurrent use.
type Recorder struct {
	mu  sync.Mutex
	out io.Writer
	err error
}

// NewRecorder returns a recorder that writes to out.
func NewRecorder(out io.Writer) *Recorder { return &Recorder{out: out} }

// Err is the first failure to write.
func (rec *Recorder) Err() error {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	return rec.err
}

// Wrap returns next with the answers to browsers recorded, scripts apart. A nil recorder returns next itself.
func (rec *Recorder) Wrap(next http.Handler) http.Handler {
	if rec == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodOptions || strings.Contains(r.URL.Path, "/npm/") || strings.HasPrefix(r.Header.Get("Authorization"), "Bearer sk_") {
			next.ServeHTTP(w, r)
			return
		}
		answer := Answer{Method: r.Method, Target: r.URL.RequestURI()}
		if override := r.URL.Query().Get("_method"); r.Method == http.MethodPost && override != "" {
			answer.Method = strings.ToUpper(override)
		}
		copied := httptest.NewRecorder()
		next.ServeHTTP(copied, r)
		answer.Status, answer.Body = copied.Code, copied.Body.String()
		rec.write(answer)
		maps.Copy(w.Header(), copied.Header())
		w.WriteHeader(copied.Code)
		_, _ = w.Write(copied.Body.Bytes())
	})
}

func (rec *Recorder) write(a Answer) {
	raw, err := json.Marshal(a)
	rec.mu.Lock()
	defer rec.mu.Unlock()
	if err == nil {
		_, err = rec.out.Write(append(raw, '\n'))
	}
	if rec.err == nil {
		rec.err = err
	}
}

// Read calls use with each recorded answer, as a request and what it was answered with.
func Read(in io.Reader, use func(r *http.Request, status int, body []byte)) error {
	for lines := json.NewDecoder(in); ; {
		var a Answer
		err := lines.Decode(&a)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("the recording: %w", err)
		}
		use(httptest.NewRequest(a.Method, target(a.Target), nil), a.Status, []byte(a.Body)) //nolint:noctx // never sent
	}
}

// target is a path as the document has it: without the frontend host that a key alone puts in front, and with one slash.
func target(t string) string {
	t = "/" + strings.TrimLeft(t, "/")
	if first, rest, _ := strings.Cut(t[1:], "/"); strings.HasSuffix(first, ".accounts.dev") {
		t = "/" + rest
	}
	return t
}
