package clerktest_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/clerkgo/clerk-go/clerktest"
)

// BenchmarkServer_GetUser measures reads over connections that cost the client little, so that the figure is the
// server's.
func BenchmarkServer_GetUser(b *testing.B) {
	srv := clerktest.NewServer(b)
	id := srv.CreateUser(clerktest.User{}).ID
	request := fmt.Sprintf("GET /v1/users/%s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n", id, srv.SecretKey())
	address := strings.TrimPrefix(srv.URL(), "http://")
	b.SetParallelism(4)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		conn, err := (&net.Dialer{}).DialContext(b.Context(), "tcp", address)
		if err != nil {
			b.Error(err)
			return
		}
		defer func() { _ = conn.Close() }()
		reader := bufio.NewReader(conn)
		for pb.Next() {
			if _, err := io.WriteString(conn, request); err != nil {
				b.Error(err)
				return
			}
			resp, err := http.ReadResponse(reader, nil)
			if err != nil || resp.StatusCode != http.StatusOK {
				b.Error("no answer")
				return
			}
			_, _ = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "reads/s")
}

// BenchmarkServer_Start measures a server from nothing to its first answer.
func BenchmarkServer_Start(b *testing.B) {
	for b.Loop() {
		srv, err := clerktest.Start()
		if err != nil {
			b.Fatal(err)
		}
		srv.Close()
	}
}

func BenchmarkInstance_SessionToken(b *testing.B) {
	srv := clerktest.NewServer(b)
	who := srv.SignedInUser()
	for b.Loop() {
		srv.SessionToken(who.SessionID)
	}
}

// BenchmarkInstance_SnapshotRestore measures both for 1,000 users.
func BenchmarkInstance_SnapshotRestore(b *testing.B) {
	in := clerktest.NewServer(b).Instance
	for i := range 1000 {
		in.CreateUser(clerktest.User{Email: fmt.Sprintf("user%d@example.com", i), Username: fmt.Sprintf("user%d", i)})
	}
	for b.Loop() {
		in.Restore(in.Snapshot())
	}
}
