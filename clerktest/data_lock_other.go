//go:build !unix

package clerktest

import (
	"os"
	"path/filepath"
)

// lockData opens the lock file; on this system it keeps nobody out.
func lockData(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, errDataFolder(err)
	}
	return f, nil
}
