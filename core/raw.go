package clerk

import (
	"fmt"
	"log/slog"
	"net/http"
)

// RawResponse is an answer of the API as it came; see [WithRawResponse]. It prints without its header and body.
type RawResponse struct {
	// StatusCode is the HTTP status.
	StatusCode int
	// Header is the header of the answer.
	Header http.Header
	// Body is the body of the answer. Do not change it: decoded results share it.
	Body []byte
}

// String returns the status and the length of the body.
func (r RawResponse) String() string {
	return fmt.Sprintf("clerk.RawResponse(%d, %d bytes)", r.StatusCode, len(r.Body))
}

// GoString returns the same as String.
func (r RawResponse) GoString() string { return r.String() }

// LogValue returns what String returns.
func (r RawResponse) LogValue() slog.Value { return slog.StringValue(r.String()) }
