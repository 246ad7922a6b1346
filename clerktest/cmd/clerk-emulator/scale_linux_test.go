//go:build !race

package main

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/clerkgo/clerk-go/clerktest"
)

// BenchmarkScale_Start measures the binary from exec to its first answer with a folder of users, once as the Backend API leaves
// it behind, a commit for each user, and once as a whole state. The time of both processors counts beside the time that goes by,
// which other programs of the machine stretch.
func BenchmarkScale_Start(b *testing.B) {
	binary := build(b)
	for _, users := range []int{5_000, 100_000} {
		for _, kind := range []string{"created", "imported"} {
			b.Run(fmt.Sprintf("users=%d/%s", users, kind), func(b *testing.B) {
				dir := folderOf(b, users)
				if kind == "created" {
					divide(b, dir)
				}
				b.ResetTimer()
				var waited, worked time.Duration
				for range b.N {
					began := time.Now()
					p := launch(b, binary, "-data", dir)
					if status, body := get(b, p.env, "/v1/users/count"); status != http.StatusOK || !strings.Contains(body, strconv.Itoa(users)) {
						b.Fatalf("first answer = %d %s", status, body)
					}
					waited += time.Since(began)
					b.ReportMetric(float64(p.memory(b, "VmHWM:"))/(1<<20), "MiB")
					p.kill(b)
					worked += p.cmd.ProcessState.UserTime() + p.cmd.ProcessState.SystemTime()
				}
				b.ReportMetric(waited.Seconds()/float64(b.N), "s/start")
				b.ReportMetric(worked.Seconds()/float64(b.N), "CPU-s/start")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}

// folderOf is a data folder with so many users.
func folderOf(b *testing.B, users int) string {
	b.Helper()
	dir := b.TempDir()
	e, err := clerktest.New(clerktest.WithData(dir))
	if err != nil {
		b.Fatal(err)
	}
	if _, err := e.Default().ImportUsers(exportOf(users)); err != nil {
		b.Fatal(err)
	}
	if err := e.Close(); err != nil {
		b.Fatal(err)
	}
	return dir
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
