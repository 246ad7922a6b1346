package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// step is one request of the walk and the answer it must get.
type step struct {
	method, path string
	credential   string // what the token is, in words
	token        string // empty sends none
	status       int
	reason       string // of the refusal; empty for an answer that is none
}

// anonymousSteps need nothing from Clerk.
func anonymousSteps() []step {
	const missing = "session-token-missing"
	return []step{
		{http.MethodGet, "/", "no token", "", http.StatusOK, ""},
		{http.MethodGet, "/me", "no token", "", http.StatusUnauthorized, missing},
		{http.MethodPost, "/invoices", "no token", "", http.StatusUnauthorized, missing},
	}
}

// errUnexpected says that the walk met an answer that is not the expected one.
var errUnexpected = errors.New("not every answer was the expected one")

// walk sends the requests one by one and prints the answers.
func walk(ctx context.Context, address string, steps []step, out io.Writer) error {
	fmt.Fprintf(out, "%-6s %-10s %-24s %-6s %s\n", "", "", "credential", "status", "reason")
	var failed error
	for _, s := range steps {
		status, reason, err := s.send(ctx, address)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%-6s %-10s %-24s %-6d %s\n", s.method, s.path, s.credential, status, reason)
		if status != s.status || reason != s.reason {
			fmt.Fprintf(out, "       expected %d %s\n", s.status, s.reason)
			failed = errUnexpected
		}
	}
	return failed
}

func (s step) send(ctx context.Context, address string) (status int, reason string, err error) {
	req, err := http.NewRequestWithContext(ctx, s.method, address+s.path, nil)
	if err != nil {
		return 0, "", err
	}
	if s.token != "" {
		req.Header.Set("Authorization", "Bearer "+s.token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	var refusal struct{ Reason string }
	if err := json.NewDecoder(io.LimitReader(resp.Body, 1<<16)).Decode(&refusal); err != nil {
		return 0, "", fmt.Errorf("%s %s: %w", s.method, s.path, err)
	}
	return resp.StatusCode, refusal.Reason, nil
}
