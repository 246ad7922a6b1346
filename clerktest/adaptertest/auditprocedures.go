package adaptertest

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

// procedurePatience is how long a procedure may take to refuse. A guard does so at once.
const procedurePatience = 5 * time.Second

// AuditProcedures is [AuditRoutes] for a running server of gRPC or Connect: it calls every procedure, such as
// /acme.v1.Invoices/Get, with an empty message, and fails the test unless those that let such a call in are exactly the open
// ones. It finds services that were mounted without the interceptor, and streams when only unary calls have it. The server
// speaks the gRPC protocol over HTTP/2. The client is one that trusts the server; nil does for a base URL of plain http.
//
// A procedure is closed if it answers unauthenticated or permission denied, or HTTP status 401 or 403.
func AuditProcedures(tb testing.TB, client *http.Client, baseURL string, procedures []string, open ...string) {
	tb.Helper()
	if client == nil {
		transport := &http.Transport{Protocols: &http.Protocols{}}
		transport.Protocols.SetUnencryptedHTTP2(true)
		tb.Cleanup(transport.CloseIdleConnections)
		client = &http.Client{Transport: transport}
	}
	audit(tb, procedures, open, func(i int, authorization string) (string, bool) {
		answer, err := callProcedure(tb.Context(), client, baseURL+procedures[i], authorization)
		if err != nil {
			tb.Fatalf("%s: %v", procedures[i], err)
		}
		if answer == "code "+strconv.Itoa(codeUnimplemented) || answer == "status 404" {
			tb.Errorf("%s is not served", procedures[i])
		}
		switch answer {
		case "code " + strconv.Itoa(codeUnauthenticated), "code " + strconv.Itoa(codePermissionDenied), "status 401", "status 403":
			return answer, true
		}
		return answer, false
	})
}

// callProcedure makes one call of any kind with an empty message and returns the code of the answer. A call that is
// still under way after a while, or that sends a message, has passed the guard.
func callProcedure(ctx context.Context, client *http.Client, url, authorization string) (answer string, err error) {
	ctx, cancel := context.WithTimeout(ctx, procedurePatience)
	defer cancel()
	const emptyMessage = "\x00\x00\x00\x00\x00" // neither compressed nor of any length
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(emptyMessage))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/grpc+proto")
	req.Header.Set("Te", "trailers")
	if authorization != "" {
		req.Header.Set("Authorization", authorization)
	}
	resp, err := client.Do(req)
	if errors.Is(err, context.DeadlineExceeded) {
		return "nothing yet", nil
	}
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return "status " + strconv.Itoa(resp.StatusCode), nil
	}
	sent, err := resp.Body.Read(make([]byte, 1))
	switch {
	case sent > 0:
		return "a message", nil
	case errors.Is(err, context.DeadlineExceeded):
		return "nothing yet", nil
	case err != nil && !errors.Is(err, io.EOF):
		return "", err
	}
	code := resp.Trailer.Get("Grpc-Status")
	if code == "" {
		code = resp.Header.Get("Grpc-Status") // There was neither a message nor a body.
	}
	return "code " + code, nil
}
