package clerktest

import (
	"embed"
	"net/http"
	"path"
	"strings"
)

// consoleFiles is the web console: plain HTML, CSS and JavaScript, as it is served.
//
//go:embed console
var consoleFiles embed.FS

// consoleFamily serves the web console at the root page. It talks to the admin API and the Backend API.
func consoleFamily() family {
	f := family{}
	for route, file := range map[string]string{
		"/": "index.html", adminPath + "/console.css": "console.css", adminPath + "/console.js": "console.js",
		adminPath + "/console.svg": "console.svg",
	} {
		f.raw = append(f.raw, rawRoute{http.MethodGet, route, serveConsole(file)})
	}
	return f
}

func serveConsole(file string) func(*Emulator) http.HandlerFunc {
	types := map[string]string{".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
	return func(e *Emulator) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if err := e.guardAdmin(r); err != nil {
				writeAdminError(w, err)
				return
			}
			content, err := consoleFiles.ReadFile("console/" + file)
			if err != nil {
				writeAdminError(w, errInternal())
				return
			}
			h := w.Header()
			h.Set("Content-Type", types[path.Ext(file)]+"; charset=utf-8")
			h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'")
			h.Set("X-Content-Type-Options", "nosniff")
			h.Set("Referrer-Policy", "no-referrer")
			h.Set("Cache-Control", "no-store")
			_, _ = strings.NewReader(string(content)).WriteTo(w)
		}
	}
}
