package clerktest

import (
	"io"
	"maps"
	"net/http"
	"time"
)

// exchangeBodyCap is how much of a body an exchange keeps.
const exchangeBodyCap = 16 << 10 // bytes

// exchange is what went over the wire for one request. It stands between the handler and the real response writer, and
// keeps headers and the beginning of both bodies. One goroutine uses it until the request is in the log; then it does
// not change.
type exchange struct {
	http.ResponseWriter

	began           time.Time // by the machine's clock
	host            string
	path            string // with the name of the frontend host in front, as the client sent it
	query           string
	requestHeader   http.Header
	requestBody     body
	responseHeader  http.Header
	responseBody    body
	responseStarted bool
}

// body is the beginning of a body and how long it was.
type body struct {
	kept   []byte
	length int64
}

func (b *body) add(p []byte) {
	b.length += int64(len(p))
	if room := exchangeBodyCap - len(b.kept); room > 0 {
		b.kept = append(b.kept, p[:min(room, len(p))]...)
	}
}

// watch returns a response writer and a request that keep what passes through them.
func watch(w http.ResponseWriter, r *http.Request) (*exchange, *http.Request) {
	x := &exchange{
		ResponseWriter: w, began: time.Now(), host: r.Host, path: r.URL.EscapedPath(), query: r.URL.RawQuery, requestHeader: maps.Clone(r.Header),
	}
	if r.Body != nil && r.Body != http.NoBody {
		watched := *r
		watched.Body = &watchedBody{r.Body, &x.requestBody}
		r = &watched
	}
	return x, r
}

// Unwrap lets http.ResponseController reach the real response writer.
func (x *exchange) Unwrap() http.ResponseWriter { return x.ResponseWriter }

// WriteHeader implements http.ResponseWriter.
func (x *exchange) WriteHeader(status int) {
	if !x.responseStarted {
		x.responseStarted, x.responseHeader = true, maps.Clone(x.Header())
	}
	x.ResponseWriter.WriteHeader(status)
}

// Write implements io.Writer.
func (x *exchange) Write(p []byte) (int, error) {
	if !x.responseStarted {
		x.WriteHeader(http.StatusOK)
	}
	n, err := x.ResponseWriter.Write(p)
	x.responseBody.add(p[:n])
	return n, err
}

// size is how many bytes of bodies the exchange keeps.
func (x *exchange) size() int {
	if x == nil {
		return 0
	}
	return cap(x.requestBody.kept) + cap(x.responseBody.kept)
}

func (x *exchange) withoutBodies() *exchange {
	if x.size() == 0 {
		return x
	}
	bare := *x
	bare.requestBody.kept, bare.responseBody.kept = nil, nil
	return &bare
}

// watchedBody keeps the beginning of what is read from a request body.
type watchedBody struct {
	io.ReadCloser
	keep *body
}

// Read implements io.Reader.
func (b *watchedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.keep.add(p[:n])
	return n, err
}
