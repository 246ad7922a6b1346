package clerktest_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/clerkgo/clerk-go/clerktest"
)

// scaleClients is how many connections ask at once.
const scaleClients = 8

// BenchmarkScale measures what a call costs with 5,000 and with 100,000 users, over connections that cost the client
// little, eight at once.
func BenchmarkScale(b *testing.B) {
	for _, users := range []int{5_000, 100_000} {
		b.Run(fmt.Sprintf("users=%d", users), func(b *testing.B) {
			srv := scaleServer(b, users)
			var made atomic.Int64
			for _, kind := range []struct {
				name    string
				request func(n int64) string
			}{
				{"list-10", func(int64) string { return "GET /v1/users?limit=10" }},
				{"list-10-deep", func(n int64) string {
					return fmt.Sprintf("GET /v1/users?limit=10&offset=%d", int64(users/2)+n%100)
				}},
				{"list-cursor", func(n int64) string {
					return fmt.Sprintf("GET /v1/users?limit=10&starting_after=user_%d", int64(users/2)+n%100)
				}},
				{"count", func(int64) string { return "GET /v1/users/count" }},
				{"get", func(n int64) string { return fmt.Sprintf("GET /v1/users/user_%d", n%int64(users)) }},
				{"by-email", func(n int64) string {
					return fmt.Sprintf("GET /v1/users?email_address=user%d@example.com", n*7919%int64(users))
				}},
				{"query", func(n int64) string { return fmt.Sprintf("GET /v1/users?query=user%d@", n*7919%int64(users)) }},
				{"create", func(int64) string {
					body := fmt.Sprintf(`{"email_address":["made%d@example.com"],"skip_password_requirement":true}`, made.Add(1))
					return fmt.Sprintf("POST /v1/users|%s", body)
				}},
			} {
				b.Run(kind.name, func(b *testing.B) { scaleRun(b, srv, kind.request) })
			}
		})
	}
}

// scaleServer returns a server with so many users.
func scaleServer(b *testing.B, users int) *clerktest.Server {
	b.Helper()
	srv := clerktest.NewServer(b)
	if _, err := srv.ImportUsers(scaleUsers(users)); err != nil {
		b.Fatal(err)
	}
	return srv
}

// scaleUsers is an export of so many users.
func scaleUsers(users int) []byte {
	var export strings.Builder
	for i := range users {
		fmt.Fprintf(&export, `,{"id":"user_%d","username":"name%d","first_name":"Ada","last_name":"Number %d","created_at":%d,
			"primary_email_address_id":"idn_%d","public_metadata":{"plan":"pro"},
			"email_addresses":[{"id":"idn_%d","email_address":"user%d@example.com","verification":{"status":"verified","strategy":"admin"}}]}`,
			i, i, i, 1_700_000_000_000+int64(i), i, i, i)
	}
	return []byte("[" + export.String()[1:] + "]")
}

// scaleRun sends b.N requests; a body follows its request line after a bar.
func scaleRun(b *testing.B, srv *clerktest.Server, request func(n int64) string) {
	b.Helper()
	address := strings.TrimPrefix(srv.URL(), "http://")
	var n atomic.Int64
	b.SetParallelism(max(1, scaleClients/runtime.GOMAXPROCS(0)))
	b.RunParallel(func(pb *testing.PB) {
		conn, err := (&net.Dialer{}).DialContext(b.Context(), "tcp", address)
		if err != nil {
			b.Error(err)
			return
		}
		defer func() { _ = conn.Close() }()
		reader := bufio.NewReader(conn)
		for pb.Next() {
			line, body, _ := strings.Cut(request(n.Add(1)), "|")
			_, err := fmt.Fprintf(conn, "%s HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
				line, srv.SecretKey(), len(body), body)
			if err != nil {
				b.Error(err)
				return
			}
			resp, err := http.ReadResponse(reader, nil)
			if err != nil || resp.StatusCode != http.StatusOK {
				b.Errorf("%s: no answer", line)
				return
			}
			_, _ = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "calls/s")
	b.ReportMetric(0, "ns/op")
}
