package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// packages is the folder of the JavaScript clients.
const packages = "npm"

// install puts the packages of the lock file into their folder, unless they are there. npm compares each with the integrity of
// the lock file, and runs no script of theirs.
func install(ctx context.Context) error {
	lock, err := os.ReadFile(filepath.Join(packages, "package-lock.json"))
	if err != nil {
		return err
	}
	sum := sha256.Sum256(lock)
	marker := filepath.Join(packages, "node_modules", ".installed")
	if have, err := os.ReadFile(marker); err == nil && bytes.Equal(have, []byte(hex.EncodeToString(sum[:]))) { //nolint:gosec // a fixed name
		return nil
	}
	ci := exec.CommandContext(ctx, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent")
	ci.Dir = packages
	if out, err := ci.CombinedOutput(); err != nil {
		return fmt.Errorf("npm ci: %w\n%s", err, out)
	}
	return os.WriteFile(marker, []byte(hex.EncodeToString(sum[:])), 0o600)
}
