package clerktest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"sync"
	"time"
)

// The records file of an instance begins with a header. Changes follow, one a line, in commits that end with a line of
// its own; what stands behind the last such line belongs to a change that nobody was told about.
//
//	{"version":2,"instance":{…}}
//	+users {"id":"user_1",…}
//	-sessions sess_1
//	.
const (
	recordsVersion = 2
	commitEnd      = "."
	commitRows     = 1000 // that a whole state puts into one commit
)

// recordsHeader is the first line of a records file.
type recordsHeader struct {
	Version  int              `json:"version"`
	Instance instanceDocument `json:"instance"`
}

// appendChange writes one change as a line.
func appendChange(buf *bytes.Buffer, table, id string, row any) error {
	if row == nil {
		fmt.Fprintf(buf, "-%s %s\n", table, id)
		return nil
	}
	raw, err := json.Marshal(row)
	if err != nil {
		return fmt.Errorf("clerktest: journal of table %s: %w", table, err)
	}
	buf.WriteByte('+')
	buf.WriteString(table)
	buf.WriteByte(' ')
	buf.Write(raw)
	buf.WriteByte('\n')
	return nil
}

// writeRecords writes a whole state.
func writeRecords(w io.Writer, about instanceDocument, s *state) error {
	header, err := json.Marshal(recordsHeader{Version: recordsVersion, Instance: about})
	if err != nil {
		return err
	}
	if _, err := w.Write(append(header, '\n')); err != nil {
		return err
	}
	var buf bytes.Buffer
	pending := 0
	flush := func() error {
		if pending == 0 {
			return nil
		}
		pending = 0
		buf.WriteString(commitEnd + "\n")
		_, err := buf.WriteTo(w)
		return err
	}
	for name, c := range s.collections {
		for row := range c.each() {
			if err := appendChange(&buf, name, "", row); err != nil {
				return err
			}
			if pending++; pending == commitRows {
				if err := flush(); err != nil {
					return err
				}
			}
		}
	}
	return flush()
}

// recordsFile is a records file that is being read.
type recordsFile struct {
	f      *os.File
	r      *bufio.Reader
	long   []byte    // of next, for a line that is longer than the buffer of r
	spare  sync.Pool // texts of batches that are decoded, whose memory the next ones take
	size   int64
	read   int64 // bytes of the lines so far
	kept   int64 // bytes up to the end of the last commit
	line   int
	header recordsHeader
}

// openRecords opens a records file and reads its header.
func openRecords(path string) (*recordsFile, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0) //nolint:gosec // a file of the folder that the caller named
	if err != nil {
		return nil, err
	}
	rf := &recordsFile{f: f, r: bufio.NewReaderSize(f, 1<<20)}
	info, err := f.Stat()
	if err == nil {
		rf.size = info.Size()
		err = rf.readHeader()
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return rf, nil
}

func (rf *recordsFile) readHeader() error {
	line, err := rf.next()
	if err != nil {
		return fmt.Errorf("%s: the header is missing: %w", rf.f.Name(), err)
	}
	if err := json.Unmarshal(line, &rf.header); err != nil {
		return rf.broken(err)
	}
	if rf.header.Version != recordsVersion {
		return fmt.Errorf("%s: version %d is not %d", rf.f.Name(), rf.header.Version, recordsVersion)
	}
	rf.kept = rf.read
	return nil
}

// next returns a whole line without its end, which is good until the next call, or io.EOF.
func (rf *recordsFile) next() ([]byte, error) {
	line, err := rf.r.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		rf.long = append(rf.long[:0], line...)
		for errors.Is(err, bufio.ErrBufferFull) {
			line, err = rf.r.ReadSlice('\n')
			rf.long = append(rf.long, line...)
		}
		line = rf.long
	}
	if err != nil { // also when the last line has no end
		return nil, err
	}
	rf.line++
	rf.read += int64(len(line))
	return line[:len(line)-1], nil
}

func (rf *recordsFile) broken(err error) error {
	return fmt.Errorf("%s: line %d: %w", rf.f.Name(), rf.line, err)
}

