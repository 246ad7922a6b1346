package clerktest_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
)

func ExampleStart() {
	srv, err := clerktest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()

	who := srv.SignedInUser()
	fmt.Println(srv.Explain(who.Token).Accepted)

	srv.Clock().Advance(2 * time.Minute) // a session token is good for one
	fmt.Println(srv.Explain(who.Token).Reason)
	// Output:
	// true
	// token-expired
}

func ExampleInstance_CreateOrganization() {
	srv, err := clerktest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()

	ada := srv.CreateUser(clerktest.User{Email: "ada@example.com", FirstName: "Ada"})
	acme := srv.CreateOrganization(clerktest.Organization{Name: "Acme Inc", Plan: "pro"})
	srv.DefineRole("billing", "invoices:read")
	srv.AddMember(acme.ID, ada.ID, "billing")

	who := srv.SignIn(ada.ID, acme.ID)
	fmt.Println(acme.Slug, srv.Explain(who.Token).Accepted)
	// Output: acme-inc true
}

func ExampleInstance_RotateKey() {
	srv, err := clerktest.Start()
	if err != nil {
		log.Fatal(err)
	}
	defer srv.Close()

	old := srv.SigningKeys()[0].ID
	who := srv.SignedInUser()
	srv.RotateKey()
	fmt.Println(srv.Explain(who.Token).Accepted) // both keys are published
	srv.RetireKey(old)
	fmt.Println(srv.Explain(who.Token).Reason)
	// Output:
	// true
	// jwk-kid-mismatch
}

func ExampleNewServer() {
	t := new(testing.T) // the one that the test gets

	srv := clerktest.NewServer(t)
	ada := srv.SignedInUser()
	user, err := srv.API().Users.Get(t.Context(), ada.UserID)
	if err != nil || user.ID != ada.UserID {
		t.Errorf("got %v, %v, want the user", user, err)
	}
}

func ExampleInstance_AddFault() {
	srv, err := clerktest.Start()
	if err != nil {
		panic(err)
	}
	defer srv.Close()
	client := srv.API()

	_, err = srv.AddFault(clerktest.Fault{Operation: "GetUser", Status: http.StatusServiceUnavailable, Times: 1})
	if err != nil {
		panic(err)
	}
	user := srv.CreateUser(clerktest.User{Email: "ada@example.com"})
	_, err = client.Users.Get(context.Background(), user.ID, clerk.WithRetries(0))
	fmt.Println(errors.Is(err, clerk.ErrServer))
	_, err = client.Users.Get(context.Background(), user.ID)
	fmt.Println(err)
	// Output:
	// true
	// <nil>
}

func ExampleInstance_AddWebhook() {
	srv, err := clerktest.Start()
	if err != nil {
		panic(err)
	}
	defer srv.Close()
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusServiceUnavailable) // out of order
	}))
	defer receiver.Close()

	endpoint, err := srv.AddWebhook(receiver.URL, "user.created")
	if err != nil {
		panic(err)
	}
	srv.CreateUser(clerktest.User{Email: "ada@example.com"})
	for _, pause := range append([]time.Duration{0}, clerktest.RetryLadder()...) {
		srv.Clock().Advance(pause + time.Second)
		if err := srv.FlushWebhooks(context.Background()); err != nil {
			panic(err)
		}
	}
	attempts := endpoint.Deliveries()
	last := attempts[len(attempts)-1]
	fmt.Println(len(attempts), last.Delivered, last.NextAttempt == 0)
	// Output: 8 false true
}
