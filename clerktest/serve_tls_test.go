package clerktest_test

import (
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/clerkgo/clerk-go/clerktest"
)

// getTLS gets an address over https, and returns the body and the certificate.
func getTLS(t *testing.T, address string) (body string, certificate []byte) {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}} //nolint:gosec // the emulator's own
	defer client.CloseIdleConnections()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw), resp.TLS.PeerCertificates[0].Raw
}

func TestServer_SpeaksHTTPAndHTTPSOnOnePort(t *testing.T) {
	t.Parallel()
	in := clerktest.NewServer(t).Instance
	silent, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(in.URL(), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = silent.Close() }()
	if status, _ := visit(t, in, in.URL()+"/v1/environment"); status != http.StatusOK {
		t.Errorf("over http: got %d", status)
	}
	if body, _ := getTLS(t, strings.Replace(in.URL(), "http:", "https:", 1)+"/v1/environment"); !strings.Contains(body, "auth_config") {
		t.Errorf("over https: got %s", body)
	}
}

func TestServer_KeepsItsCertificateInTheDataFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	visit := func() string {
		srv, err := clerktest.Start(clerktest.WithData(dir))
		if err != nil {
			t.Fatal(err)
		}
		defer srv.Close()
		_, certificate := getTLS(t, strings.Replace(srv.URL(), "http:", "https:", 1)+"/v1/environment")
		return string(certificate)
	}
	if first, second := visit(), visit(); first != second {
		t.Error("the certificate changed over a restart")
	}
	info, err := os.Stat(filepath.Join(dir, "certificate.pem"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("got %v %v, want a file for its owner only", info, err)
	}
}

func TestServer_ServesTheScriptsOfClerkJS(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	dist := filepath.Join(dir, "node_modules", "@clerk", "clerk-js", "dist")
	if err := os.MkdirAll(dist, 0o700); err != nil {
		t.Fatal(err)
	}
	for path, content := range map[string]string{filepath.Join(dist, "clerk.browser.js"): "window.Clerk = {}", filepath.Join(dir, "secret.js"): "secret"} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	in := clerktest.NewServer(t, clerktest.WithClerkJS(dir)).Instance
	for _, c := range []struct {
		path, text string
		status     int
	}{
		{"/npm/@clerk/clerk-js@6/dist/clerk.browser.js", "window.Clerk", 200},
		{"/npm/@clerk/clerk-js@6.40.0/dist/clerk.browser.js", "window.Clerk", 200},
		{"/emulator.clerk.accounts.dev/npm/@clerk/clerk-js@5/dist/clerk.browser.js", "window.Clerk", 200},
		{"/npm/@clerk/ui@1/dist/ui.browser.js", "npm install @clerk/ui", 200},
		{"/npm/@clerk/backend@1/dist/index.js", "no such script", 404},
		{"/npm/@clerk/clerk-js@6/dist/..%2f..%2f..%2f..%2fsecret.js", "no such script", 404},
	} {
		t.Run(c.path, func(t *testing.T) {
			t.Parallel()
			status, kind, body := fetch(t, in, in.URL()+c.path)
			if status != c.status || !strings.Contains(string(body), c.text) || (status == 200 && !strings.HasPrefix(kind, "text/javascript")) {
				t.Errorf("got %d %s %s, want %d %s", status, kind, body, c.status, c.text)
			}
		})
	}
}
