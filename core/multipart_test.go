package clerk_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	clerk "github.com/clerkgo/clerk-go/core"
)

// part is a part of a multipart body as the server sees it.
type part struct{ name, file, contentType, content string }

// readParts reads a multipart request.
func readParts(t *testing.T, r *http.Request) []part {
	t.Helper()
	mediaType, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || mediaType != "multipart/form-data" {
		t.Errorf("content type: got %q, %v", r.Header.Get("Content-Type"), err)
		return nil
	}
	var parts []part
	for reader := multipart.NewReader(r.Body, params["boundary"]); ; {
		p, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			return parts
		}
		if err != nil {
			t.Error(err)
			return parts
		}
		content, _ := io.ReadAll(p)
		parts = append(parts, part{p.FormName(), p.FileName(), p.Header.Get("Content-Type"), string(content)})
	}
}

// onlyReader hides every other method of a reader.
type onlyReader struct{ io.Reader }

func TestMultipart_Streams(t *testing.T) {
	t.Parallel()
	png := "\x89PNG\r\n\x1a\n" + strings.Repeat("x", 100_000)
	skipped := strings.NewReader("skip" + png)
	_, _ = skipped.Seek(4, io.SeekStart)
	tests := map[string]struct {
		upload clerk.Multipart
		want   []part
		length bool
	}{
		"a file": {
			clerk.Multipart{FileName: "a.png", File: strings.NewReader(png)},
			[]part{{"file", "a.png", "image/png", png}}, true,
		},
		"a stream": {
			clerk.Multipart{FileName: "a.png", File: onlyReader{strings.NewReader(png)}},
			[]part{{"file", "a.png", "image/png", png}}, false,
		},
		"a file from its middle": {
			clerk.Multipart{File: skipped}, []part{{"file", "file", "image/png", png}}, true,
		},
		"fields and odd names": {
			clerk.Multipart{
				Fields: map[string]string{"b": "2", "a": "1"}, FileField: "logo", FileName: "a\"\r\nX: y.txt",
				ContentType: "text/x-own", File: strings.NewReader("content"),
			},
			[]part{{"a", "", "", "1"}, {"b", "", "", "2"}, {"logo", "a\"%0D%0AX: y.txt", "text/x-own", "content"}}, true,
		},
		"an empty file": {
			clerk.Multipart{File: strings.NewReader("")},
			[]part{{"file", "file", "text/plain; charset=utf-8", ""}}, true,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []part
			var length int64
			client := serve(t, func(w http.ResponseWriter, r *http.Request) {
				length = r.ContentLength
				got = readParts(t, r)
				_, _ = io.WriteString(w, `{}`)
			})
			if _, err := clerk.Call[item](t.Context(), client, createItem, clerk.CallParams{Body: &test.upload}); err != nil {
				t.Fatal(err)
			}
			if len(got) != len(test.want) {
				t.Fatalf("got %d parts, want %d", len(got), len(test.want))
			}
			for i := range got {
				if got[i] != test.want[i] {
					t.Errorf("part %d: got %.80q, want %.80q", i, got[i], test.want[i])
				}
			}
			if (length > 0) != test.length {
				t.Errorf("got length %d", length)
			}
		})
	}
}

func TestMultipart_Retry(t *testing.T) {
	t.Parallel()
	const content = "some content"
	tests := map[string]struct {
		file     io.Reader
		first    any
		attempts int
	}{
		"a file is read again":               {strings.NewReader(content), 429, 2},
		"a stream cannot be":                 {onlyReader{strings.NewReader(content)}, 429, 1},
		"a stream that was not read yet can": {onlyReader{strings.NewReader(content)}, errDial, 2},
		"a broken write is not repeated":     {strings.NewReader(content), errReset, 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				attempts := 0
				client := transport(t, func(r *http.Request) (*http.Response, error) {
					attempts++
					if test.first == error(errDial) && attempts == 1 {
						return nil, errDial
					}
					parts := readParts(t, r)
					if len(parts) != 1 || parts[0].content != content {
						t.Errorf("attempt %d: got %+v", attempts, parts)
					}
					if attempts > 1 {
						return answer(200, `{}`), nil
					}
					if status, ok := test.first.(int); ok {
						return answer(status, `{}`), nil
					}
					return nil, test.first.(error)
				})
				body := &clerk.Multipart{ContentType: "text/plain", File: test.file}
				_, err := clerk.Call[item](t.Context(), client, createItem, clerk.CallParams{Body: body})
				if attempts != test.attempts || (err == nil) != (test.attempts == 2) {
					t.Errorf("got %d attempts and %v, want %d", attempts, err, test.attempts)
				}
			})
		})
	}
}

