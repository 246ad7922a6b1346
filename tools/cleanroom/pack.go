package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/mod/module"
	"golang.org/x/mod/zip"

	"github.com/clerkgo/clerk-go/tools/internal/workspace"
)

// pack writes the list, info, mod and zip files of one module below proxy, as a module proxy serves them.
func pack(w *workspace.Workspace, m workspace.Module, proxy string) error {
	versions := filepath.Join(proxy, filepath.FromSlash(m.Path()), "@v")
	if err := os.MkdirAll(versions, 0o750); err != nil {
		return err
	}
	source := filepath.Join(w.Top, m.Dir)
	mod, err := os.ReadFile(filepath.Join(source, "go.mod"))
	if err != nil {
		return err
	}
	info, err := json.Marshal(struct {
		Version string
		Time    time.Time
	}{m.Version, time.Now().UTC()})
	if err != nil {
		return err
	}
	for name, data := range map[string][]byte{
		"list":              []byte(m.Version + "\n"),
		m.Version + ".info": info,
		m.Version + ".mod":  mod,
	} {
		if err := os.WriteFile(filepath.Join(versions, name), data, 0o600); err != nil {
			return err
		}
	}
	return packZip(filepath.Join(versions, m.Version+".zip"), module.Version{Path: m.Path(), Version: m.Version}, source)
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