// batch is a run of lines that are decoded together, beside other batches.
type batch struct {
	text    *[]byte // lines with their ends; nil once they are decoded
	lines   int
	first   int   // number of its first line
	end     int64 // bytes of the file up to its end
	changes []loadedChange
	err     error
	done    chan struct{}
}

// loadedChange is one line: a row, the id of a row that is gone, or with neither the end of a commit.
type loadedChange struct {
	collection anyCollection
	id         string
	row        any
	size       int64
}

const batchLines = 256

// load applies the commits of the file to a state and returns how many changes there were. The lines are decoded on
// several processors.
func (rf *recordsFile) load(s *state, progress func(share float64)) (changes int, err error) {
	todo, inTurn := make(chan *batch), make(chan *batch, 2*runtime.GOMAXPROCS(0))
	for range runtime.GOMAXPROCS(0) {
		go func() {
			for b := range todo {
				b.decode(s)
				rf.spare.Put(b.text)
				b.text = nil
				close(b.done)
			}
		}()
	}
	readErr := make(chan error, 1)
	go func() {
		defer close(inTurn)
		defer close(todo)
		readErr <- rf.split(todo, inTurn)
	}()
	kept := rf.kept
	var pending []loadedChange
	for b := range inTurn {
		<-b.done
		if err == nil {
			err = b.err
		}
		if err != nil {
			continue // the reader ends by itself: let it
		}
		at := b.end
		for _, ch := range b.changes {
			at -= ch.size
		}
		for _, ch := range b.changes {
			at += ch.size
			if ch.collection != nil {
				pending = append(pending, ch)
				continue
			}
			for _, one := range pending {
				one.collection.apply(one.id, one.row)
			}
			changes += len(pending)
			pending, kept = pending[:0], at
		}
		progress(float64(b.end) / float64(max(rf.size, 1)))
	}
	if e := <-readErr; err == nil {
		err = e
	}
	rf.kept = kept
	return changes, err
}

// split cuts the file into batches.
func (rf *recordsFile) split(todo, inTurn chan<- *batch) error {
	for {
		b := &batch{first: rf.line + 1, done: make(chan struct{})}
		var ok bool
		if b.text, ok = rf.spare.Get().(*[]byte); !ok {
			b.text = new([]byte)
		}
		text := (*b.text)[:0]
		var err error
		for b.lines < batchLines && err == nil {
			var line []byte
			if line, err = rf.next(); err == nil {
				text = append(append(text, line...), '\n')
				b.lines++
			}
		}
		*b.text, b.end = text, rf.read
		if b.lines > 0 {
			inTurn <- b
			todo <- b
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (b *batch) decode(s *state) {
	b.changes = make([]loadedChange, 0, b.lines)
	for line := range bytes.Lines(*b.text) {
		change, err := decodeChange(s, line[:len(line)-1])
		if err != nil {
			b.err = fmt.Errorf("line %d: %w", b.first+len(b.changes), err)
			return
		}
		change.size = int64(len(line))
		b.changes = append(b.changes, change)
	}
}

func decodeChange(s *state, line []byte) (loadedChange, error) {
	if string(line) == commitEnd {
		return loadedChange{}, nil
	}
	name, rest, ok := bytes.Cut(line, []byte{' '})
	if !ok || len(name) < 2 || (name[0] != '+' && name[0] != '-') {
		return loadedChange{}, errors.New("it is not a change")
	}
	c := s.collections[string(name[1:])]
	switch {
	case c == nil:
		return loadedChange{}, errors.New("there is no table " + string(name[1:]))
	case name[0] == '-':
		return loadedChange{collection: c, id: string(rest)}, nil
	}
	row, err := c.decode(rest)
	return loadedChange{collection: c, row: row}, err
}

// reporter calls fn half a second after it was made and then every second.
func reporter(fn func(share float64)) func(share float64) {
	next := time.Now().Add(500 * time.Millisecond)
	return func(share float64) {
		if now := time.Now(); now.After(next) {
			next = now.Add(time.Second)
			fn(share)
		}
	}
}
