package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"
)

// checkHealth asks the emulator that listens on -addr of this machine for something cheap that no log notes.
func (c *config) checkHealth(ctx context.Context) error {
	host, port, err := net.SplitHostPort(c.addr)
	if err != nil {
		return fmt.Errorf("-addr: %w", err)
	}
	if ip := net.ParseIP(host); host == "" || (ip != nil && ip.IsUnspecified()) {
		host = "127.0.0.1" // who listens everywhere listens here
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/_clerktest/clock", http.NoBody)
	if err != nil {
		return fmt.Errorf("-health: %w", err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("-health: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("-health: the answer of %s has status %d", req.URL.Host, resp.StatusCode)
	}
	return nil
}
