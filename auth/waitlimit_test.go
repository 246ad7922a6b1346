package clerkauth_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

func TestWaitLimit(t *testing.T) {
	t.Parallel()
	t.Run("the time begins with the first wait", func(t *testing.T) {
		t.Parallel()
		synctest.Test(t, func(t *testing.T) {
			ctx := clerkauth.NewWaitLimit(t.Context(), time.Second)
			defer ctx.Stop()
			<-time.After(time.Hour)
			began := time.Now()
			<-ctx.Done()
			if got := time.Since(began); got != time.Second || !errors.Is(ctx.Err(), context.DeadlineExceeded) {
				t.Errorf("got an end after %s with %v, want one second and a deadline", got, ctx.Err())
			}
		})
	})
	t.Run("the parent ends it", func(t *testing.T) {
		t.Parallel()
		parent, cancel := context.WithCancel(t.Context())
		ctx := clerkauth.NewWaitLimit(parent, time.Hour)
		defer ctx.Stop()
		cancel()
		<-ctx.Done()
		if !errors.Is(ctx.Err(), context.Canceled) {
			t.Errorf("got %v, want context.Canceled", ctx.Err())
		}
	})
	t.Run("nobody waits after the request", func(t *testing.T) {
		t.Parallel()
		for name, begin := range map[string]func(context.Context){
			"nobody waited before":   func(context.Context) {},
			"somebody waited before": func(ctx context.Context) { _ = ctx.Done() },
		} {
			ctx := clerkauth.NewWaitLimit(t.Context(), time.Hour)
			begin(ctx)
			ctx.Stop()
			<-ctx.Done()
			if !errors.Is(ctx.Err(), context.Canceled) {
				t.Errorf("%s: got %v, want context.Canceled", name, ctx.Err())
			}
		}
	})
}
