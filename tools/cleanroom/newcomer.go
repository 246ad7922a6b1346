package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/clerkgo/clerk-go/clerktest"
	"github.com/clerkgo/clerk-go/tools/internal/workspace"
)

// documented is where the programs of the READMEs listen.
const documented = "127.0.0.1:8080"

// patience bounds how long a program may take to listen and to answer.
const patience = time.Minute

// sourceOf returns the program that a room builds: the service in the module's README if it holds one, else an embedded
// program.
func sourceOf(w *workspace.Workspace, m workspace.Module) (source string, fromReadme bool, err error) {
	readme, err := os.ReadFile(filepath.Join(w.Top, m.Dir, "README.md"))
	if err != nil {
		return "", false, err
	}
	_, rest, _ := strings.Cut(string(readme), "```go\npackage main\n")
	if code, _, _ := strings.Cut(rest, "```"); strings.Contains(code, documented) {
		return "package main\n" + code, true, nil
	}
	text, err := programs.ReadFile(programOf(m))
	return string(text), false, err
}

// visit runs a program of a README beside a local Clerk, and calls it without and with a token. It frees the address of the
// program first.
func visit(ctx context.Context, binary string, kept net.Listener, m workspace.Module) error {
	address := kept.Addr().String()
	srv, err := clerktest.Start()
	if err != nil {
		return err
	}
	defer srv.Close()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	program := exec.CommandContext(ctx, binary)
	var output bytes.Buffer
	program.Stdout, program.Stderr = &output, &output
	program.Env = append(os.Environ(),
		"CLERK_SECRET_KEY="+srv.SecretKey(), "CLERK_PUBLISHABLE_KEY="+srv.PublishableKey(),
		"CLERK_API_URL="+srv.URL(), "CLERK_AUTHORIZED_PARTIES=http://localhost:3000")
	if err := kept.Close(); err != nil {
		return err
	}
	if err := program.Start(); err != nil {
		return err
	}
	defer func() {
		cancel()
		_ = program.Wait() // it was killed
	}()
	if err := listening(ctx, address); err != nil {
		return fmt.Errorf("the program of the README does not listen: %w\n%s", err, output.String())
	}
	may := srv.SignedInUser(clerktest.TokenClaim("fea", "o:invoices"), clerktest.TokenClaim("o", map[string]any{
		"id": "org_1", "slg": "acme", "rol": "admin", "per": "create", "fpm": "1",
	})).Token
	for token, want := range map[string]string{"": "refused", may: "accepted"} {
		got, err := call(ctx, address, m, token)
		if err != nil {
			return fmt.Errorf("the program of the README: %w", err)
		}
		if got != want {
			return fmt.Errorf("the program of the README %s a call with a token of %d bytes, want %s", got, len(token), want)
		}
	}
	return nil
}

// listening waits until somebody listens at the address.
func listening(ctx context.Context, address string) error {
	ticks := time.NewTicker(20 * time.Millisecond)
	defer ticks.Stop()
	for {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
		if err == nil {
			return conn.Close()
		}
		select {
		case <-ctx.Done():
			return err
		case <-ticks.C:
		}
	}
}

// call sends one request to a guarded route of the program, and says whether it was accepted or refused.
func call(ctx context.Context, address string, m workspace.Module, token string) (string, error) {
	method, path, contentType, body := http.MethodGet, "/api/me", "", ""
	transport := &http.Transport{Protocols: new(http.Protocols)}
	defer transport.CloseIdleConnections()
	transport.Protocols.SetHTTP1(true)
	switch m.Dir {
	case "connect":
		method, path, contentType, body = http.MethodPost, "/acme.invoices.v1.InvoiceService/Create", "application/json", "{}"
	case "grpc":
		transport.Protocols.SetHTTP1(false)
		transport.Protocols.SetUnencryptedHTTP2(true)
		method, path, contentType, body = http.MethodPost, "/grpc.health.v1.Health/List", "application/grpc", "\x00\x00\x00\x00\x00"
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://"+address+path, strings.NewReader(body))
	if err != nil {
		return "", err
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
		req.Header.Set("TE", "trailers")
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := (&http.Client{Transport: transport}).Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return "", err
	}
	return verdict(resp)
}

// verdict reads the status of HTTP, or of gRPC, whose answer is a trailer.
func verdict(resp *http.Response) (string, error) {
	status := resp.Status
	if code := resp.Trailer.Get("Grpc-Status") + resp.Header.Get("Grpc-Status"); code != "" {
		status = "gRPC " + code
	}
	switch {
	case status == "gRPC 0", status == "200 OK":
		return "accepted", nil
	case status == "gRPC 16", resp.StatusCode == http.StatusUnauthorized:
		return "refused", nil
	default:
		return "", fmt.Errorf("got %s, want an answer of the guard or the handler", status)
	}
}
