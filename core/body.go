package clerk

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/clerkgo/clerk-go/core/internal/upload"
)

// requestBody is the body of a call, which each attempt attaches anew. A nil requestBody is no body.
type requestBody struct {
	contentType string
	encoded     []byte         // of a JSON body
	upload      *upload.Upload // of a multipart body
}

// errNotJSON rejects []byte and io.Reader, which encoding/json would encode as base64 and {}.
var errNotJSON = errors.New("bytes and readers are not JSON: pass a json.RawMessage")

// encodeBody encodes a body, or prepares to stream it, for which the first bytes of a file may have to be waited for.
func encodeBody(ctx context.Context, body any, timeout time.Duration) (*requestBody, error) {
	switch body := body.(type) {
	case nil:
		return nil, nil
	case *Multipart:
		ctx, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		if body == nil {
			return nil, upload.ErrNoFile
		}
		up, err := upload.New(ctx, upload.Form(*body))
		if err != nil {
			return nil, err
		}
		return &requestBody{contentType: up.ContentType(), upload: up}, nil
	case []byte, io.Reader:
		return nil, errNotJSON
	default:
		encoded, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		return &requestBody{contentType: "application/json", encoded: encoded}, nil
	}
}

// attach gives the body to the request of one attempt.
func (b *requestBody) attach(httpReq *http.Request) error {
	if b == nil {
		return nil
	}
	httpReq.Header.Set("Content-Type", b.contentType)
	if b.upload != nil {
		body, length, err := b.upload.Open(httpReq.Context())
		if err != nil {
			return err
		}
		httpReq.Body, httpReq.ContentLength = body, length
		return nil
	}
	httpReq.ContentLength = int64(len(b.encoded))
	httpReq.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b.encoded)), nil }
	httpReq.Body, _ = httpReq.GetBody()
	return nil
}

// replayable reports whether the body can be sent again.
func (b *requestBody) replayable() bool {
	return b == nil || b.upload == nil || b.upload.Rewindable()
}

// detach makes sure that nothing reads the caller's file any more.
func (b *requestBody) detach() {
	if b != nil && b.upload != nil {
		b.upload.Detach()
	}
}
