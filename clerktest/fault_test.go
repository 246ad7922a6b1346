package clerktest_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
)

func TestAddFault(t *testing.T) {
	t.Parallel()
	srv := clerktest.NewServer(t)
	client := newClient(srv.Instance)
	u := srv.CreateUser(clerktest.User{})
	if _, err := srv.AddFault(clerktest.Fault{Operation: "GetUser", Status: http.StatusTooManyRequests, RetryAfter: 3 * time.Second, Times: 1}); err != nil {
		t.Fatal(err)
	}
	_, err := client.Users.Get(t.Context(), u.ID)
	var apiErr *clerk.APIError
	if !errors.As(err, &apiErr) || !errors.Is(err, clerk.ErrRateLimited) || apiErr.RetryAfter != 3*time.Second || apiErr.TraceID == "" {
		t.Errorf("first call = %v, want a rate limit with Retry-After and trace id", err)
	}
	if _, err := client.Users.Get(t.Context(), u.ID); err != nil {
		t.Errorf("second call = %v, want the fault gone", err)
	}
	if _, err := srv.AddFault(clerktest.Fault{Operation: "GetUser", Disconnect: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Users.Get(t.Context(), u.ID); err == nil || errors.As(err, &apiErr) && apiErr == nil {
		t.Error("a dropped connection gave no error")
	}
	if _, err := client.Users.Count(t.Context(), nil); err != nil {
		t.Errorf("another operation = %v, want it undisturbed", err)
	}
	srv.ClearFaults()
	if _, err := client.Users.Get(t.Context(), u.ID); err != nil {
		t.Errorf("after ClearFaults = %v", err)
	}
}

func TestAddFault_Refusals(t *testing.T) {
	t.Parallel()
	srv := clerktest.NewServer(t)
	for name, f := range map[string]clerktest.Fault{
		"unknown operation":  {Operation: "GetNobody", Status: 500},
		"a success":          {Status: 200},
		"nothing at all":     {Operation: "GetUser"},
		"negative latency":   {Latency: -1, Status: 500},
		"probability over 1": {Status: 500, Probability: 1.5},
	} {
		if _, err := srv.AddFault(f); err == nil {
			t.Errorf("AddFault(%s) succeeded", name)
		}
	}
}

func TestEnforceRateLimits(t *testing.T) {
	t.Parallel()
	srv := clerktest.NewServer(t)
	client := newClient(srv.Instance)
	srv.Clock().Freeze()
	srv.EnforceRateLimits(true)
	u := srv.CreateUser(clerktest.User{})
	update := func() error {
		_, err := client.Users.Update(t.Context(), u.ID, &clerk.UserUpdateParams{FirstName: clerk.String("Ada")})
		return err
	}
	for i := range 10 {
		if err := update(); err != nil {
			t.Fatalf("update %d = %v", i+1, err)
		}
	}
	if err := update(); !errors.Is(err, clerk.ErrRateLimited) {
		t.Errorf("update 11 = %v, want the limit of one record", err)
	}
	for range 90 {
		if _, err := client.Users.Get(t.Context(), u.ID); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := client.Users.Get(t.Context(), u.ID); !errors.Is(err, clerk.ErrRateLimited) {
		t.Errorf("call 101 = %v, want the limit of the instance", err)
	}
	if _, err := client.JWKS.Get(t.Context()); err != nil {
		t.Errorf("JWKS = %v, want it unlimited", err)
	}
	srv.Clock().Advance(10 * time.Second)
	if err := update(); err != nil {
		t.Errorf("update in the next window = %v", err)
	}
}
