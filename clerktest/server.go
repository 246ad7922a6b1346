package clerktest

import (
	"fmt"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// Server is an [Emulator] that listens on this machine. It embeds its first instance, so that srv.SecretKey() and
// srv.CreateUser(…) can be called on it.
type Server struct {
	*Instance

	http     *http.Server
	emulator *Emulator
	named    atomic.Int64
}

// NewServer starts an emulator on a free loopback port for the length of a test. Its helpers end the test when they
// fail.
func NewServer(tb TB, opts ...Option) *Server {
	tb.Helper()
	srv, err := Start(opts...)
	if err != nil {
		tb.Fatalf("%v", err)
	}
	srv.tb = tb
	tb.Cleanup(srv.Close)
	return srv
}

// Start starts an emulator on a free loopback port, for programs and examples. Close ends it. Its helpers panic when a
// call cannot succeed.
func Start(opts ...Option) (*Server, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // a local listener does not wait
	if err != nil {
		return nil, fmt.Errorf("clerktest: Start: %w", err)
	}
	e, err := New(append([]Option{WithURL("http://" + listener.Addr().String())}, opts...)...)
	if err != nil {
		_ = listener.Close()
		return nil, err
	}
	dual, err := e.Listener(listener)
	if err != nil {
		_ = listener.Close()
		return nil, err
	}
	srv := &Server{
		Instance: e.Default(), emulator: e,
		http: &http.Server{Handler: e, ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 128 << 10},
	}
	go func() { _ = srv.http.Serve(dual) }()
	return srv, nil
}

// Emulator returns the handler behind the server.
func (s *Server) Emulator() *Emulator { return s.emulator }

// Close stops listening and ends open connections and webhook deliveries.
func (s *Server) Close() {
	_ = s.http.Close()
	_ = s.emulator.Close()
	s.emulator.client.CloseIdleConnections()
}

// NewInstance returns a further isolated instance of the same server, for a test that shares the server with others. It
// is removed when the test ends.
func (s *Server) NewInstance(tb TB) *Instance {
	tb.Helper()
	in, err := s.emulator.AddInstance(fmt.Sprintf("test-%d", s.named.Add(1)), "")
	if err != nil {
		tb.Fatalf("%v", err)
	}
	in.tb = tb
	tb.Cleanup(func() { s.emulator.RemoveInstance(in) })
	return in
}
