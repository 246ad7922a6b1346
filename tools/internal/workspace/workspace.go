// Package workspace reads the release manifest and the go.mod files of the repository.
package workspace

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
)

// Root is the path prefix of every module of the repository.
const Root = "github.com/clerkgo/clerk-go"

// Manifest is the name of the file that lists the published modules.
const Manifest = "versions.txt"

// Module is one line of the manifest.
type Module struct {
	Dir       string   // folder below the repository's top
	Version   string   // version that the next release carries
	Needs     []string // folders of the siblings its go.mod requires
	Framework string   // module path of the library it adapts, or empty
}

// Path returns the module path.
func (m Module) Path() string { return path.Join(Root, m.Dir) }

// Tag returns the Git tag of the module's version.
func (m Module) Tag() string { return m.Dir + "/" + m.Version }

// Workspace is the repository as the tools see it.
type Workspace struct {
	Top     string   // absolute path of the repository's top folder
	Modules []Module // published modules, siblings before those who need them
}

// Find walks up from the working directory to the folder that holds the manifest and loads it.
func Find() (*Workspace, error) {
	dir, err := os.Getwd()
	if err != nil {
		return nil, err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, Manifest)); err == nil {
			return Load(dir)
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return nil, errors.New("workspace: no " + Manifest + " in this folder or above")
		}
		dir = parent
	}
}

// Load reads the manifest in top. It refuses a module that is listed before one it needs.
func Load(top string) (*Workspace, error) {
	data, err := os.ReadFile(filepath.Join(top, Manifest))
	if err != nil {
		return nil, err
	}
	w := &Workspace{Top: top}
	lines := bufio.NewScanner(bytes.NewReader(data))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		m, err := parseLine(line)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", Manifest, n, err)
		}
		if err := w.add(m); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", Manifest, n, err)
		}
	}
	return w, lines.Err()
}

func parseLine(line string) (Module, error) {
	fields := strings.Fields(line)
	if len(fields) != 4 {
		return Module{}, fmt.Errorf("want 4 fields (folder version needs framework), got %d", len(fields))
	}
	m := Module{Dir: fields[0], Version: fields[1]}
	if fields[2] != "-" {
		m.Needs = strings.Split(fields[2], ",")
	}
	if fields[3] != "-" {
		m.Framework = fields[3]
	}
	return m, nil
}

func (w *Workspace) add(m Module) error {
	if _, ok := w.Module(m.Dir); ok {
		return fmt.Errorf("%s is listed twice", m.Dir)
	}
	for _, need := range m.Needs {
		if _, ok := w.Module(need); !ok {
			return fmt.Errorf("%s needs %s, which is not listed above it", m.Dir, need)
		}
	}
	w.Modules = append(w.Modules, m)
	return nil
}

// Module returns the published module in the folder dir.
func (w *Workspace) Module(dir string) (Module, bool) {
	i := slices.IndexFunc(w.Modules, func(m Module) bool { return m.Dir == dir })
	if i < 0 {
		return Module{}, false
	}
	return w.Modules[i], true
}

// Frameworks returns the module paths of all libraries that have an adapter.
func (w *Workspace) Frameworks() []string {
	var paths []string
	for _, m := range w.Modules {
		if m.Framework != "" {
			paths = append(paths, m.Framework)
		}
	}
	return paths
}

// Folders returns the folders of all modules that go.work joins, published or not.
func (w *Workspace) Folders() ([]string, error) {
	work, err := w.GoWork()
	if err != nil {
		return nil, err
	}
	var folders []string
	for _, use := range work.Use {
		folders = append(folders, path.Clean(use.Path))
	}
	return folders, nil
}

// GoWork parses the go.work file.
func (w *Workspace) GoWork() (*modfile.WorkFile, error) {
	data, err := os.ReadFile(filepath.Join(w.Top, "go.work"))
	if err != nil {
		return nil, err
	}
	return modfile.ParseWork("go.work", data, nil)
}

// GoMod parses the go.mod file in the folder dir.
func (w *Workspace) GoMod(dir string) (*modfile.File, error) {
	name := filepath.Join(w.Top, dir, "go.mod")
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return modfile.Parse(path.Join(dir, "go.mod"), data, nil)
}

// Sibling returns the folder of a module path of this repository.
func Sibling(modulePath string) (dir string, ok bool) {
	return strings.CutPrefix(modulePath, Root+"/")
}
