// Package upload streams multipart/form-data bodies with one file, which can be sent again if the file is an io.Seeker.
package upload

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"slices"
	"sync"
	"time"
)

// detachPatience is how long the end of an attempt waits for a Read of the file that is under way.
const detachPatience = 100 * time.Millisecond

// uploadBuffer is how much of a file is read at once.
const uploadBuffer = 32 << 10

// ErrNoFile is the error of New for a form without a file.
var ErrNoFile = errors.New("file has no reader")

var (
	errDetached = errors.New("upload has ended")
	errBusy     = errors.New("file is still being read")
)

// Form is a form with one file. Its fields are those of clerk.Multipart, which says what they mean.
type Form struct {
	Fields      map[string]string
	FileField   string
	FileName    string
	ContentType string
	File        io.Reader
}

// Upload streams a form: what comes before the file, the file, and what comes after it. It buffers only the first bytes
// of the file, which tell its type. It is for one attempt at a time.
type Upload struct {
	contentType string
	before      []byte
	after       []byte
	file        io.Reader
	seeker      io.Seeker // nil if the file cannot be read again
	start       int64     // where the file's part after before begins
	size        int64     // bytes left after start; -1 if unknown
	opened      bool
	current     *uploadReader
}

// New prepares the upload of a form. It reads the first bytes of the file if the form does not tell its type, and stops
// waiting for them when ctx ends.
func New(ctx context.Context, m Form) (*Upload, error) {
	if m.File == nil {
		return nil, ErrNoFile
	}
	head, err := sniff(ctx, m)
	if err != nil {
		return nil, err
	}
	var buffer bytes.Buffer
	writer := multipart.NewWriter(&buffer)
	for _, name := range slices.Sorted(maps.Keys(m.Fields)) {
		if err := writer.WriteField(name, m.Fields[name]); err != nil {
			return nil, err
		}
	}
	header := textproto.MIMEHeader{}
	field, name := cmp.Or(m.FileField, "file"), cmp.Or(m.FileName, "file")
	header.Set("Content-Disposition", multipart.FileContentDisposition(field, name))
	header.Set("Content-Type", cmp.Or(m.ContentType, http.DetectContentType(head)))
	if _, err := writer.CreatePart(header); err != nil {
		return nil, err
	}
	buffer.Write(head)
	u := &Upload{contentType: writer.FormDataContentType(), file: m.File, before: bytes.Clone(buffer.Bytes()), size: -1}
	buffer.Reset()
	if err := writer.Close(); err != nil {
		return nil, err
	}
	u.after = buffer.Bytes()
	u.measure()
	return u, nil
}

// sniff reads the first bytes of the file, if its type has to be guessed from them.
func sniff(ctx context.Context, m Form) ([]byte, error) {
	if m.ContentType != "" {
		return nil, nil
	}
	head := make([]byte, 512)
	n, err := io.ReadFull(newUploadReader(ctx, m.File, len(head)), head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, err
	}
	return head[:n], nil
}

// measure finds out whether the file can be read again, and how long it is.
func (u *Upload) measure() {
	seeker, ok := u.file.(io.Seeker)
	if !ok {
		return
	}
	start, err := seeker.Seek(0, io.SeekCurrent)
	if err != nil {
		return
	}
	end, err := seeker.Seek(0, io.SeekEnd)
	if err != nil {
		return
	}
	if _, err := seeker.Seek(start, io.SeekStart); err != nil {
		return
	}
	u.seeker, u.start, u.size = seeker, start, end-start
}

// ContentType returns the media type of the body, with its boundary.
func (u *Upload) ContentType() string { return u.contentType }

// Open returns the body for one attempt and its length, -1 if that is unknown. Reading the body fails when ctx ends. Open
// fails if the previous attempt is still reading the file.
func (u *Upload) Open(ctx context.Context) (io.ReadCloser, int64, error) {
	if !u.Detach() {
		return nil, 0, errBusy
	}
	if u.opened && u.seeker != nil {
		if _, err := u.seeker.Seek(u.start, io.SeekStart); err != nil {
			return nil, 0, err
		}
	}
	u.opened = true
	length := int64(-1)
	if u.size >= 0 {
		length = int64(len(u.before)) + u.size + int64(len(u.after))
	}
	u.current = newUploadReader(ctx, u.file, uploadBuffer)
	body := io.MultiReader(bytes.NewReader(u.before), u.current, bytes.NewReader(u.after))
	return io.NopCloser(body), length, nil
}

// Rewindable reports whether another attempt can be made: the file can be read again, or was not read yet.
func (u *Upload) Rewindable() bool {
	return u.seeker != nil || u.current == nil || !u.current.wasRead()
}

// Detach ends the current attempt's reading of the file. A transport may still be sending when the answer has arrived,
// but the caller's file must not be touched after the call has returned. Detach reports whether the file is free.
func (u *Upload) Detach() bool {
	return u.current == nil || u.current.detach()
}

// uploadReader reads the file for one attempt, until the attempt ends. Each Read of the file runs beside the caller's, so that
// a file that blocks cannot hold the request.
type uploadReader struct {
	ctx    context.Context // of the one purpose that the reader is made for
	file   io.Reader
	buffer []byte

	mu       sync.Mutex
	read     bool
	detached bool
	reading  chan int // receives the length of the Read that is under way; nil if there is none
	err      error    // of the last Read
}

// newUploadReader returns a reader that takes at most size bytes from file at once.
func newUploadReader(ctx context.Context, file io.Reader, size int) *uploadReader {
	return &uploadReader{ctx: ctx, file: file, buffer: make([]byte, size)}
}

// Read reads from the file.
func (r *uploadReader) Read(p []byte) (int, error) {
	r.mu.Lock()
	if r.detached || r.reading != nil {
		r.mu.Unlock()
		return 0, errDetached
	}
	reading := make(chan int, 1)
	r.read, r.reading = true, reading
	r.mu.Unlock()
	go func() {
		n, err := r.file.Read(r.buffer[:min(len(p), len(r.buffer))])
		r.err = err
		reading <- n
	}()
	select {
	case n := <-reading:
		r.mu.Lock()
		r.reading = nil
		r.mu.Unlock()
		return copy(p, r.buffer[:n]), r.err
	case <-r.ctx.Done():
		return 0, r.ctx.Err()
	}
}

func (r *uploadReader) wasRead() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.read
}

// detach lets no further Read through. It waits for the one under way, but not forever, since a reader may block.
// It reports whether the file is free.
func (r *uploadReader) detach() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.detached = true
	if r.reading == nil {
		return true
	}
	timer := time.NewTimer(detachPatience)
	defer timer.Stop()
	select {
	case <-r.reading:
		r.reading = nil
		return true
	case <-timer.C:
		return false
	}
}
