package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"

	clerksdk "github.com/clerk/clerk-sdk-go/v2"
	clerksdkuser "github.com/clerk/clerk-sdk-go/v2/user"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

const (
	people   = 100
	requests = 1000
	askings  = 10 // of one page
)

// counted is a transport that counts what reaches Clerk. After remember it answers from memory, so that what is timed is
// the caller alone.
type counted struct {
	calls atomic.Int64
	body  []byte
}

func (c *counted) RoundTrip(r *http.Request) (*http.Response, error) {
	c.calls.Add(1)
	if c.body == nil {
		return http.DefaultTransport.RoundTrip(r)
	}
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, ContentLength: int64(len(c.body)),
		Body: io.NopCloser(bytes.NewReader(c.body)), Request: r, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}, nil
}

// remember keeps the answer to one request.
func (c *counted) remember(ctx context.Context, url, secret string) error {
	body, err := get(ctx, url, secret)
	c.body = body
	return err
}

// get returns what the local Clerk answers.
func get(ctx context.Context, url, secret string) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bearer "+secret)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	return io.ReadAll(resp.Body)
}

// asker finds the user behind a state, over a transport of its own.
type asker struct {
	name string
	sent *counted
	ask  func(ctx context.Context) (id string, err error)
}

func (fx *fixture) askers() []asker {
	ours, theirs, key, url := &counted{}, &counted{}, fx.server.SecretKey(), fx.server.URL()+"/v1"
	client := clerksdkuser.NewClient(&clerksdk.ClientConfig{BackendConfig: clerksdk.BackendConfig{
		HTTPClient: &http.Client{Transport: theirs}, Key: &key, URL: &url,
	}})
	return []asker{
		{"clerkauth.CurrentUser", ours, func(ctx context.Context) (string, error) {
			user, err := clerkauth.CurrentUser(ctx)
			if err != nil {
				return "", err
			}
			return user.ID, nil
		}},
		{"clerk-sdk-go user.Get", theirs, func(ctx context.Context) (string, error) {
			user, err := client.Get(ctx, clerkauth.FromContext(ctx).UserID())
			if err != nil {
				return "", err
			}
			return user.ID, nil
		}},
	}
}

// visits returns the contexts of requests of new people, each signed in at an authenticator with this transport.
func (fx *fixture) visits(ctx context.Context, transport http.RoundTripper, count int) ([]context.Context, error) {
	authn, err := fx.authenticator(func(c *clerkauth.Config) { c.HTTPClient = &http.Client{Transport: transport} })
	if err != nil {
		return nil, err
	}
	var visits []context.Context
	for range count {
		state := authn.AuthenticateToken(ctx, fx.server.SignedInUser().Token)
		if !state.SignedIn() {
			return nil, state.Err()
		}
		visits = append(visits, clerkauth.NewContext(ctx, state))
	}
	return visits, nil
}

// currentUser counts the calls that many requests cost, and times one asking.
//
//nolint:contextcheck // each visit has a context of its own
func (fx *fixture) currentUser(ctx context.Context) (group, error) {
	fmt.Printf("calls to Clerk for %d concurrent requests of %d people, and for a page that asks %d times\n", requests, people, askings)
	askers := fx.askers()
	visits, err := fx.visits(ctx, askers[0].sent, people)
	if err != nil {
		return group{}, err
	}
	for _, a := range askers {
		page, err := fx.visits(ctx, a.sent, 1)
		if err != nil {
			return group{}, err
		}
		crowd, err := a.crowd(visits)
		if err != nil {
			return group{}, fmt.Errorf("%s: %w", a.name, err)
		}
		often, err := a.often(page[0])
		if err != nil {
			return group{}, fmt.Errorf("%s: %w", a.name, err)
		}
		fmt.Printf("  %s: %d, %d\n", a.name, crowd, often)
	}
	return fx.timed(visits[0], askers)
}

// timed times one asking about a person who was asked about before, with a Clerk that answers from memory.
func (fx *fixture) timed(ctx context.Context, askers []asker) (group, error) {
	id := clerkauth.FromContext(ctx).UserID()
	g := group{
		title: "one asking; Clerk answers without a network",
		bare:  subject{"the id alone", func() error { return wanted(clerkauth.FromContext(ctx).UserID(), id, nil) }},
	}
	for _, a := range askers {
		if _, err := a.ask(clerkauth.NewContext(ctx, nil)); err == nil {
			return g, fmt.Errorf("%s finds a user for nobody", a.name)
		}
		if err := a.sent.remember(ctx, fx.server.URL()+"/v1/users/"+id, fx.server.SecretKey()); err != nil {
			return g, err
		}
		g.subjects = append(g.subjects, subject{a.name, func() error {
			got, err := a.ask(ctx)
			return wanted(got, id, err)
		}})
	}
	return g, nil
}

func wanted(got, want string, err error) error {
	if err == nil && got != want {
		err = errors.New("the user is somebody else")
	}
	return err
}

// often asks as a page does whose parts know nothing of each other, and returns how many calls to Clerk that took.
func (a asker) often(ctx context.Context) (int64, error) {
	before := a.sent.calls.Load()
	for range askings {
		if _, err := a.ask(ctx); err != nil {
			return 0, err
		}
	}
	return a.sent.calls.Load() - before, nil
}

// crowd lets all requests ask at once, and returns how many calls to Clerk that took.
func (a asker) crowd(visits []context.Context) (int64, error) {
	before := a.sent.calls.Load()
	err := atOnce(func(i int) error {
		ctx := visits[i%len(visits)]
		got, err := a.ask(ctx)
		return wanted(got, clerkauth.FromContext(ctx).UserID(), err)
	})
	return a.sent.calls.Load() - before, err
}

// atOnce lets all requests begin together, and returns what went wrong.
func atOnce(do func(i int) error) error {
	var group sync.WaitGroup
	failed, start := make([]error, requests), make(chan struct{})
	for i := range requests {
		group.Go(func() {
			<-start
			failed[i] = do(i)
		})
	}
	close(start)
	group.Wait()
	return errors.Join(failed...)
}
