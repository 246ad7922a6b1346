package standalone

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/mod/module"
	"golang.org/x/mod/sumdb/dirhash"
	"golang.org/x/mod/zip"

	"github.com/clerkgo/clerk-go/tools/internal/workspace"
)

// pack writes the list, info, mod and zip files of one module below proxy, as a module proxy serves them. It
// returns the lines of a go.sum file that stand for the module.
func pack(w *workspace.Workspace, m workspace.Module, proxy string) (sums string, err error) {
	versions := filepath.Join(proxy, filepath.FromSlash(m.Path()), "@v")
	if err := os.MkdirAll(versions, 0o750); err != nil {
		return "", err
	}
	source := filepath.Join(w.Top, filepath.FromSlash(m.Dir))
	mod, err := os.ReadFile(filepath.Join(source, "go.mod"))
	if err != nil {
		return "", err
	}
	info, err := json.Marshal(struct {
		Version string
		Time    time.Time
	}{m.Version, time.Now().UTC()})
	if err != nil {
		return "", err
	}
	modFile := filepath.Join(versions, m.Version+".mod")
	for name, data := range map[string][]byte{
		filepath.Join(versions, "list"):            []byte(m.Version + "\n"),
		filepath.Join(versions, m.Version+".info"): info,
		modFile: mod,
	} {
		if err := os.WriteFile(name, data, 0o600); err != nil {
			return "", err
		}
	}
	archive := filepath.Join(versions, m.Version+".zip")
	if err := packZip(archive, module.Version{Path: m.Path(), Version: m.Version}, source); err != nil {
		return "", err
	}
	return sumLines(m, modFile, archive)
}

func packZip(name string, version module.Version, source string) (err error) {
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := file.Close(); err == nil {
			err = closeErr
		}
	}()
	return zip.CreateFromDir(file, version, source)
}

// sumLines returns the checksums of a module as go.sum holds them: of its files and of its go.mod file alone.
func sumLines(m workspace.Module, modFile, archive string) (string, error) {
	files, err := dirhash.HashZip(archive, dirhash.Hash1)
	if err != nil {
		return "", err
	}
	mod, err := dirhash.Hash1([]string{"go.mod"}, func(string) (io.ReadCloser, error) { return os.Open(modFile) })
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s %s %s\n%[1]s %[2]s/go.mod %[4]s\n", m.Path(), m.Version, files, mod), nil
}
