package clerkmirror

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	clerk "github.com/clerkgo/clerk-go/core"
)

const (
	// pageSize is the most that Clerk's lists answer.
	pageSize = 500
	// oldestCreated is the order of a backfill: what is created meanwhile comes at the end.
	oldestCreated, newestCreated = "+created_at", "-created_at"
)

// client returns the client of the configuration.
func (m *Mirror) client() (*clerk.Client, error) {
	if m.config.Client == nil {
		return nil, fmt.Errorf("%w: no Client", ErrConfig)
	}
	return m.config.Client, nil
}

// answer takes the time of an answer off its Date header, which has whole seconds.
type answer struct{ raw clerk.RawResponse }

func (a *answer) option() clerk.RequestOption { return clerk.WithRawResponse(&a.raw) }

// endOfSecond makes the time of an answer the latest that its Date allows. Among states with the same updated_at the
// later observed one wins, and an answer is hardly ever older than an event of the same second.
const endOfSecond = 998

// observed is when Clerk gave the answer, in Unix milliseconds and by Clerk's clock: those of replicas may be wrong.
func (m *Mirror) observed(a *answer) int64 {
	if m.config.Now != nil {
		return m.config.Now().UnixMilli()
	}
	if at, err := http.ParseTime(a.raw.Header.Get("Date")); err == nil {
		return at.UnixMilli() + endOfSecond
	}
	return time.Now().UnixMilli()
}

// pacer keeps requests apart.
type pacer struct {
	interval time.Duration
	next     time.Time
}

func (m *Mirror) newPacer() *pacer {
	if m.config.RequestsPerSecond <= 0 {
		return &pacer{}
	}
	return &pacer{interval: time.Duration(float64(time.Second) / m.config.RequestsPerSecond)}
}

// wait returns when the next request may go out. It is for one goroutine.
func (p *pacer) wait(ctx context.Context) error {
	now := time.Now()
	pause := p.next.Sub(now)
	if pause <= 0 {
		p.next = now.Add(p.interval)
		return ctx.Err()
	}
	p.next = p.next.Add(p.interval)
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// page is a part of one of Clerk's lists.
type page struct {
	rows     []*row
	skipped  int64 // objects that cannot be stored
	total    int64 // objects in the whole list, if the list says so
	lastID   string
	position string // where the next page begins
	observed int64
	last     bool
	err      error
}

// size counts the objects of the page.
func (p *page) size() int64 { return int64(len(p.rows)) + p.skipped }

// page reads the page of a backfill that begins at a position, "" for the first.
func (k *kind) page(ctx context.Context, m *Mirror, position string) page {
	from := part{limit: pageSize, order: oldestCreated}
	if k.cursor {
		from.after = position
	} else {
		from.offset, _ = strconv.ParseInt(position, 10, 64) // "" is the beginning
	}
	p := k.list(ctx, m, from)
	if k.cursor {
		p.position, p.last = p.lastID, p.size() < pageSize
	} else {
		end := from.offset + p.size()
		p.position, p.last = strconv.FormatInt(end, 10), p.size() == 0 || end >= p.total
	}
	return p
}

// total returns how many objects Clerk has.
func (k *kind) total(ctx context.Context, m *Mirror) (int64, error) {
	if k.count != nil {
		return k.count(ctx, m.config.Client)
	}
	p := k.list(ctx, m, part{limit: 1, order: oldestCreated})
	return p.total, p.err
}

// isLostPosition reports whether Clerk refuses a page because the object that it should begin after was deleted.
func isLostPosition(position string, err error) bool {
	return position != "" && (errors.Is(err, clerk.ErrInvalid) || errors.Is(err, clerk.ErrNotFound))
}
