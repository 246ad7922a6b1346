package main

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/clerkgo/clerk-go/clerktest"
)

// BenchmarkBinary_StartFromData measures the binary from exec to its first answer with a folder of 100,000 users, once as
// the Backend API leaves it behind, a commit for each user, and once as a whole state.
func BenchmarkBinary_StartFromData(b *testing.B) {
	binary := build(b)
	for _, kind := range []string{"created", "imported"} {
		b.Run(kind, func(b *testing.B) {
			dir := b.TempDir()
			e, err := clerktest.New(clerktest.WithData(dir))
			if err != nil {
				b.Fatal(err)
			}
			if _, err := e.Default().ImportUsers(exportOf(100_000)); err != nil {
				b.Fatal(err)
			}
			if err := e.Close(); err != nil {
				b.Fatal(err)
			}
			if kind == "created" {
				divide(b, dir)
			}
			b.ResetTimer()
			for range b.N {
				began := time.Now()
				p := launch(b, binary, "-data", dir)
				if status, body := get(b, p.env, "/v1/users/count"); status != http.StatusOK || !strings.Contains(body, "100000") {
					b.Fatalf("first answer = %d %s", status, body)
				}
				b.ReportMetric(time.Since(began).Seconds(), "s/start")
				b.ReportMetric(float64(p.memory(b, "VmHWM:"))/(1<<20), "MiB")
				p.kill(b)
			}
		})
	}
}

// divide makes a commit of each user of a folder.
func divide(b *testing.B, dir string) {
	b.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "records-*.jsonl"))
	if err != nil || len(names) != 1 {
		b.Fatalf("records = %v, %v, want one file", names, err)
	}
	raw, err := os.ReadFile(names[0])
	if err != nil {
		b.Fatal(err)
	}
	raw = bytes.ReplaceAll(raw, []byte("\n+users "), []byte("\n.\n+users "))
	if err := os.WriteFile(names[0], raw, 0o600); err != nil {
		b.Fatal(err)
	}
}

// exportOf is the export of so many users.
func exportOf(users int) []byte {
	var export strings.Builder
	for i := range users {
		fmt.Fprintf(&export, `,{"id":"user_%d","username":"name%d","first_name":"Ada","last_name":"Number %d","created_at":%d,
			"primary_email_address_id":"idn_%d","public_metadata":{"plan":"pro"},
			"email_addresses":[{"id":"idn_%d","email_address":"user%d@example.com","verification":{"status":"verified","strategy":"admin"}}]}`,
			i, i, i, 1_700_000_000_000+int64(i), i, i, i)
	}
	return []byte("[" + export.String()[1:] + "]")
}
