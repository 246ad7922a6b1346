//go:build unix

package clerktest

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
)

// lockData keeps other emulators out of a folder until the file is closed, or the process ends in whatever way.
func lockData(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600) //nolint:gosec // a file of the caller's folder
	if err != nil {
		return nil, errDataFolder(err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, errData(errors.New("another emulator uses the folder: end that one, or name another folder"))
		}
		return nil, errData(err)
	}
	return f, nil
}
