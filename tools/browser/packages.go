package main

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/sha512"
	_ "embed" // packages.txt
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"

	"github.com/clerkgo/clerk-go/tools/internal/command"
)

//go:embed packages.txt
var packageList string

// npmPackage is a pinned package and the folder of the cache whose node_modules it goes to.
type npmPackage struct {
	folder, name, version, integrity string
}

func packages() []npmPackage {
	var out []npmPackage
	for line := range strings.Lines(packageList) {
		if f := strings.Fields(line); len(f) == 4 && f[0] != "#" {
			out = append(out, npmPackage{f[0], f[1], f[2], f[3]})
		}
	}
	return out
}

// install puts the packages into the cache unless they are there.
func install(ctx context.Context, cache string) error {
	for _, p := range packages() {
		target := filepath.Join(cache, p.folder, "node_modules", filepath.FromSlash(p.name))
		marker := filepath.Join(target, "integrity.txt")
		if have, err := os.ReadFile(marker); err == nil && string(have) == p.integrity {
			continue
		}
		if err := p.fetch(ctx, cache, target); err != nil {
			return fmt.Errorf("%s@%s: %w", p.name, p.version, err)
		}
		if err := os.WriteFile(marker, []byte(p.integrity), 0o600); err != nil {
			return err
		}
	}
	return nil
}

func (p npmPackage) fetch(ctx context.Context, cache, target string) error {
	if err := errors.Join(os.RemoveAll(target), os.MkdirAll(target, 0o750)); err != nil {
		return err
	}
	pack := exec.CommandContext(ctx, "npm", "pack", p.name+"@"+p.version, "--ignore-scripts", "--silent", "--pack-destination", cache) //nolint:gosec // pinned names
	out, err := pack.Output()
	if err != nil {
		return fmt.Errorf("npm pack: %w", err)
	}
	archive := filepath.Join(cache, path.Base(strings.TrimSpace(string(out))))
	content, err := os.ReadFile(archive) //nolint:gosec // what npm has just written
	if err != nil {
		return err
	}
	if sum := sha512.Sum512(content); "sha512-"+base64.StdEncoding.EncodeToString(sum[:]) != p.integrity {
		return errors.New("the package does not have the integrity of packages.txt")
	}
	return errors.Join(unpack(content, target), os.Remove(archive))
}

// unpack writes the scripts of a package's dist folder.
func unpack(content []byte, target string) error {
	zipped, err := gzip.NewReader(strings.NewReader(string(content)))
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(target)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	if err := root.Mkdir("dist", 0o750); err != nil {
		return err
	}
	for archive := tar.NewReader(zipped); ; {
		entry, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		name, ok := strings.CutPrefix(entry.Name, "package/dist/")
		if !ok || strings.Contains(name, "/") || path.Ext(name) != ".js" {
			continue
		}
		raw, err := io.ReadAll(io.LimitReader(archive, 32<<20))
		if err == nil {
			err = root.WriteFile("dist/"+name, raw, 0o600)
		}
		if err != nil {
			return err
		}
	}
}

func appsFolder(cache string) string { return filepath.Join(cache, "apps") }

// installApps puts the applications with Clerk's own packages into the cache, and what their lock file names unless it is
// there.
func installApps(ctx context.Context, cache string) error {
	folder := appsFolder(cache)
	lock, err := appFiles.ReadFile("apps/package-lock.json")
	if err != nil {
		return err
	}
	marker := filepath.Join(folder, "installed.json")
	have, err := os.ReadFile(marker) //nolint:gosec // a file of the cache
	there := err == nil && string(have) == string(lock)
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return err
	}
	for _, name := range []string{"package.json", "package-lock.json", "server.mjs"} {
		content, err := appFiles.ReadFile("apps/" + name)
		if err == nil {
			err = os.WriteFile(filepath.Join(folder, name), content, 0o600)
		}
		if err != nil {
			return err
		}
	}
	if there {
		return nil
	}
	if _, err := (command.Command{Dir: folder}).Output(ctx, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"); err != nil {
		return err
	}
	return os.WriteFile(marker, lock, 0o600)
}