// failingReader fails after some bytes.
type failingReader struct{ left int }

func (r *failingReader) Read(p []byte) (int, error) {
	if r.left == 0 {
		return 0, errors.New("disk is gone")
	}
	n := min(len(p), r.left)
	r.left -= n
	return n, nil
}

func TestMultipart_FileFails(t *testing.T) {
	t.Parallel()
	client := serve(t, func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) })
	for _, left := range []int{0, 100, 100_000} {
		body := &clerk.Multipart{File: &failingReader{left}}
		_, err := clerk.Call[item](t.Context(), client, createItem, clerk.CallParams{Body: body})
		var paramErr *clerk.ParamError
		var transportErr *clerk.TransportError
		if !errors.As(err, &paramErr) && !errors.As(err, &transportErr) {
			t.Errorf("after %d bytes: got %v, want a typed error", left, err)
		}
	}
}

func TestMultipart_NobodyReadsTheFileAfterTheCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var body io.Reader
		client := transport(t, func(r *http.Request) (*http.Response, error) {
			body = r.Body // as a transport that still sends when the answer is there
			return answer(413, `{}`), nil
		})
		file := bytes.NewReader(make([]byte, 1000))
		upload := &clerk.Multipart{ContentType: "text/plain", File: file}
		_, err := clerk.Call[item](t.Context(), client, createItem, clerk.CallParams{Body: upload})
		var apiErr *clerk.APIError
		if !errors.As(err, &apiErr) {
			t.Fatalf("got %v", err)
		}
		if _, err := io.Copy(io.Discard, body); err == nil || file.Len() != 1000 {
			t.Errorf("the file was read: %d bytes left, %v", file.Len(), err)
		}
	})
}

func TestMultipart_BlockedFileDoesNotHoldTheCall(t *testing.T) {
	t.Parallel()
	client := serve(t, func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) })
	for name, test := range map[string]struct {
		contentType string
		opt         clerk.RequestOption
		patience    time.Duration
	}{
		"while it is sent":             {"text/plain", nil, 50 * time.Millisecond},
		"while its type is guessed":    {"", nil, 50 * time.Millisecond},
		"for longer than the time-out": {"", clerk.WithTimeout(50 * time.Millisecond), time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			reader, writer := io.Pipe()
			t.Cleanup(func() { _ = writer.Close() })
			ctx, cancel := context.WithTimeout(t.Context(), test.patience)
			defer cancel()
			upload := &clerk.Multipart{ContentType: test.contentType, File: reader}
			started := time.Now()
			_, err := clerk.Call[item](ctx, client, createItem, clerk.CallParams{Body: upload}, test.opt)
			var transportErr *clerk.TransportError
			if !errors.Is(err, context.DeadlineExceeded) || !errors.As(err, &transportErr) {
				t.Errorf("got %v, want a *TransportError", err)
			}
			if took := time.Since(started); took > 5*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

func TestMultipart_EndedContextLeavesTheFileAlone(t *testing.T) {
	t.Parallel()
	client := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("a request was sent") })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	file := strings.NewReader("content")
	_, err := clerk.Call[item](ctx, client, createItem, clerk.CallParams{Body: &clerk.Multipart{File: onlyReader{file}}})
	if !errors.Is(err, context.Canceled) || file.Len() != len("content") {
		t.Errorf("got %v and %d bytes left, want all of them", err, file.Len())
	}
}
