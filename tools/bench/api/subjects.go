package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	peer "github.com/clerk/clerk-sdk-go/v2"
	"github.com/clerk/clerk-sdk-go/v2/user"

	clerk "github.com/clerkgo/clerk-go/core"
)

// subject is one way to read users. The first is what the others are compared with.
type subject struct {
	name string
	walk func(ctx context.Context, work time.Duration) (int, error)
	page func(ctx context.Context) (int, error)
}

func newSubjects(address string) ([]subject, error) {
	client, err := clerk.NewClient(key, clerk.WithBaseURL(address))
	if err != nil {
		return nil, err
	}
	config := &peer.ClientConfig{}
	config.Key, config.URL = peer.String(key), peer.String(address)
	config.HTTPClient = &http.Client{Transport: http.DefaultTransport.(*http.Transport).Clone()}
	return []subject{
		peerSubject(user.NewClient(config)),
		ours("core, ListAll", client),
		ours("core, ListAll, eight pages ahead", client, clerk.WithReadAhead(8)),
		ours("core, ListAll without prefetch", client, clerk.WithPrefetch(false)),
	}, nil
}

// peerSubject walks the way the documentation of clerk-sdk-go shows: by offset, until the total is reached.
func peerSubject(client *user.Client) subject {
	page := func(ctx context.Context, offset int64) (*peer.UserList, error) {
		params := &user.ListParams{}
		params.Limit, params.Offset = peer.Int64(pageSize), peer.Int64(offset)
		return client.List(ctx, params)
	}
	return subject{
		name: "clerk-sdk-go, user.List loop",
		walk: func(ctx context.Context, work time.Duration) (int, error) {
			n := 0
			for {
				list, err := page(ctx, int64(n))
				if err != nil {
					return n, err
				}
				if n += len(list.Users); len(list.Users) == 0 {
					return n, nil
				}
				time.Sleep(work)
			}
		},
		page: func(ctx context.Context) (int, error) {
			list, err := page(ctx, 0)
			if err != nil {
				return 0, err
			}
			return len(list.Users), nil
		},
	}
}

func ours(name string, client *clerk.Client, opts ...clerk.RequestOption) subject {
	params := &clerk.UserListParams{Limit: clerk.Int64(pageSize)}
	return subject{
		name: name,
		walk: func(ctx context.Context, work time.Duration) (int, error) {
			n := 0
			for _, err := range client.Users.ListAll(ctx, params, opts...) {
				if err != nil {
					return n, err
				}
				if n++; n%pageSize == 0 {
					time.Sleep(work)
				}
			}
			return n, nil
		},
		page: func(ctx context.Context) (int, error) {
			list, err := client.Users.List(ctx, params)
			if err != nil {
				return 0, err
			}
			return len(list.Data), nil
		},
	}
}

// compareWalks walks all users, the subjects taking turns.
func compareWalks(s *server, subjects []subject, work time.Duration, rounds int) error {
	s.latency.Store(int64(latency))
	defer s.latency.Store(0)
	took := make([][]time.Duration, len(subjects))
	requests := make([]int64, len(subjects))
	for range rounds {
		for i, subject := range subjects {
			before, started := s.requests.Load(), time.Now()
			n, err := subject.walk(context.Background(), work)
			if err != nil || n != users {
				return fmt.Errorf("%s: %d users: %w", subject.name, n, err)
			}
			took[i] = append(took[i], time.Since(started))
			requests[i] = s.requests.Load() - before
		}
	}
	fmt.Printf("walk of %d users, %d a page, latency %v, caller takes %v a page; median of %d\n", users, pageSize, latency, work, rounds)
	floor := median(took[0])
	for i, subject := range subjects {
		m := median(took[i])
		fmt.Printf("  %-32s %8.0f ms  ratio %.2f  %d requests\n", subject.name, float64(m.Microseconds())/1000, float64(m)/float64(floor), requests[i])
	}
	fmt.Println()
	return nil
}
