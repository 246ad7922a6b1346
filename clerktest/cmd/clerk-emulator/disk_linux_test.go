//go:build !race

package main

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// smallDisk is a folder that takes about two megabytes. Where mounting is refused it is a folder like others, and the words
// to put before a program limit the files that it writes.
func smallDisk(t *testing.T) (dir string, limit []string) {
	t.Helper()
	dir = t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=2m"); err != nil {
		return dir, []string{"sh", "-c", `ulimit -f 4096; exec "$@"`, "limited"}
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir, nil
}

// fill takes what is left of a disk.
func fill(t *testing.T, dir string) {
	t.Helper()
	f, err := os.Create(filepath.Join(dir, "filler")) //nolint:gosec // a folder of this test
	if err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, err = f.Write(make([]byte, 512))
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestBinary_AFullDiskIsToldAndLosesNothing(t *testing.T) {
	t.Parallel()
	binary := build(t)
	dir, limit := smallDisk(t)
	command := slices.Concat(limit, []string{binary, "-data", dir})
	p := launch(t, command[0], command[1:]...)
	words := strings.Repeat("x", 7000)
	kept, refusal := 0, ""
	for ; kept < 2000; kept++ {
		status, body := call(t, p.env, http.MethodPost, "/v1/users", fmt.Sprintf(`{"external_id": "user%d", "email_address": ["u%d@example.com"], "skip_password_requirement": true, "private_metadata": {"words": %q}}`, kept, kept, words))
		if status != http.StatusOK {
			refusal = body
			break
		}
	}
	if !strings.Contains(refusal, "data_folder_not_writable") || !strings.Contains(refusal, "nothing was changed") {
		t.Errorf("after %d users the refusal is %q, want one that names the data folder", kept, refusal)
	}
	count := func() string { _, body := get(t, p.env, "/v1/users/count"); return body }
	before := count()
	if !strings.Contains(before, fmt.Sprintf(`"total_count":%d`, kept)) {
		t.Errorf("count = %s, want the %d acknowledged users", before, kept)
	}
	if limit == nil { // a limit of files leaves room for a new one
		fill(t, dir)
		if status, body := call(t, p.env, http.MethodPost, "/_clerktest/reset", ""); status != http.StatusInternalServerError || !strings.Contains(body, "data_folder_not_writable") {
			t.Errorf("a reset = %d %s, want 500 that names the data folder", status, body)
		}
	}
	p.kill(t)
	p = launch(t, command[0], command[1:]...)
	if after := count(); after != before {
		t.Errorf("count after a restart = %s, want %s", after, before)
	}
	if status, body := get(t, p.env, fmt.Sprintf("/v1/users?external_id=user%d", kept-1)); status != http.StatusOK || !strings.Contains(body, words) {
		t.Errorf("the last acknowledged user = %d, %d bytes", status, len(body))
	}
	p.kill(t)
}
