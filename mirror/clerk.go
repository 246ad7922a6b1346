package clerkmirror

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	clerk "github.com/clerkgo/clerk-go/core"
	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
)

// pageSize is the most that Clerk's lists answer.
const pageSize = 500

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

// fetchUser asks for a user.
func (m *Mirror) fetchUser(ctx context.Context, id string) (*clerkwebhook.Record, error) {
	client, err := m.client()
	if err != nil {
		return nil, err
	}
	var a answer
	user, err := client.Users.Get(ctx, id, a.option())
	if err != nil {
		return nil, err
	}
	return userRecord(user, m.observed(&a)), nil
}

// fetchOrganization asks for an organization.
func (m *Mirror) fetchOrganization(ctx context.Context, id string) (*clerkwebhook.Record, error) {
	client, err := m.client()
	if err != nil {
		return nil, err
	}
	var a answer
	organization, err := client.Organizations.Get(ctx, id, nil, a.option())
	if err != nil {
		return nil, err
	}
	return organizationRecord(organization, m.observed(&a)), nil
}

// fetchMembership looks for the membership of a user in an organization, as no call gets one.
func (m *Mirror) fetchMembership(ctx context.Context, organizationID, userID string) (*clerkwebhook.Record, error) {
	client, err := m.client()
	if err != nil {
		return nil, err
	}
	var a answer
	params := &clerk.OrganizationMembershipListParams{UserIDs: []string{userID}}
	page, err := client.OrganizationMemberships.List(ctx, organizationID, params, a.option())
	if err != nil {
		return nil, err
	}
	for _, membership := range page.Data {
		record := membershipRecord(&membership, m.observed(&a))
		if record.UserID == userID {
			return record, nil
		}
	}
	return nil, fmt.Errorf("clerkmirror: membership: %w", clerk.ErrNotFound)
}

// fetch asks for the object of a key. It returns nil where Clerk has it no more.
func (m *Mirror) fetch(ctx context.Context, key clerkwebhook.Key) (*clerkwebhook.Record, error) {
	var record *clerkwebhook.Record
	var err error
	switch key.Kind {
	case clerkwebhook.KindUser:
		record, err = m.fetchUser(ctx, key.ID)
	case clerkwebhook.KindOrganization:
		record, err = m.fetchOrganization(ctx, key.ID)
	default:
		record, err = m.fetchMembership(ctx, key.OrganizationID, key.UserID)
	}
	if errors.Is(err, clerk.ErrNotFound) {
		return nil, nil
	}
	return record, err
}
