package clerkauth_test

import (
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// hanging is a Backend API that answers nothing before the end.
type hanging struct{ end chan struct{} }

func (h *hanging) RoundTrip(*http.Request) (*http.Response, error) {
	<-h.end
	return nil, errors.New("the end")
}

// BenchmarkMachine_FloodOfNewAddresses measures the refusal of an address that is seen for the first time, while so many
// others wait for their turn that there is no room for one more.
func BenchmarkMachine_FloodOfNewAddresses(b *testing.B) {
	api := &hanging{end: make(chan struct{})}
	app := guard(local(b, nil, func(c *clerkauth.Config) {
		c.SecretKey, c.HTTPClient, c.AcceptTokens = testSecret, &http.Client{Transport: api}, clerkauth.AnyToken()
	}))
	addresses := 0
	ask := func() func() int {
		addresses++
		address, value := fmt.Sprintf("[2001:db8:%x:%x::1]:1", addresses>>16, addresses&0xffff), fmt.Sprint("Bearer ak_made_up_", addresses)
		return func() int { return app.ask(address, "Authorization", value) }
	}
	var waiting sync.WaitGroup
	full := make(chan struct{})
	var once sync.Once
	for isFull := false; !isFull; {
		request := ask()
		waiting.Go(func() {
			if request() == http.StatusServiceUnavailable {
				once.Do(func() { close(full) })
			}
		})
		select {
		case <-full:
			isFull = true
		default:
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		if got := ask()(); got != http.StatusServiceUnavailable {
			b.Fatalf("got %d, want 503", got)
		}
	}
	close(api.end)
	waiting.Wait()
}
