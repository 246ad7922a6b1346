package databases_test

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
	clerkmirror "github.com/clerkgo/clerk-go/mirror"
)

const (
	// diskSize is the size of the disk of a server, and diskRoom what a ballast leaves of it.
	diskSize, diskRoom = 640 << 20, 2 << 20
	// ballast is the file that fills the disk up.
	ballast = "ballast"
)

// startOnSmallDisk starts a server whose files are on a disk of their own.
func startOnSmallDisk(t *testing.T, dialect clerkmirror.Dialect) (*server, error) {
	t.Helper()
	folder := ""
	s, err := startServer(t.Context(), dialect, func(f string) error {
		folder = f
		return syscall.Mount("tmpfs", f, "tmpfs", 0, fmt.Sprintf("size=%d,mode=700", diskSize))
	})
	t.Cleanup(func() {
		if s != nil {
			s.Kill()
		}
		_ = syscall.Unmount(folder, syscall.MNT_DETACH)
		_ = os.RemoveAll(folder)
	})
	return s, err
}

// fillDisk leaves no room to speak of.
func (s *server) fillDisk(t *testing.T) {
	t.Helper()
	var disk syscall.Statfs_t
	if err := syscall.Statfs(s.folder, &disk); err != nil {
		t.Fatal(err)
	}
	file, err := os.Create(filepath.Join(s.folder, ballast))
	if err != nil {
		t.Fatal(err)
	}
	size := int64(disk.Bavail)*int64(disk.Bsize) - diskRoom //nolint:gosec,unconvert // far below the limit; Bsize is an int32 on some platforms
	if err := errors.Join(syscall.Fallocate(int(file.Fd()), 0, 0, size), file.Close()); err != nil {
		t.Fatal(err)
	}
}

// makeRoom takes the ballast away and, if the server did not survive the full disk, starts it again, as its supervisor would.
func (s *server) makeRoom(t *testing.T, d *database) {
	t.Helper()
	if err := os.Remove(filepath.Join(s.folder, ballast)); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := d.open(t).PingContext(ctx); err == nil {
		return
	}
	t.Log("the server did not survive its full disk")
	if err := s.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// TestFullDisk_Server fills the disk of a server up: what was acknowledged is there afterwards, what was not is refused with an
// error that says why, and everything goes on once there is room.
func TestFullDisk_Server(t *testing.T) {
	t.Parallel()
	for _, running := range servers {
		if running.command == nil {
			continue
		}
		t.Run(running.Name, func(t *testing.T) {
			t.Parallel()
			s, err := startOnSmallDisk(t, running.Dialect)
			if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.EACCES) {
				fmt.Fprintf(os.Stderr, "\n*** NOT TESTED: %s on a full disk, because this process may not mount one.\n\n", running.Name)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			fillAndHeal(t, s)
		})
	}
}

func fillAndHeal(t *testing.T, s *server) {
	t.Helper()
	w := newWorld(t)
	d := newDatabase(t, s)
	m := d.mirror(t, w.config())
	w.populate(t, 1200)
	s.fillDisk(t)
	h := w.handler(t, m)
	var refused []string
	acknowledged := 0
	event := func(id string) clerkwebhook.Answer {
		return w.answer(t, h, "msg_"+id, "user.created", `{"id":"`+id+`","public_metadata":{"x":"`+incompressible(200_000)+`"}}`)
	}
	for n := 0; len(refused) < 3 && n < 200; n++ {
		id := fmt.Sprintf("user_%d", n)
		switch answer := event(id); {
		case answer.StatusCode == http.StatusNoContent:
			acknowledged++
		case answer.StatusCode == http.StatusInternalServerError && saysWhy(answer.Err):
			refused = append(refused, id)
		default:
			t.Fatalf("got %d and %v, want 500 so that Clerk repeats the message, and the reason", answer.StatusCode, answer.Err)
		}
	}
	if len(refused) == 0 {
		t.Fatal("the disk is not full")
	}
	if _, err := m.Backfill(t.Context()); !saysWhy(err) {
		t.Errorf("got %v, want an error that says why", err)
	}
	s.makeRoom(t, d)
	for _, id := range refused {
		if got := event(id).StatusCode; got != http.StatusNoContent {
			t.Errorf("got %d with room on the disk, want 204", got)
		}
	}
	db := d.open(t)
	if got := number(t, db, "SELECT COUNT(*) FROM clerk_users WHERE id LIKE 'user\\_%' AND LENGTH(id) < 10"); got != acknowledged+len(refused) {
		t.Errorf("got %d users of messages, want all %d that were taken", got, acknowledged+len(refused))
	}
	letLeaseLapse(t, d)
	if _, err := m.Backfill(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.compare(t, d, db)
}

// incompressible returns text that a database cannot make smaller.
func incompressible(n int) string {
	raw := make([]byte, n/2)
	_, _ = rand.Read(raw) // never fails
	return hex.EncodeToString(raw)
}

// saysWhy reports whether an error tells an operator what to look at.
func saysWhy(err error) bool {
	for _, reason := range []string{"No space left on device", "is full", "the database ended the connection", "connection refused"} {
		if err != nil && strings.Contains(err.Error(), reason) {
			return true
		}
	}
	return false
}
