package clerktest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// WithData keeps the instances in a folder, so that they survive a restart: their records, secret keys, signing keys,
// webhook endpoints, clocks, faults, and whether they behave like production. A change is on disk before its request is
// answered; webhook messages that wait for delivery are not stored. A missing folder is created. One emulator at a time
// may use it: on Unix systems a second one fails, elsewhere nothing stops it.
func WithData(dir string) Option {
	return func(s *settings) error {
		if dir == "" {
			return errData(errors.New("want a folder"))
		}
		s.data = dir
		return nil
	}
}

// WithProgress sets what is told how far the reading of the data folder has come, half a second after it began and then every
// second: the name of the instance and the share that is done, from 0 to 1. Without it the log says so.
func WithProgress(fn func(instance string, share float64)) Option {
	return func(s *settings) error { s.progress = fn; return nil }
}

// errDataFolder is the error of a folder in which files cannot be made.
func errDataFolder(err error) error {
	return errData(fmt.Errorf("want a folder that can be written: %w", err))
}

// errData is the error of the data folder.
func errData(err error) error { return &OptionError{"WithData", err} }

// dataFolder keeps one instance: its records in a file that carries a generation number, which grows when everything is
// replaced, and its settings.
type dataFolder struct {
	dir  string
	lock *os.File

	mu         sync.Mutex
	generation int
	records    recordsWriter // nil until the first generation
	broken     error         // why nothing can be written any more
	settings   keptSettings
}

// recordsWriter is what the data folder needs of an open records file.
type recordsWriter interface {
	io.WriteSeeker
	Truncate(size int64) error
	Sync() error
	Close() error
}

// keptSettings is what a folder keeps beside the records.
type keptSettings struct {
	Generation  int               `json:"generation"`
	Webhooks    []webhookSettings `json:"webhooks"`
	Clock       keptClock         `json:"clock"`
	Faults      []adminFault      `json:"faults"`
	Production  bool              `json:"production"`
	RateLimited bool              `json:"rate_limited"`
}

const (
	recordsPrefix, recordsSuffix = "records-", ".jsonl"
	settingsFile                 = "settings.json"
	instancesFolder              = "instances"
)

var errDataClosed = errors.New("the data folder is closed")

// openData opens a folder and keeps others out of it. Reading the records is the next step: see load.
func openData(dir string) (d *dataFolder, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, errDataFolder(err)
	}
	d = &dataFolder{dir: dir}
	if d.lock, err = lockData(dir); err != nil {
		return nil, err
	}
	if err = d.find(); err != nil {
		_ = d.lock.Close()
		return nil, errData(err)
	}
	return d, nil
}

// find reads the settings and looks for the newest generation of the records.
func (d *dataFolder) find() error {
	raw, err := os.ReadFile(filepath.Join(d.dir, settingsFile))
	if err == nil {
		err = json.Unmarshal(raw, &d.settings)
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%s: %w", settingsFile, err)
	}
	names, err := filepath.Glob(filepath.Join(d.dir, recordsPrefix+"*"+recordsSuffix))
	if err != nil {
		return err
	}
	for _, name := range names {
		number := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(name), recordsPrefix), recordsSuffix)
		if n, err := strconv.Atoi(number); err == nil {
			d.generation = max(d.generation, n)
		}
	}
	if d.generation < d.settings.Generation {
		return fmt.Errorf("%s is missing: bring it back, or empty the folder to begin anew", d.path(d.settings.Generation))
	}
	if old, _ := filepath.Glob(filepath.Join(d.dir, "state-*.json")); d.generation == 0 && len(old) > 0 {
		return fmt.Errorf("%s was written by an earlier version: empty the folder to begin anew", old[0])
	}
	return nil
}

func (d *dataFolder) path(generation int) string {
	return filepath.Join(d.dir, recordsPrefix+strconv.Itoa(generation)+recordsSuffix)
}

// header returns the header of the records, its zero value when there are none yet.
func (d *dataFolder) header() (recordsHeader, error) {
	if d.generation == 0 {
		return recordsHeader{}, nil
	}
	rf, err := openRecords(d.path(d.generation))
	if err != nil {
		return recordsHeader{}, errData(err)
	}
	return rf.header, rf.f.Close()
}

// attach loads the folder into an instance that nobody uses yet, and keeps it up to date from then on.
func (d *dataFolder) attach(in *Instance) error {
	in.mu.Lock()
	defer in.mu.Unlock()
	if err := d.load(in); err != nil {
		return errData(err)
	}
	in.data = d
	return nil
}

