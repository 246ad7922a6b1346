package clerkmcp

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// origins are the origins of pages that may call the server.
type origins struct {
	all   bool
	known []string
}

func newOrigins(c *Config) origins {
	u, err := url.Parse(c.Resource)
	if err != nil {
		return origins{}
	}
	return origins{all: slices.Contains(c.Origins, "*"), known: append(slices.Clone(c.Origins), u.Scheme+"://"+u.Host)}
}

// allowedHeaders are what clients send. Headers of the form Mcp-Param-… are allowed as they are asked for.
var allowedHeaders = []string{
	"Authorization", "Content-Type", "Accept", "Last-Event-ID", "Mcp-Session-Id", "MCP-Protocol-Version", "Mcp-Method", "Mcp-Name",
}

// crossOrigin deals with pages: it refuses those of other origins, which also stops pages that reach a server on this
// machine under another name, and answers preflights, which carry no token. It reports whether the request is answered.
func (v *visit) crossOrigin() bool {
	h := v.w.Header()
	if origin, ok := v.r.Header["Origin"]; ok {
		o := &v.guard.origins
		if len(origin) != 1 || !o.all && !slices.Contains(o.known, origin[0]) {
			v.refuse(&refusal{status: http.StatusForbidden, code: "invalid_request", text: "Pages of this origin may not call this server."})
			return true
		}
		h.Add("Vary", "Origin")
		h.Set("Access-Control-Allow-Origin", origin[0])
		h.Set("Access-Control-Expose-Headers", "WWW-Authenticate, Mcp-Session-Id")
	}
	if v.r.Method != http.MethodOptions {
		return false
	}
	h.Set("Allow", "GET, POST, DELETE, OPTIONS")
	h.Set("Access-Control-Allow-Methods", "GET, POST, DELETE")
	h.Set("Access-Control-Allow-Headers", strings.Join(append(slices.Clone(allowedHeaders), v.paramHeaders()...), ", "))
	h.Set("Access-Control-Max-Age", "86400")
	h.Add("Vary", "Access-Control-Request-Headers")
	v.w.WriteHeader(http.StatusNoContent)
	return true
}

// paramHeaders returns the headers that a preflight asks for and that carry parameters of a call.
func (v *visit) paramHeaders() []string {
	var names []string
	for _, line := range v.r.Header["Access-Control-Request-Headers"] {
		for name := range strings.SplitSeq(line, ",") {
			name = strings.TrimSpace(name)
			if strings.HasPrefix(strings.ToLower(name), "mcp-param-") && isToken(name) && len(names) < 50 {
				names = append(names, name)
			}
		}
	}
	return names
}

// isToken reports whether a text may be the name of a header.
func isToken(name string) bool {
	return !strings.ContainsFunc(name, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r != '-' && r != '_'
	})
}

// publicRead lets pages of every origin read a document, and reports whether the request asks for it. It answers
// others.
func publicRead(w http.ResponseWriter, r *http.Request) bool {
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		return true
	case http.MethodOptions:
		h.Set("Access-Control-Allow-Methods", "GET, OPTIONS")
		h.Set("Access-Control-Allow-Headers", "*, Authorization")
		h.Set("Access-Control-Max-Age", "86400")
		w.WriteHeader(http.StatusNoContent)
	default:
		h.Set("Allow", "GET, HEAD, OPTIONS")
		w.WriteHeader(http.StatusMethodNotAllowed)
	}
	return false
}
