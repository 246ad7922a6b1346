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
	"sort"
	"strconv"
	"strings"
	"sync"
)

// WithData keeps the records of the first instance, its secret key, signing keys and webhook endpoints in a folder, so
// that they survive a restart. What a request was answered for is on disk before the answer leaves; webhook messages on
// their way are not. The folder is made when it is missing. One emulator at a time may use it: on Unix systems a second
// one fails, elsewhere nothing stops it.
func WithData(dir string) Option {
	return func(s *settings) error {
		if dir == "" {
			return errors.New("clerktest: WithData: want a folder")
		}
		s.data = dir
		return nil
	}
}

// dataFolder is a whole state and the changes made since, in files that carry a generation number. A new generation
// starts when the emulator does and when everything is replaced; whatever is found half written belongs to a change
// that nobody was told about.
type dataFolder struct {
	dir  string
	lock *os.File

	mu         sync.Mutex
	generation int
	journal    *os.File
}

const (
	stateFilePattern   = "state-%d.json"
	journalFilePattern = "journal-%d.jsonl"
	webhooksFile       = "webhooks.json"
)

var errDataClosed = errors.New("the data folder is closed")

// storedData is what a folder holds.
type storedData struct {
	state    []byte // nil when the folder is new
	commits  [][]committedChange
	webhooks []webhookSettings
}

// openData reads a folder.
func openData(dir string) (d *dataFolder, kept storedData, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, kept, fmt.Errorf("clerktest: WithData: %w", err)
	}
	d = &dataFolder{dir: dir}
	if d.lock, err = lockData(dir); err != nil {
		return nil, kept, err
	}
	defer func() {
		if err != nil {
			_ = d.lock.Close()
		}
	}()
	if d.generation, err = d.newest(); err != nil {
		return nil, kept, err
	}
	if kept.webhooks, err = d.loadWebhooks(); err != nil || d.generation == 0 {
		return d, kept, err
	}
	kept.state, err = os.ReadFile(d.path(stateFilePattern, d.generation))
	if err != nil {
		return nil, kept, fmt.Errorf("clerktest: WithData: %w", err)
	}
	kept.commits, err = readJournal(d.path(journalFilePattern, d.generation))
	return d, kept, err
}

func (d *dataFolder) path(pattern string, generation int) string {
	return filepath.Join(d.dir, fmt.Sprintf(pattern, generation))
}

// newest is the highest generation whose state is complete, 0 when there is none.
func (d *dataFolder) newest() (int, error) {
	names, err := filepath.Glob(filepath.Join(d.dir, "state-*.json"))
	if err != nil {
		return 0, fmt.Errorf("clerktest: WithData: %w", err)
	}
	generations := []int{0}
	for _, name := range names {
		number := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(name), "state-"), ".json")
		if n, err := strconv.Atoi(number); err == nil {
			generations = append(generations, n)
		}
	}
	sort.Ints(generations)
	return generations[len(generations)-1], nil
}

// readJournal returns the commits of a journal. A last line that is not complete was never acknowledged and is left
// out; a broken line before it is an error.
func readJournal(path string) ([][]committedChange, error) {
	raw, err := os.ReadFile(path) //nolint:gosec // a file of the folder that the caller named
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("clerktest: WithData: %w", err)
	}
	var commits [][]committedChange
	for len(raw) > 0 {
		line, rest, complete := bytes.Cut(raw, []byte{'\n'})
		if !complete {
			break
		}
		var changes []committedChange
		if err := json.Unmarshal(line, &changes); err != nil {
			return nil, fmt.Errorf("clerktest: WithData: journal line %d: %w", len(commits)+1, err)
		}
		commits, raw = append(commits, changes), rest
	}
	return commits, nil
}

// rewrite starts a new generation with this state.
func (d *dataFolder) rewrite(state []byte) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.lock == nil {
		return errDataClosed
	}
	next := d.generation + 1
	journal, err := os.OpenFile(d.path(journalFilePattern, next), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	// The state's name appears last and at once: until then the old generation counts.
	if err := writeFileAtomically(d.path(stateFilePattern, next), state); err != nil {
		_ = journal.Close()
		return err
	}
	if d.journal != nil {
		_ = d.journal.Close()
	}
	old := d.generation
	d.generation, d.journal = next, journal
	if old > 0 {
		_ = os.Remove(d.path(stateFilePattern, old))
		_ = os.Remove(d.path(journalFilePattern, old))
	}
	return nil
}

// append writes one commit and waits until it is on disk.
func (d *dataFolder) append(changes []committedChange) error {
	line, err := json.Marshal(changes)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.journal == nil {
		return errDataClosed
	}
	before, err := d.journal.Seek(0, io.SeekCurrent)
	if err != nil {
		return err
	}
	if _, err = d.journal.Write(append(line, '\n')); err == nil {
		err = d.journal.Sync()
	}
	if err != nil {
		// The change is undone, so its line must not stay, whole or in part.
		return errors.Join(err, d.journal.Truncate(before), seekTo(d.journal, before))
	}
	return nil
}

func seekTo(f *os.File, offset int64) error {
	_, err := f.Seek(offset, io.SeekStart)
	return err
}

func (d *dataFolder) loadWebhooks() (list []webhookSettings, err error) {
	raw, err := os.ReadFile(filepath.Join(d.dir, webhooksFile))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err == nil {
		err = json.Unmarshal(raw, &list)
	}
	if err != nil {
		return nil, fmt.Errorf("clerktest: WithData: %s: %w", webhooksFile, err)
	}
	return list, nil
}

func (d *dataFolder) saveWebhooks(list []webhookSettings) error {
	raw, err := json.Marshal(list) //nolint:gosec // signing secrets of this emulator, into a file for its owner only
	if err != nil {
		return err
	}
	return writeFileAtomically(filepath.Join(d.dir, webhooksFile), raw)
}

func (d *dataFolder) close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	var err error
	for _, f := range []**os.File{&d.journal, &d.lock} {
		if *f != nil {
			err = errors.Join(err, (*f).Close())
			*f = nil
		}
	}
	return err
}

func writeFileAtomically(path string, content []byte) error {
	temp := path + ".tmp"
	f, err := os.OpenFile(temp, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600) //nolint:gosec // a file of the caller's folder
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	_, err = w.Write(content)
	err = errors.Join(err, w.Flush(), f.Sync(), f.Close())
	if err != nil {
		return err
	}
	if err := os.Rename(temp, path); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// attach loads the folder into a fresh instance and keeps it up to date from then on.
func (d *dataFolder) attach(in *Instance, kept storedData) error {
	if kept.state != nil {
		if err := in.LoadState(kept.state); err != nil {
			return err
		}
		for _, changes := range kept.commits {
			if err := in.applyJournal(changes); err != nil {
				return err
			}
		}
	}
	whole, err := in.MarshalState()
	if err != nil {
		return err
	}
	if err := d.rewrite(whole); err != nil {
		return fmt.Errorf("clerktest: WithData: %w", err)
	}
	in.journal, in.rewrite, in.webhooks.save = d.append, d.rewrite, d.saveWebhooks
	return nil
}

// storedSecret is the secret key of a stored state, empty when there is none.
func storedSecret(state []byte) string {
	var doc stateDocument
	if json.Unmarshal(state, &doc) != nil {
		return ""
	}
	return doc.Instance.Secret
}

// Close ends webhook deliveries and closes the data folder. The emulator must not be used afterwards.
func (e *Emulator) Close() error {
	for _, in := range e.Instances() {
		in.closeWebhooks()
	}
	if e.data == nil {
		return nil
	}
	return e.data.close()
}
