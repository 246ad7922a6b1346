package clerkmcp

import (
	"encoding/json"
	"net/http"
)

// rootMetadataPath is where clients look for the metadata of an origin's only resource.
const rootMetadataPath = "/.well-known/oauth-protected-resource"

// document is the metadata of the resource (RFC 9728, section 2). The scopes are those that every request needs, or
// all: clients that are told nothing else ask for these.
func (g *Guard) document() ([]byte, error) {
	return json.Marshal(struct {
		Resource             string   `json:"resource"`
		AuthorizationServers []string `json:"authorization_servers"`
		ScopesSupported      []string `json:"scopes_supported,omitzero"`
		BearerMethods        []string `json:"bearer_methods_supported"`
		Name                 string   `json:"resource_name,omitzero"`
		Documentation        string   `json:"resource_documentation,omitzero"`
	}{
		g.config.Resource, []string{g.config.AuthorizationServer}, g.catalog.list(g.asked(g.baseline)), []string{"header"}, g.config.Name,
		g.config.Documentation,
	})
}

// MetadataURL returns where clients find the metadata of the resource, as challenges name it.
func (g *Guard) MetadataURL() string { return g.metadataURL }

// MetadataPaths returns the paths at which [Guard.Metadata] must be served: that of the resource (RFC 9728, section
// 3.1), and that of the whole origin unless the configuration says that the origin is shared.
func (g *Guard) MetadataPaths() []string {
	own := pathOf(g.metadataURL)
	if g.config.SharedOrigin || own == rootMetadataPath {
		return []string{own}
	}
	return []string{own, rootMetadataPath}
}

// Metadata returns the handler of the metadata by which clients find the authorization server (RFC 9728). Pages of
// every origin may read it.
func (g *Guard) Metadata() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !publicRead(w, r) {
			return
		}
		w.Header().Set("Cache-Control", "public, max-age=3600")
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(g.metadata)
	})
}
