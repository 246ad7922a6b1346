// Package standalone runs the go command on a module of the repository the way its users meet it: outside the
// workspace, with its siblings fetched from a module proxy. The proxy is a folder into which all published modules
// are packed as they are in the tree, so that nothing has to be tagged first.
//
// The go.mod and go.sum files of the tree stay as they are. The go command works on copies, and the go.sum copy
// knows the packed siblings.
package standalone

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/clerkgo/clerk-go/tools/internal/command"
	"github.com/clerkgo/clerk-go/tools/internal/workspace"
)

// Proxy is a folder laid out as a module proxy that serves every published module.
type Proxy struct {
	scratch  string // holds the proxy, the module cache and the copies of go.mod files
	upstream string // proxies for everything else
	sums     string // go.sum lines of the packed modules
}

// Pack packs every published module below scratch. The caller removes scratch when done.
func Pack(ctx context.Context, w *workspace.Workspace, scratch string) (*Proxy, error) {
	env, err := command.Command{}.Output(ctx, "go", "env", "GOMODCACHE", "GOPROXY")
	if err != nil {
		return nil, err
	}
	cache, upstream, _ := strings.Cut(strings.TrimSpace(env), "\n")
	p := &Proxy{
		scratch: scratch,
		// What the module cache of this machine holds is not fetched again.
		upstream: "file://" + filepath.ToSlash(filepath.Join(cache, "cache", "download")) + "," + upstream,
	}
	var sums strings.Builder
	for _, m := range w.Modules {
		lines, err := pack(w, m, p.dir())
		if err != nil {
			return nil, fmt.Errorf("%s: pack: %w", m.Dir, err)
		}
		sums.WriteString(lines)
	}
	p.sums = sums.String()
	return p, nil
}

func (p *Proxy) dir() string { return filepath.Join(p.scratch, "proxy") }

// Command returns a command that runs in dir with modcache as its module cache, which may be a folder that does
// not exist yet. It accepts the packed modules without a checksum of the public database.
func (p *Proxy) Command(dir, modcache, goflags string) command.Command {
	return command.Command{Dir: dir, Env: []string{
		"GOWORK=off",
		"GOFLAGS=-modcacherw -buildvcs=false -trimpath " + goflags,
		"GOMODCACHE=" + modcache,
		"GOPROXY=file://" + filepath.ToSlash(p.dir()) + "," + p.upstream,
		"GONOSUMDB=" + workspace.Root + "/*",
		"GONOSUMCHECK=" + workspace.Root + "/*",
		"GOPRIVATE=",
	}}
}

// Module is one module of the repository on its own.
type Module struct {
	command.Command
	GoMod string // copy of its go.mod file; the go.sum file beside it is a copy too
	sums  string
}

// Open copies the go.mod and go.sum files of the module in folder, which may be a module that is never published.
func (p *Proxy) Open(w *workspace.Workspace, folder string) (*Module, error) {
	source := filepath.Join(w.Top, filepath.FromSlash(folder))
	copies := filepath.Join(p.scratch, "mods", filepath.FromSlash(folder))
	if err := os.MkdirAll(copies, 0o750); err != nil {
		return nil, err
	}
	mod, err := os.ReadFile(filepath.Join(source, "go.mod"))
	if err != nil {
		return nil, err
	}
	sum, err := os.ReadFile(filepath.Join(source, "go.sum"))
	if err != nil && !os.IsNotExist(err) { // core needs none
		return nil, err
	}
	m := &Module{GoMod: filepath.Join(copies, "go.mod"), sums: p.sums}
	m.Command = p.Command(source, filepath.Join(p.scratch, "modcache"), "-modfile="+m.GoMod)
	if err := os.WriteFile(m.GoMod, mod, 0o600); err != nil {
		return nil, err
	}
	return m, os.WriteFile(m.goSum(), append(sum, p.sums...), 0o600)
}

func (m *Module) goSum() string { return strings.TrimSuffix(m.GoMod, ".mod") + ".sum" }

// Tidy tidies the copies and returns what the go.mod and go.sum files of the module should hold: the sums of
// siblings are left out, because the repository cannot know them before they are tagged.
func (m *Module) Tidy(ctx context.Context) (mod, sum string, err error) {
	if _, err := m.Output(ctx, "go", "mod", "tidy"); err != nil {
		return "", "", err
	}
	data, err := os.ReadFile(m.GoMod)
	if err != nil {
		return "", "", err
	}
	sums, err := os.ReadFile(m.goSum())
	if err != nil && !os.IsNotExist(err) {
		return "", "", err
	}
	for line := range strings.Lines(string(sums)) {
		if !strings.HasPrefix(line, workspace.Root+"/") {
			sum += line
		}
	}
	// Put the siblings back, for whatever the caller runs next.
	return string(data), sum, os.WriteFile(m.goSum(), []byte(sum+m.sums), 0o600)
}
