package main

import (
	"bufio"
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/clerkgo/clerk-go/clerktest"
)

//go:embed jstour
var jsTourFiles embed.FS

// jsTour installs the published @clerk/backend into a temporary folder and lets it tour the emulator.
func jsTour(ctx context.Context, in *clerktest.Instance) (*tour, error) {
	dir, err := os.MkdirTemp("", "jstour")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	for _, name := range []string{"package.json", "package-lock.json", "tour.mjs"} {
		content, err := jsTourFiles.ReadFile("jstour/" + name)
		if err != nil {
			return nil, err
		}
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			return nil, err
		}
	}
	install := exec.CommandContext(ctx, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent")
	install.Dir = dir
	if out, err := install.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("contract: npm ci: %w\n%s", err, out)
	}
	if err := in.Seed([]byte(billingSeed)); err != nil {
		return nil, err
	}
	delivery := filepath.Join(dir, "delivery.json")
	if err := recordDelivery(ctx, in, delivery); err != nil {
		return nil, err
	}
	run := exec.CommandContext(ctx, "node", "tour.mjs")
	run.Dir = dir
	run.Env = append(os.Environ(),
		"BASE_URL="+in.URL(), "SECRET_KEY="+in.SecretKey(), "PUBLISHABLE_KEY="+in.PublishableKey(), "WEBHOOK="+delivery)
	run.Stderr = os.Stderr
	out, err := run.Output()
	if err != nil {
		return nil, fmt.Errorf("contract: node: %w", err)
	}
	return readSteps("@clerk/backend", out)
}

func readSteps(name string, out []byte) (*tour, error) {
	t := &tour{name: name}
	lines := bufio.NewScanner(bytes.NewReader(out))
	for lines.Scan() {
		var s struct{ Step, Error string }
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
			return nil, fmt.Errorf("contract: unexpected line of the tour: %w", err)
		}
		t.step(s.Step, func() error {
			if s.Error != "" {
				return fmt.Errorf("%s", s.Error)
			}
			return nil
		})
	}
	return t, lines.Err()
}

// recordDelivery makes the emulator deliver one webhook and writes what arrived to a file.
func recordDelivery(ctx context.Context, in *clerktest.Instance, file string) error {
	type delivery struct {
		Secret  string            `json:"secret"`
		Headers map[string]string `json:"headers"`
		Body    string            `json:"body"`
	}
	var got delivery
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body bytes.Buffer
		_, _ = body.ReadFrom(r.Body)
		got.Headers = map[string]string{}
		for name := range r.Header {
			got.Headers[name] = r.Header.Get(name)
		}
		got.Body = body.String()
		w.WriteHeader(http.StatusNoContent)
	}))
	defer receiver.Close()
	ep, err := in.AddWebhook(receiver.URL, "user.created")
	if err != nil {
		return err
	}
	defer ep.Remove()
	in.CreateUser(clerktest.User{Email: "hook@example.com"})
	if err := in.FlushWebhooks(ctx); err != nil {
		return err
	}
	got.Secret = ep.Secret()
	raw, err := json.Marshal(got)
	if err != nil {
		return err
	}
	return os.WriteFile(file, raw, 0o600)
}
