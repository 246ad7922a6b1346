package clerk_test

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"testing"
	"time"

	clerk "github.com/clerkgo/clerk-go/core"
	"github.com/clerkgo/clerk-go/core/internal/fastjson"
)

// userPage returns the answer to a list of users that look like those of a real instance, 3.5 kB each.
func userPage(b *testing.B, from, n int) []byte {
	b.Helper()
	data, err := os.ReadFile("testdata/user.json")
	if err != nil {
		b.Fatal(err)
	}
	user := bytes.TrimSpace(data)
	var page bytes.Buffer
	page.WriteByte('[')
	for i := from; i < from+n; i++ {
		if i > from {
			page.WriteByte(',')
		}
		page.Write(bytes.Replace(user, []byte(`"user_0"`), fmt.Appendf(nil, `"user_%d"`, i), 1))
	}
	page.WriteByte(']')
	return page.Bytes()
}

// page answers every request of a fake transport with the same body.
func page(body []byte) roundTrip {
	return func(*http.Request) (*http.Response, error) {
		return &http.Response{
			StatusCode: 200, ContentLength: int64(len(body)), Body: readCloser{bytes.NewReader(body)},
		}, nil
	}
}

type readCloser struct{ *bytes.Reader }

func (readCloser) Close() error { return nil }

func benchClient(b *testing.B, f roundTrip) *clerk.Client {
	b.Helper()
	client, err := clerk.NewClient(testKey, clerk.WithHTTPClient(&http.Client{Transport: f}))
	if err != nil {
		b.Fatal(err)
	}
	return client
}

// BenchmarkUsers_List decodes a page of 500 users; there is no network.
func BenchmarkUsers_List(b *testing.B) {
	const users = 500
	body := userPage(b, 0, users)
	client := benchClient(b, page(body))
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		list, err := client.Users.List(b.Context(), nil)
		if err != nil || len(list.Data) != users {
			b.Fatal(len(list.Data), err)
		}
	}
	perUser := float64(users) * float64(b.N)
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/perUser, "ns/user")
}

// BenchmarkSplitList cuts the same page into raw users.
func BenchmarkSplitList(b *testing.B) {
	body := userPage(b, 0, 500)
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if list, err := fastjson.Split(body); err != nil || len(list.Items) != 500 {
			b.Fatal(len(list.Items), err)
		}
	}
}

// BenchmarkUsers_Get is one call; there is no network.
func BenchmarkUsers_Get(b *testing.B) {
	body := userPage(b, 0, 1)
	client := benchClient(b, page(body[1:len(body)-1]))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := client.Users.Get(b.Context(), "user_0"); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkUsers_ListAll walks 10,000 users, 500 a page, where each answer takes 20 ms, for a loop that takes no time and one
// that takes 20 ms a page.
func BenchmarkUsers_ListAll(b *testing.B) {
	const users, size, latency = 10_000, 500, 20 * time.Millisecond
	pages := map[string][]byte{}
	for from := 0; from < users; from += size {
		after := ""
		if from > 0 {
			after = fmt.Sprintf("user_%d", from-1)
		}
		pages[after] = userPage(b, from, size)
	}
	client := benchClient(b, func(r *http.Request) (*http.Response, error) {
		time.Sleep(latency)
		body, ok := pages[r.URL.Query().Get("starting_after")]
		if !ok {
			body = []byte("[]")
		}
		return page(body)(r)
	})
	params := &clerk.UserListParams{Limit: clerk.Int64(size)}
	for _, work := range []time.Duration{0, latency} {
		for _, prefetch := range []bool{true, false} {
			b.Run(fmt.Sprintf("work=%v/prefetch=%v", work, prefetch), func(b *testing.B) {
				for b.Loop() {
					n := 0
					for _, err := range client.Users.ListAll(b.Context(), params, clerk.WithPrefetch(prefetch)) {
						if err != nil {
							b.Fatal(err)
						}
						if n++; n%size == 0 {
							time.Sleep(work)
						}
					}
					if n != users {
						b.Fatalf("got %d users", n)
					}
				}
			})
		}
	}
}
