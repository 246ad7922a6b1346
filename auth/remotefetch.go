package clerkauth

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"time"
)

const (
	maxKeySetBytes = 1 << 20
	apiVersion     = "2026-05-12"
	userAgent      = "clerkgo/clerk-go"
)

// keyClient returns a client that does not follow redirects: the secret key goes to one address only.
func keyClient(base *http.Client) *http.Client {
	client := &http.Client{Transport: &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: 3 * time.Second}).DialContext,
		TLSHandshakeTimeout:    3 * time.Second,
		ForceAttemptHTTP2:      true,
		MaxResponseHeaderBytes: 64 << 10,
	}}
	if base != nil {
		own := *base
		client = &own
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return client
}

// longestRetry is the longest pause within one load; longer ones are left to the next.
const longestRetry = time.Second

// fetch loads the keys. It tries again only where that can help: after a broken connection, 429 or 5xx. After a
// failure it returns how long the key server asked to be left alone.
func (s *RemoteKeySet) fetch(ctx context.Context, attempts int) ([]*Key, time.Duration, *Error) {
	for {
		keys, pause, err := s.fetchOnce(ctx)
		if attempts--; err == nil || pause == 0 || attempts == 0 || pause > longestRetry {
			return keys, pause, err
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return nil, 0, err
		}
	}
}

// fetchOnce makes one request. After a failure that may pass it returns how long to wait.
func (s *RemoteKeySet) fetchOnce(ctx context.Context) ([]*Key, time.Duration, *Error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.config.URL, nil)
	if err != nil {
		return nil, 0, loadError("the request cannot be made", nil)
	}
	if key := s.secret.reveal(); key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Clerk-API-Version", apiVersion)
	req.Header.Set("User-Agent", userAgent)
	req.Close = true // Keys are loaded every few minutes: a connection is not kept for that.
	resp, err := s.client.Do(req)
	if err != nil {
		return nil, jitter(), loadError("the key server cannot be reached", transportCause(err))
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxKeySetBytes+1))
	if err != nil {
		return nil, jitter(), loadError("the answer of the key server broke off", transportCause(err))
	}
	if len(body) > maxKeySetBytes {
		return nil, 0, loadError("the answer of the key server is too long", nil)
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return nil, retryPause(resp), statusError(resp.StatusCode, body)
	}
	keys, err := ParseJWKS(body)
	if err != nil {
		return nil, 0, loadError("the answer of the key server is not a key set", nil)
	}
	if len(keys) == 0 {
		return nil, 0, loadError("the key server has no usable keys", nil)
	}
	return keys, 0, nil
}

func loadError(message string, cause error) *Error {
	return &Error{Reason: ReasonJWKRemoteFailedToLoad, message: message, cause: cause}
}

// transportCause keeps time-outs and cancellation and drops the text, which has the address in it.
func transportCause(err error) error {
	for _, known := range []error{context.DeadlineExceeded, context.Canceled, io.ErrUnexpectedEOF} {
		if errors.Is(err, known) {
			return known
		}
	}
	return nil
}

func jitter() time.Duration { return 50*time.Millisecond + rand.N(100*time.Millisecond) } //nolint:gosec // No secret.

// retryPause returns how long to wait after an answer that may pass, and zero after one that will not.
func retryPause(resp *http.Response) time.Duration {
	switch {
	case resp.StatusCode == http.StatusTooManyRequests:
		if seconds, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && seconds > 0 {
			return time.Duration(min(seconds, 60)) * time.Second
		}
		return jitter()
	case resp.StatusCode >= 500:
		return jitter()
	}
	return 0
}

func statusError(status int, body []byte) *Error {
	var answer struct {
		Errors []struct {
			Code string `json:"code"`
		} `json:"errors"`
	}
	if json.Unmarshal(body, &answer) == nil {
		for _, item := range answer.Errors {
			if item.Code == "clerk_key_invalid" {
				return refuse(ReasonSecretKeyInvalid, "Clerk does not know the secret key")
			}
		}
	}
	return loadError("the key server answered "+strconv.Itoa(status), nil)
}
