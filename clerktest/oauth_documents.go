package clerktest

import (
	"context"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
	"unicode/utf8"
)

// Bounds of fetching a client metadata document: its bytes, and how long it may take.
const (
	maxClientDocument  = 5 << 10
	clientDocumentTime = 5 * time.Second
)

// clientDocuments are metadata documents that were given instead of being fetched.
type clientDocuments struct {
	mu   sync.Mutex
	byID map[string][]byte
}

// maxClientDocuments bounds them.
const maxClientDocuments = 1000

func (d *clientDocuments) get(id string) (raw []byte, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	raw, ok = d.byID[id]
	return raw, ok
}

// AddClientDocument gives the server the metadata document of a client, which it then does not fetch. The address is
// the client's id: https, with a path.
func (o OAuth) AddClientDocument(address string, document []byte) {
	d := &o.in.clientDocuments
	d.mu.Lock()
	defer d.mu.Unlock()
	if !isDocumentAddress(address, false) || len(d.byID) >= maxClientDocuments {
		o.in.fail("OAuth.AddClientDocument", errors.New("the address has to be https and to have a path, and there may be 1000 documents"))
		return
	}
	if d.byID == nil {
		d.byID = map[string][]byte{}
	}
	d.byID[address] = slices.Clone(document)
}

// isDocumentAddress reports whether a client id is the address of a metadata document.
func isDocumentAddress(text string, plain bool) bool {
	u, err := url.Parse(text)
	if err != nil || len(text) > maxOAuthText || u.Hostname() == "" || u.User != nil || strings.Contains(text, "#") || strings.Trim(u.Path, "/") == "" {
		return false
	}
	if slices.ContainsFunc(strings.Split(u.Path, "/"), func(segment string) bool { return segment == "." || segment == ".." }) {
		return false
	}
	return u.Scheme == "https" || plain && u.Scheme == "http"
}

// fetchDocument gets the metadata document when the client id is an address, before the lock is taken.
func fetchDocument(c *oauthCall) error {
	if err := c.readAuthorization(); err != nil {
		return err
	}
	id := c.params.get("client_id")
	var s OAuthSettings
	_ = c.inst.read(func(x *tx) error { s = x.oauthSettings(); return nil })
	u, err := url.Parse(id)
	if err != nil || !s.MetadataDocuments || !strings.Contains(id, "://") {
		return nil //nolint:nilerr // it is an id of another form then
	}
	allowed := slices.Contains(s.DocumentHosts, u.Host)
	if !isDocumentAddress(id, allowed) {
		return nil
	}
	raw, ok := c.inst.clientDocuments.get(id)
	if !ok {
		if raw, err = getDocument(c.r.Context(), id, allowed); err != nil {
			return newOAuthError(http.StatusBadRequest, "invalid_client", "the client metadata document cannot be fetched")
		}
	}
	c.document, err = parseClientDocument(id, raw)
	return err
}

// getDocument fetches a document without following redirects. Addresses inside of a network are refused, after the name
// was looked up, unless the host is one that the settings name.
func getDocument(ctx context.Context, address string, private bool) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, clientDocumentTime)
	defer cancel()
	dialer := &net.Dialer{Control: func(_, target string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(target)
		if err != nil || !private && !isPublicAddress(to.Addr()) {
			return errors.New("the address is not a public one")
		}
		return nil
	}}
	client := &http.Client{
		Transport:     &http.Transport{DialContext: dialer.DialContext, DisableKeepAlives: true, MaxResponseHeaderBytes: 16 << 10},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json")
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	kind, _, err := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if err != nil || resp.StatusCode != http.StatusOK || kind != "application/json" && !strings.HasSuffix(kind, "+json") {
		return nil, errors.New("the answer is not a JSON document")
	}
	raw, err := io.ReadAll(io.LimitReader(resp.Body, maxClientDocument+1))
	if err == nil && len(raw) > maxClientDocument {
		err = errors.New("the document is too large")
	}
	return raw, err
}

// notPublic are the networks that netip does not know as private: of this network, of providers, for documentation and
// tests.
var notPublic = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("198.51.100.0/24"),
	netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("64:ff9b::/96"),
	netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("2002::/16"),
}

func isPublicAddress(a netip.Addr) bool {
	a = a.Unmap()
	return a.IsGlobalUnicast() && !a.IsPrivate() && !a.IsLoopback() && !a.IsLinkLocalUnicast() &&
		!slices.ContainsFunc(notPublic, func(p netip.Prefix) bool { return p.Contains(a) })
}

// parseClientDocument reads a metadata document. It has to name the address that it came from, and its client is
// public.
func parseClientDocument(id string, raw []byte) (*clientMetadata, error) {
	if len(raw) > maxClientDocument || !utf8.Valid(raw) {
		return nil, errClientMetadata("the client metadata document is too large, or not valid UTF-8")
	}
	m, err := parseClientMetadata(raw, "none")
	if err != nil {
		return nil, err
	}
	switch {
	case m.ClientID != id:
		return nil, errClientMetadata("the client metadata document is not the client's own: its client_id differs from its address")
	case m.Name == "":
		return nil, errClientMetadata("the client metadata document has no client_name")
	case m.Secret != "" || m.AuthMethod != "none":
		return nil, errClientMetadata("a client with a metadata document is public: its token_endpoint_auth_method has to be none")
	}
	return m, nil
}

// adoptDocument makes a client of the metadata document that was fetched for the call, or brings a known one up to
// date.
func (c *oauthCall) adoptDocument(id string) (*oauthApplication, error) {
	s := c.tx.oauthSettings()
	known := c.tx.oauthClientByID(id)
	preRegistered := known != nil && !known.Document
	if !preRegistered && (s.OnlyPreRegistered || s.BlockImplicit) {
		return nil, errInvalidClient()
	}
	if known == nil && tableOAuthApplications.count(c.tx, "dynamic", "yes") >= maxDynamicClients {
		return nil, newOAuthError(http.StatusTooManyRequests, "temporarily_unavailable", "too many clients have introduced themselves")
	}
	a, err := c.tx.registeredClient(c.document, &s)
	if err != nil {
		return nil, err
	}
	a.ClientID, a.Public, a.PKCERequired, a.AuthMethod, a.Dynamic, a.Document = id, true, true, "none", true, !preRegistered
	if known != nil {
		a.ID, a.CreatedAt, a.DeviceGrant = known.ID, known.CreatedAt, known.DeviceGrant
	}
	if preRegistered {
		a.Scopes, a.Dynamic = known.Scopes, known.Dynamic
	}
	tableOAuthApplications.put(c.tx, a)
	return a, nil
}
