package clerkmcp

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"
)

const (
	relayLife    = time.Hour        // for which a document is served
	relayPause   = 10 * time.Second // after a failure, before the next attempt
	relayTimeout = 10 * time.Second
	relayMax     = 64 << 10 // bytes
)

// relay passes on the metadata of the authorization server.
type relay struct {
	url    string
	client *http.Client
	now    func() time.Time
	kept   *keptDocument
}

// keptDocument is what the authorization server answered last.
type keptDocument struct {
	mu      sync.Mutex
	body    []byte // nil before the first good answer
	next    time.Time
	loading chan struct{} // closed when the load under way is done; nil without one
}

func newRelay(c *Config) relay {
	client := &http.Client{}
	if c.HTTPClient != nil {
		*client = *c.HTTPClient
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return relay{
		url: c.AuthorizationServer + "/.well-known/oauth-authorization-server", client: client, now: c.Now, kept: &keptDocument{},
	}
}

// AuthorizationServerMetadata returns a handler that passes on the metadata of the authorization server (RFC 8414), for
// /.well-known/oauth-authorization-server. Only clients of the MCP revision 2025-03-26 look for it here, so
// [Guard.Mount] does not register it. A document is kept for an hour, and beyond that while the authorization server
// does not answer. Without one the answer is 502.
func (g *Guard) AuthorizationServerMetadata() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !publicRead(w, r) {
			return
		}
		w.Header().Set("Content-Type", "application/json")
		body := g.relay.document(r.Context())
		if body == nil {
			w.Header().Set("Cache-Control", "no-store")
			w.WriteHeader(http.StatusBadGateway)
			_, _ = io.WriteString(w, `{"error":"temporarily_unavailable"}`)
			return
		}
		w.Header().Set("Cache-Control", "public, max-age=3600")
		_, _ = w.Write(body)
	})
}

// document returns the document, or nil if there is none. One of those who ask for a document that is out of date
// fetches it, and all wait.
func (r *relay) document(ctx context.Context) []byte {
	k := r.kept
	k.mu.Lock()
	if r.now().Before(k.next) {
		defer k.mu.Unlock()
		return k.body
	}
	if loading := k.loading; loading != nil {
		k.mu.Unlock()
		select {
		case <-loading:
		case <-ctx.Done():
		}
		k.mu.Lock()
		defer k.mu.Unlock()
		return k.body
	}
	loading := make(chan struct{})
	k.loading = loading
	k.mu.Unlock()

	body, err := r.fetch(context.WithoutCancel(ctx))

	k.mu.Lock()
	defer k.mu.Unlock()
	k.next = r.now().Add(relayPause)
	if err == nil {
		k.body, k.next = body, r.now().Add(relayLife)
	}
	k.loading = nil
	close(loading)
	return k.body
}

var errNoDocument = errors.New("clerkmcp: the authorization server did not answer with its metadata")

func (r *relay) fetch(ctx context.Context) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, relayTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.url, http.NoBody)
	if err != nil {
		return nil, err
	}
	resp, err := r.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, relayMax+1))
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK || len(body) > relayMax || len(body) == 0 || body[0] != '{' || !json.Valid(body) {
		return nil, errNoDocument
	}
	return body, nil
}
