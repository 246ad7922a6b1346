package clerk

import (
	"encoding/json"
	"net/http"
	"time"
)

// maxErrorBytes is how much of an answer that is not a success is read.
const maxErrorBytes = 1 << 20

// newAPIError makes an error from an answer that is not a success. Whatever the body is, the status is kept.
func newAPIError(r *request, resp *response) *APIError {
	apiErr := &APIError{
		StatusCode: resp.status,
		RetryAfter: parseRetryAfter(resp.header.Get("Retry-After"), time.Now()),
		Operation:  r.operation,
		Body:       firstBytes(resp.body),
	}
	var bodyTrace json.RawMessage
	apiErr.Errors, bodyTrace = decodeErrorBody(resp.body)
	apiErr.TraceID = traceID(bodyTrace, resp.header)
	if len(apiErr.Errors) > 0 {
		apiErr.texts = r.sent().summarizeAll(apiErr.Errors)
	}
	return apiErr
}

// decodeErrorBody reads what it can of an error body. A member of the wrong type is skipped, not a failure.
func decodeErrorBody(body []byte) (items []ErrorItem, trace json.RawMessage) {
	var envelope struct {
		Errors json.RawMessage `json:"errors"`
		Trace  json.RawMessage `json:"clerk_trace_id"`
	}
	if json.Unmarshal(body, &envelope) != nil {
		return nil, nil
	}
	var entries []struct {
		Code        json.RawMessage `json:"code"`
		Message     json.RawMessage `json:"message"`
		LongMessage json.RawMessage `json:"long_message"`
		Meta        json.RawMessage `json:"meta"`
	}
	_ = json.Unmarshal(envelope.Errors, &entries)
	for _, entry := range entries[:min(len(entries), maxErrorItems)] {
		item := ErrorItem{
			Code:        jsonString(entry.Code),
			Message:     jsonString(entry.Message),
			LongMessage: jsonString(entry.LongMessage),
			Meta:        Metadata(entry.Meta),
		}
		var meta struct {
			ParamName json.RawMessage `json:"param_name"`
		}
		if json.Unmarshal(entry.Meta, &meta) == nil {
			item.Param = jsonString(meta.ParamName)
		}
		if item.Code != "" || item.Message != "" {
			items = append(items, item)
		}
	}
	return items, envelope.Trace
}

// jsonString returns a JSON string, and "" for any other value.
func jsonString(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}

// traceID returns the id under which Clerk logged a request: from the body, Clerk's header or the edge's.
func traceID(fromBody json.RawMessage, header http.Header) string {
	if id := jsonString(fromBody); id != "" {
		return id
	}
	if id := header.Get("Clerk-Trace-Id"); id != "" {
		return id
	}
	return header.Get("Cf-Ray")
}
