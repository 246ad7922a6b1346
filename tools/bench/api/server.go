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
	pages := make([][]byte, users/pageSize+1)
	for p := range pages {
		var body bytes.Buffer
		body.WriteByte('[')
		for i := p * pageSize; i < min((p+1)*pageSize, users); i++ {
			if i > p*pageSize {
				body.WriteByte(',')
			}
			body.Write(bytes.Replace(user, []byte(`"user_0"`), fmt.Appendf(nil, `"user_%d"`, i), 1))
		}
		body.WriteByte(']')
		pages[p] = body.Bytes()
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
		body := pages[from/pageSize]
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		_, _ = w.Write(body)
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
