package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// server is a list of users like Clerk's, on the loopback interface.
type server struct {
	*httptest.Server
	requests atomic.Int64
	latency  atomic.Int64
}

// newServer prepares every answer, so that a request costs the latency and the sending.
func newServer(file string) (*server, error) {
	user, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	user = bytes.TrimSpace(user)
	var rows bytes.Buffer // the users, with a comma after each
	starts := make([]int, users+1)
	for i := range users {
		rows.Write(bytes.Replace(user, []byte(`"user_0"`), fmt.Appendf(nil, `"user_%d"`, i), 1))
		rows.WriteByte(',')
		starts[i+1] = rows.Len()
	}
	s := &server{}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/users", func(w http.ResponseWriter, r *http.Request) {
		s.arrive()
		query := r.URL.Query()
		from, _ := strconv.Atoi(query.Get("offset"))
		if after, ok := strings.CutPrefix(query.Get("starting_after"), "user_"); ok {
			last, _ := strconv.Atoi(after)
			from = last + 1
		}
		from = min(from, users)
		body := bytes.TrimSuffix(rows.Bytes()[starts[from]:starts[min(from+pageSize, users)]], []byte{','})
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(len(body)+2))
		_, _ = w.Write([]byte{'['})
		_, _ = w.Write(body)
		_, _ = w.Write([]byte{']'})
	})
	mux.HandleFunc("GET /v1/users/count", func(w http.ResponseWriter, _ *http.Request) {
		s.arrive()
		_, _ = fmt.Fprintf(w, `{"object":"total_count","total_count":%d}`, users)
	})
	s.Server = httptest.NewServer(mux)
	return s, nil
}

func (s *server) arrive() {
	s.requests.Add(1)
	time.Sleep(time.Duration(s.latency.Load()))
}
