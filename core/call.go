package clerk

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"reflect"
	"strings"
)

// response is a whole answer with a 2xx status.
type response struct {
	operation string
	status    int
	header    http.Header
	trace     string
	body      []byte
}

// Call calls an operation by its endpoint value and decodes the answer into a T. With struct{} for T the answer is
// ignored; with string, []byte or [json.RawMessage] it is taken as it is. Call is what the methods of the services are
// made of.
func Call[T any](ctx context.Context, c *Client, e Endpoint, p CallParams, opts ...RequestOption) (*T, error) {
	return call(ctx, c, &e, &p, new(T), opts)
}

// call calls an operation and decodes the answer into out, a pointer, which it returns. Unlike the structs behind them,
// all pointers share one compiled body of a generic function.
func call[P any](ctx context.Context, c *Client, e *Endpoint, p *CallParams, out P, opts []RequestOption) (P, error) {
	if err := c.callInto(ctx, e, p, opts, out); err != nil {
		var none P
		return none, err
	}
	return out, nil
}

// callInto is call without its type parameter.
func (c *Client) callInto(ctx context.Context, e *Endpoint, p *CallParams, opts []RequestOption, out any) error {
	resp, err := c.send(ctx, e, p, opts)
	if err != nil {
		return err
	}
	return resp.decode(resp.body, out, c.plans.NewDecoder())
}

// Do calls a path of the API for which there is no method and decodes the answer into out, unless out is nil. The path
// starts with a slash, follows the base URL, and is sent as it is: escape ids with [url.PathEscape]. A GET or HEAD is
// retried as a read, everything else as a write that must not be repeated.
func (c *Client) Do(
	ctx context.Context, method, path string, query url.Values, body, out any, opts ...RequestOption,
) error {
	e := &Endpoint{Service: "Client", Name: "Do", Method: method, Path: path, Retry: RetryNever}
	if method == http.MethodGet || method == http.MethodHead {
		e.Retry = RetrySafe
	}
	if method == "" {
		return &ParamError{Operation: e.Operation(), Param: "method", Reason: "empty"}
	}
	if reason := checkRawPath(path); reason != "" {
		return &ParamError{Operation: e.Operation(), Param: "path", Reason: reason}
	}
	resp, err := c.send(ctx, e, &CallParams{Query: query, Body: body}, opts)
	if err != nil || out == nil {
		return err
	}
	return resp.decode(resp.body, out, nil)
}

// callEmpty calls an operation whose answer does not matter.
func callEmpty(ctx context.Context, c *Client, e *Endpoint, p *CallParams, opts []RequestOption) error {
	_, err := c.send(ctx, e, p, opts)
	return err
}

// callList calls an operation that answers a list and decodes the answer into list, a *List, which it returns.
func callList[P rawSetter](
	ctx context.Context, c *Client, e *Endpoint, p *CallParams, list P, opts []RequestOption,
) (P, error) {
	if err := c.listInto(ctx, e, p, opts, list); err != nil {
		var none P
		return none, err
	}
	return list, nil
}

// listInto is callList without its type parameter.
func (c *Client) listInto(
	ctx context.Context, e *Endpoint, p *CallParams, opts []RequestOption, list rawSetter,
) error {
	resp, err := c.send(ctx, e, p, opts)
	if err != nil {
		return err
	}
	answer, err := resp.split()
	if err != nil {
		return err
	}
	data := fill(reflect.ValueOf(list).Elem(), answer)
	d := c.plans.NewDecoder()
	for i, item := range answer.Items {
		if err := resp.decode(item, data.Index(i).Addr().Interface(), d); err != nil {
			return err
		}
	}
	raw := answer.Body
	list.setRaw(&raw)
	return nil
}

// checkRawPath returns why a path cannot be given to Do, or "".
func checkRawPath(path string) string {
	switch {
	case !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//"):
		return "must start with one slash"
	case strings.ContainsAny(path, "?#{}"):
		return "must not contain any of ?#{}"
	case hasDotElement(path):
		return "contains a dot element"
	}
	if _, err := url.PathUnescape(path); err != nil {
		return "is not escaped"
	}
	return ""
}

// rawSetter is implemented by the generated models and by List.
type rawSetter interface{ setRaw(raw *json.RawMessage) }
