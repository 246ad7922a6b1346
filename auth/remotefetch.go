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

	clerk "github.com/clerkgo/clerk-go/core"
)

const (
	maxKeySetBytes = 1 << 20
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

// loadSpacing is the time between two requests to a key server that fails, and the longest pause within one load;
// longer ones are left to the next.
const loadSpacing = time.Second

// fetched is the outcome of a load: keys, or an error and how long the key server should be left alone. After an error
// that will not pass the pause is zero.
type fetched struct {
	keys  []*Key
	pause time.Duration
	err   *Error
}

// fetch loads the keys. With again it asks once more after a broken connection, 429 or 5xx: those who wait have no
// keys. A request that hangs is not waited for alone: another one follows after half the time-out, and after a failed
// load each second, so that a key server that comes back is noticed at once.
func (s *RemoteKeySet) fetch(ctx context.Context, failing, again bool) fetched {
	answers := make(chan fetched)
	pending := 0
	ask := func() {
		pending++
		go func() {
			select {
			case answers <- s.fetchOnce(ctx):
			case <-ctx.Done():
			}
		}()
	}
	ask()
	spacing := max(s.config.Timeout/2, loadSpacing)
	if failing {
		spacing = loadSpacing
	}
	timer := time.NewTimer(spacing)
	defer timer.Stop()
	for {
		select {
		case got := <-answers:
			pending--
			switch {
			case got.err == nil, got.pause == 0, got.pause > loadSpacing, !again && pending == 0:
				return got
			case again:
				again = false
				timer.Reset(got.pause)
			}
		case <-timer.C:
			ask()
			timer.Reset(spacing)
		case <-ctx.Done():
			return fetched{err: loadError("the key server did not answer in time", ctx.Err())}
		}
	}
}

// fetchOnce makes one request. After a failure that may pass it says how long to wait.
func (s *RemoteKeySet) fetchOnce(ctx context.Context) fetched {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.config.URL, nil)
	if err != nil {
		return fetched{err: loadError("the request cannot be made", nil)}
	}
	if key := s.secret.reveal(); key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Clerk-API-Version", clerk.APIVersion)
	req.Header.Set("User-Agent", userAgent)
	req.Close = true // Keys are loaded every few minutes: a connection is not kept for that.
	resp, err := s.client.Do(req)
	if err != nil {
		return fetched{pause: jitter(), err: loadError(withCause("the key server cannot be reached", err), transportCause(err))}
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxKeySetBytes+1))
	if err != nil {
		return fetched{pause: jitter(), err: loadError("the answer of the key server broke off", transportCause(err))}
	}
	if len(body) > maxKeySetBytes {
		return fetched{err: loadError("the answer of the key server is too long", nil)}
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return fetched{pause: retryPause(resp), err: statusError(resp.StatusCode, body)}
	}
	keys, err := ParseJWKS(body)
	if err != nil {
		return fetched{err: loadError("the answer of the key server is not a key set", nil)}
	}
	if len(keys) == 0 {
		return fetched{err: loadError("the key server has no usable keys", nil)}
	}
	return fetched{keys: keys}
}

// withCause adds why a request failed, as far as that has no address in it.
func withCause(message string, err error) string {
	if text := causeText(err); text != "" && !errors.Is(err, context.DeadlineExceeded) {
		return message + ": " + text
	}
	return message
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
