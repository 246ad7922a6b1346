package clerk

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"
)

// request is a call that has been checked and can be attempted.
type request struct {
	client    *Client
	operation string
	method    string
	url       string
	target    string // id of the object that the path names; empty if it does not end in one, or has several
	retry     RetryClass
	cfg       requestConfig
	params    CallParams // what the caller passed, read only to keep it out of errors
	body      *requestBody
}

// send makes a call, with its retries, and returns the answer if it is a success.
func (c *Client) send(ctx context.Context, e *Endpoint, p *CallParams, opts []RequestOption) (*response, error) {
	req, err := c.prepare(ctx, e, p, opts)
	if err != nil {
		return nil, err
	}
	defer req.body.detach()
	if c.observer == nil {
		resp, _, err := req.run(ctx)
		return resp, err
	}
	started := time.Now()
	info := CallInfo{Operation: req.operation, Method: req.method}
	if e.OperationID != "" {
		info.Route = e.Path
	}
	ctx = c.observer.BeginCall(ctx, info)
	result := CallResult{Operation: req.operation}
	defer func() {
		result.Duration = time.Since(started)
		c.observer.EndCall(ctx, result)
	}()
	resp, attempts, err := req.run(ctx)
	result.Attempts, result.Err = attempts, err
	var apiErr *APIError
	switch {
	case resp != nil:
		result.StatusCode = resp.status
	case errors.As(err, &apiErr):
		result.StatusCode = apiErr.StatusCode
	}
	return resp, err
}

// run attempts the request until it succeeds or must not be attempted again, and returns how often it was.
func (r *request) run(ctx context.Context) (*response, int, error) {
	var last error
	lost := false // an answer that may have been a success did not arrive
	for attempt := 1; ; attempt++ {
		waited, err := r.waitObserved(ctx)
		if err != nil {
			return nil, attempt - 1, &TransportError{Operation: r.operation, Attempts: attempt - 1, Err: err, Last: last}
		}
		resp, result, took := r.attempt(ctx, attempt)
		if lost && r.alreadyDeleted(resp) {
			resp, result = r.deletedBefore(resp), outcome{}
		}
		var wait time.Duration
		again := false
		if result.err != nil {
			wait, again = r.retryWait(ctx, attempt, result)
		}
		r.observeAttempt(
			ctx, AttemptInfo{Number: attempt, RateLimitWait: waited, Duration: took, Retry: again, RetryWait: wait}, resp, result,
		)
		if result.err == nil {
			return resp, attempt, nil
		}
		if last = result.err; !again {
			return nil, attempt, last
		}
		lost = lost || result.kind == failureBroken || result.kind == failureServer
		if err := sleep(ctx, wait); err != nil {
			return nil, attempt, &TransportError{Operation: r.operation, Attempts: attempt, Err: err, Last: last}
		}
	}
}

// alreadyDeleted reports whether an answer to a DELETE says that there is nothing to delete.
func (r *request) alreadyDeleted(resp *response) bool {
	return r.method == http.MethodDelete && resp != nil &&
		(resp.status == http.StatusNotFound || resp.status == http.StatusGone)
}

// deletedBefore makes the answer to a repeated DELETE that found nothing a success: the attempt whose answer was lost
// has done it. What that answer said is unknown but for the id.
func (r *request) deletedBefore(resp *response) *response {
	body, err := json.Marshal(DeletedObject{ID: r.target, Deleted: true})
	if err != nil {
		body = []byte("{}")
	}
	return &response{operation: r.operation, status: http.StatusOK, header: resp.header, trace: resp.trace, body: body}
}

// prepare checks everything that can be wrong before something is sent.
func (c *Client) prepare(ctx context.Context, e *Endpoint, p *CallParams, opts []RequestOption) (*request, error) {
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
	params := *p
	if params.Body, err = cfg.withFields(e.Method, p.Body); err != nil {
		return nil, &ParamError{Operation: operation, Param: "body", Reason: "cannot take WithBodyField", Err: err}
	}
	body, err := encodeBody(ctx, params.Body, cfg.timeout)
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return nil, &TransportError{Operation: operation, Err: err}
	case err != nil:
		return nil, &ParamError{Operation: operation, Param: "body", Reason: "cannot be encoded", Err: err}
	}
	address := c.baseURL + path
	if query := cfg.addQuery(p.Query).Encode(); query != "" {
		address += "?" + query
	}
	req := &request{
		client: c, operation: operation, method: e.Method, url: address, retry: e.Retry, cfg: cfg, params: params, body: body,
	}
	if len(p.Path) == 1 && strings.HasSuffix(e.Path, "}") {
		req.target = p.Path[0]
	}
	return req, nil
}

// outcome is how an attempt failed.
type outcome struct {
	err        error
	kind       failure
	retryAfter time.Duration
}

// attempt sends the request once and returns how long that took.
func (r *request) attempt(ctx context.Context, number int) (*response, outcome, time.Duration) {
	started := time.Now()
	resp, result := r.roundTrip(ctx, number)
	took := time.Since(started)
	r.log(ctx, number, took, resp, result)
	return resp, result, took
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
	if success && !frugal(body, limit) {
		resp.trace = traceID(nil, resp.header)
		return resp, outcome{
			err:  &BodyTooLargeError{Operation: r.operation, StatusCode: resp.status, Limit: limit, Objects: objectLimit(limit)},
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
	apiErr := newAPIError(r, resp)
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