func (d *dataFolder) load(in *Instance) error {
	if d.generation == 0 {
		return d.rewrite(in.document(), in.state)
	}
	rf, err := openRecords(d.path(d.generation))
	if err != nil {
		return err
	}
	fresh := in.emulator.emptyState()
	changes, err := rf.load(fresh, reporter(func(share float64) { in.emulator.progress(in.name, share) }))
	if err == nil {
		err = errors.Join(rf.f.Truncate(rf.kept), seekTo(rf.f, rf.kept))
	}
	if err != nil {
		return errors.Join(fmt.Errorf("%s: %w", d.path(d.generation), err), rf.f.Close())
	}
	in.state, d.records = fresh, rf.f
	if rf.header.Instance.ID != "" {
		in.id = rf.header.Instance.ID
	}
	// A file that mostly tells of changes that later ones overwrote is written anew.
	rows := 0
	for _, c := range fresh.collections {
		rows += c.count()
	}
	if changes > 2*rows+10_000 || rf.header.Instance != in.document() {
		return d.rewrite(in.document(), in.state)
	}
	return nil
}

// rewrite starts a new generation with this state.
func (d *dataFolder) rewrite(about instanceDocument, s *state) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.lock == nil {
		return errDataClosed
	}
	next := d.generation + 1
	// The name appears last and at once: until then the old generation counts.
	if err := writeFileAtomically(d.path(next), func(w io.Writer) error { return writeRecords(w, about, s) }); err != nil {
		return err
	}
	f, err := os.OpenFile(d.path(next), os.O_WRONLY, 0) //nolint:gosec // a file of the folder that the caller named
	if err == nil {
		_, err = f.Seek(0, io.SeekEnd)
	}
	if err != nil {
		return errors.Join(err, os.Remove(d.path(next)))
	}
	if d.records != nil {
		_ = d.records.Close()
	}
	old := d.generation
	d.generation, d.records, d.broken = next, f, nil
	if old > 0 {
		_ = os.Remove(d.path(old))
	}
	// The number only helps to notice that the file vanished. The records are in place without it.
	d.settings.Generation = next
	_ = d.writeSettings()
	return nil
}

// append writes one commit and waits until it is on disk.
func (d *dataFolder) append(changes []change) error {
	var buf bytes.Buffer
	for _, ch := range changes {
		if err := appendChange(&buf, ch.table, ch.id, ch.row); err != nil {
			return err
		}
	}
	buf.WriteString(commitEnd + "\n")
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.lock == nil || d.records == nil:
		return errDataClosed
	case d.broken != nil:
		return d.broken
	}
	before, err := d.records.Seek(0, io.SeekCurrent)
	if err != nil {
		return err
	}
	if _, err = d.records.Write(buf.Bytes()); err == nil {
		err = d.records.Sync()
	}
	if err == nil {
		return nil
	}
	// The change is undone, so its lines must not stay, whole or in part. If they cannot be taken back, later commits
	// would stand behind them: nothing more is written.
	if undo := errors.Join(d.records.Truncate(before), seekTo(d.records, before)); undo != nil {
		d.broken = fmt.Errorf("an earlier change could not be taken back: %w", undo)
	}
	return err
}

func seekTo(f io.Seeker, offset int64) error {
	_, err := f.Seek(offset, io.SeekStart)
	return err
}

// keep changes the settings of the folder, on disk first.
func (d *dataFolder) keep(edit func(*keptSettings)) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.lock == nil {
		return errDataClosed
	}
	before := d.settings
	edit(&d.settings)
	err := d.writeSettings()
	if err != nil {
		d.settings = before
	}
	return err
}

func (d *dataFolder) writeSettings() error {
	raw, err := json.Marshal(d.settings) //nolint:gosec // signing secrets of this emulator, into a file for its owner only
	if err != nil {
		return err
	}
	return writeFileAtomically(filepath.Join(d.dir, settingsFile), func(w io.Writer) error {
		_, err := w.Write(raw)
		return err
	})
}

func (d *dataFolder) close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	var err error
	if d.records != nil {
		err = d.records.Close()
		d.records = nil
	}
	if d.lock != nil {
		err = errors.Join(err, d.lock.Close())
		d.lock = nil
	}
	return err
}

// writeFileAtomically writes a file beside path and then gives it this name. When it fails nothing stays behind.
func writeFileAtomically(path string, write func(io.Writer) error) error {
	temp := path + ".tmp"
	f, err := os.OpenFile(temp, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600) //nolint:gosec // a file of the caller's folder
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<16)
	err = write(w)
	if err = errors.Join(err, w.Flush(), f.Sync(), f.Close()); err == nil {
		err = os.Rename(temp, path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(temp))
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// keptInstances are the names of the further instances that a folder keeps, in order.
func (d *dataFolder) keptInstances() ([]string, error) {
	entries, err := os.ReadDir(filepath.Join(d.dir, instancesFolder))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	var names []string
	for _, entry := range entries {
		if entry.IsDir() && isLabel(entry.Name()) {
			names = append(names, entry.Name())
		}
	}
	slices.Sort(names)
	return names, err
}

// Close ends webhook deliveries and closes the data folder. The emulator must not be used afterwards.
func (e *Emulator) Close() error {
	var err error
	for _, in := range e.Instances() {
		in.closeWebhooks()
		if in.data != nil {
			err = errors.Join(err, in.data.close())
		}
	}
	return err
}
