package clerktest

import (
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// WithClerkJS sets the folder in whose node_modules the scripts of ClerkJS are found. Without this option they are
// looked for from the working directory upwards.
func WithClerkJS(dir string) Option {
	return func(s *settings) error {
		if dir == "" {
			return &OptionError{"WithClerkJS", errors.New("want a folder")}
		}
		s.clerkJS = dir
		return nil
	}
}

// scriptsFamily serves the scripts of ClerkJS under the paths that Clerk's own packages ask for.
func scriptsFamily() family {
	return family{raw: []rawRoute{{http.MethodGet, "/npm/@clerk/{package}/dist/{file}", serveScript}}}
}

// scriptPackages are the packages that are served, and the script of each that an application names.
var scriptPackages = map[string]bool{"clerk-js": true, "ui": true}

func serveScript(e *Emulator) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		allowOrigin(w, r)
		name, _, _ := strings.Cut(r.PathValue("package"), "@")
		file := r.PathValue("file")
		h := w.Header()
		h.Set("Content-Type", "text/javascript; charset=utf-8")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "no-cache")
		if !scriptPackages[name] || file != path.Base(file) || strings.ContainsAny(file, `\/`) || path.Ext(file) != ".js" {
			http.Error(w, "no such script", http.StatusNotFound)
			return
		}
		script, err := e.openScript(name, file)
		if err != nil {
			// With status 200, because browsers run no other scripts.
			_, _ = w.Write([]byte(`console.error("clerk-emulator: @clerk/` + name + ` is not in node_modules: run npm install @clerk/` + name + `, or name the folder with -clerkjs");` + "\n")) //nolint:gosec // name is a key of scriptPackages
			return
		}
		defer func() { _ = script.Close() }()
		info, err := script.Stat()
		if err != nil {
			http.Error(w, "the script cannot be read", http.StatusInternalServerError)
			return
		}
		http.ServeContent(w, r, "", info.ModTime(), script)
	}
}

// openScript opens a file of a package's dist folder, in the nearest node_modules that has the package.
func (e *Emulator) openScript(name, file string) (*os.File, error) {
	dir, err := filepath.Abs(e.clerkJS)
	if err != nil {
		return nil, err
	}
	for {
		root, err := os.OpenRoot(filepath.Join(dir, "node_modules", "@clerk", name, "dist"))
		if err == nil {
			defer func() { _ = root.Close() }()
			return root.Open(file)
		}
		up := filepath.Dir(dir)
		if up == dir || e.clerkJS != "" {
			return nil, fs.ErrNotExist
		}
		dir = up
	}
}
