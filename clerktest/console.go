package clerktest

import (
	"embed"
	"net/http"
	"path"
)

// consoleFiles is the web console: plain HTML, CSS and JavaScript modules, as they are served.
//
//go:embed console
var consoleFiles embed.FS

// consolePath begins the addresses of the console's pages. Neither API of Clerk has a path that begins so.
const consolePath = "/console"

// consolePolicy allows the page its own scripts, styles and calls, and frames with the bodies of e-mails.
const consolePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; frame-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"

// consoleFamily serves the web console: one page at the root and at each address below consolePath, whose scripts read
// the address and talk to the admin API and the Backend API.
func consoleFamily() family {
	f := family{}
	for _, route := range []string{"/", consolePath, consolePath + "/{page}", consolePath + "/{page}/{id}", consolePath + "/{page}/{id}/{part}"} {
		f.raw = append(f.raw, rawRoute{http.MethodGet, route, serveConsole("index.html")})
	}
	entries, err := consoleFiles.ReadDir("console")
	if err != nil {
		panic("clerktest: the console was not embedded: " + err.Error())
	}
	for _, entry := range entries {
		f.raw = append(f.raw, rawRoute{http.MethodGet, adminPath + "/files/" + entry.Name(), serveConsole(entry.Name())})
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
			h.Set("Content-Security-Policy", consolePolicy)
			h.Set("X-Content-Type-Options", "nosniff")
			h.Set("Referrer-Policy", "no-referrer")
			h.Set("Cache-Control", "no-store")
			_, _ = w.Write(content)
		}
	}
}
