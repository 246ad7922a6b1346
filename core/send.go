package clerk

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"
)

// request is a call that has been checked and can be attempted.
type request struct {
	client    *Client
	operation string
	method    string
	url       string
	retry     RetryClass
	cfg       requestConfig
	body      *requestBody
}

// send makes a call, with its retries, and returns the answer if it is a success.
func (c *Client) send(ctx context.Context, e Endpoint, p CallParams, opts []RequestOption) (*response, error) {
	req, err := c.prepare(ctx, e, p, opts)
	if err != nil {
		return nil, err
	}
	defer req.body.detach()
	var last error
	for attempt := 1; ; attempt++ {
		if err := c.limiter.wait(ctx); err != nil {
			return nil, &TransportError{Operation: req.operation, Attempts: attempt - 1, Err: err, Last: last}
		}
		resp, outcome := req.attempt(ctx, attempt)
		if outcome.err == nil {
			return resp, nil
		}
		last = outcome.err
		wait, again := req.retryWait(ctx, attempt, outcome)
		if !again {
			return nil, last
		}
		if err := sleep(ctx, wait); err != nil {
			return nil, &TransportError{Operation: req.operation, Attempts: attempt, Err: err, Last: last}
		}
	}
}

// prepare checks everything that can be wrong before something is sent.
func (c *Client) prepare(ctx context.Context, e Endpoint, p CallParams, opts []RequestOption) (*request, error) {
	operation := e.Operation()
	if ctx == nil {
		return nil, &ParamError{Operation: operation, Param: "ctx", Reason: "nil"}
	}
	if c == nil || c.httpClient == nil {
		return nil, &ParamError{Operation: operation, Param: "client", Reason: "not made by NewClient"}
	}
	cfg := c.defaults
	for _, opt := range opts {
		if opt != nil {
			opt(&cfg)
		}
	}
	if cfg.err != nil {
		return nil, &ParamError{Operation: operation, Param: cfg.err.Option, Reason: cfg.err.Reason, Err: cfg.err}
	}
	if reason := checkKeyTarget(cfg.secretKey, c.testOnly); reason != "" {
		return nil, &ParamError{Operation: operation, Param: "WithSecretKey", Reason: reason}
	}
	path, err := e.expandPath(p.Path)
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, &TransportError{Operation: operation, Err: err}
	}
	body, err := encodeBody(ctx, p.Body, cfg.timeout)
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return nil, &TransportError{Operation: operation, Err: err}
	case err != nil:
		return nil, &ParamError{Operation: operation, Param: "body", Reason: "cannot be encoded", Err: err}
	}
	address := c.baseURL + path
	if query := p.Query.Encode(); query != "" {
		address += "?" + query
	}
	return &request{
		client: c, operation: operation, method: e.Method, url: address, retry: e.Retry, cfg: cfg, body: body,
	}, nil
}

// outcome is how an attempt failed.
type outcome struct {
	err        error
	kind       failure
	retryAfter time.Duration
}

// attempt sends the request once.
func (r *request) attempt(ctx context.Context, attempt int) (*response, outcome) {
	started := time.Now()
	resp, result := r.roundTrip(ctx, attempt)
	r.log(ctx, attempt, time.Since(started), resp, result)
	if result.err != nil {
		return nil, result
	}
	return resp, result
}

func (r *request) roundTrip(parent context.Context, attempt int) (*response, outcome) {
	ctx, cancel := context.WithTimeout(parent, r.cfg.timeout)
	defer cancel()
	httpReq, err := http.NewRequestWithContext(ctx, r.method, r.url, nil)
	if err != nil {
		return nil, outcome{err: &ParamError{Operation: r.operation, Param: "request", Reason: "not valid", Err: withoutURL(err)}}
	}
	r.setHeader(httpReq)
	if err := r.body.attach(httpReq); err != nil {
		return nil, outcome{err: &ParamError{Operation: r.operation, Param: "body", Reason: "cannot be read", Err: err}}
	}
	httpResp, err := r.client.httpClient.Do(httpReq)
	if err != nil {
		return nil, r.transportFailure(parent, attempt, err)
	}
	defer func() { _ = httpResp.Body.Close() }()
	return r.read(parent, attempt, httpResp)
}

// setHeader sets the header of one attempt; what the caller set goes last.
func (r *request) setHeader(httpReq *http.Request) {
	header := httpReq.Header
	header.Set("Accept", "application/json")
	header.Set("Clerk-API-Version", r.client.apiVersion)
	header.Set("User-Agent", r.client.userAgent)
	header.Set("X-Clerk-SDK", "clerkgo/"+Version)
	for name, values := range r.cfg.header {
		header[name] = append([]string(nil), values...)
	}
	if r.cfg.secretKey != nil {
		header.Set("Authorization", "Bearer "+r.cfg.secretKey.reveal())
	}
}

// read reads an answer and tells successes from failures.
func (r *request) read(parent context.Context, attempt int, httpResp *http.Response) (*response, outcome) {
	resp := &response{operation: r.operation, status: httpResp.StatusCode, header: httpResp.Header}
	success := resp.status >= 200 && resp.status < 300
	limit := r.client.maxBytes
	if !success {
		limit = min(limit, maxErrorBytes)
	}
	body, whole, err := readBody(r.method, httpResp, limit)
	if err != nil && success {
		return resp, r.transportFailure(parent, attempt, err)
	}
	if success && !whole {
		resp.trace = traceID(nil, resp.header)
		return resp, outcome{
			err:  &BodyTooLargeError{Operation: r.operation, StatusCode: resp.status, Limit: limit},
			kind: failureFinal,
		}
	}
	resp.body = body
	if r.cfg.raw != nil {
		*r.cfg.raw = RawResponse{StatusCode: resp.status, Header: resp.header, Body: body}
	}
	if success {
		resp.trace = traceID(nil, resp.header)
		return resp, outcome{}
	}
	apiErr := newAPIError(r.operation, resp)
	resp.trace = apiErr.TraceID
	return resp, outcome{err: apiErr, kind: statusFailure(resp.status), retryAfter: apiErr.RetryAfter}
}

// readBody reads at most limit bytes and reports whether that was the whole body.
func readBody(method string, httpResp *http.Response, limit int64) (body []byte, whole bool, err error) {
	n := httpResp.ContentLength
	if method == http.MethodHead {
		n = 0 // the length is that of the body which GET would get
	}
	if n > limit && httpResp.StatusCode < 300 {
		return nil, false, nil
	}
	reader := io.LimitReader(httpResp.Body, limit+1)
	if n > 0 && n <= limit {
		body = make([]byte, n)
		read, err := io.ReadFull(reader, body)
		return body[:read], true, err
	}
	body, err = io.ReadAll(reader)
	if int64(len(body)) > limit {
		return body[:limit], false, err
	}
	return body, true, err
}

// transportFailure describes an attempt without an answer. The address, which holds ids, is left out of the error.
func (r *request) transportFailure(parent context.Context, attempt int, err error) outcome {
	kind := failureBroken
	if neverSent(err) {
		kind = failureNeverSent
	}
	err = withoutURL(err)
	if ctxErr := parent.Err(); ctxErr != nil {
		kind = failureFinal
		if !errors.Is(err, ctxErr) {
			err = ctxErr
		}
	}
	return outcome{err: &TransportError{Operation: r.operation, Attempts: attempt, Err: err}, kind: kind}
}
