package worker_test

import (
	"context"
	"errors"
	"testing"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/auth/clerkauthtest"
	clerk "github.com/clerkgo/clerk-go/core"
	"github.com/clerkgo/clerk-go/examples/recipes/worker"
)

func TestHandle(t *testing.T) {
	t.Parallel()
	srv, authn := clerkauthtest.New(t)
	api := srv.API()
	machine := func(name string) (id string, source clerk.TokenSource) {
		made, err := api.Machines.Create(t.Context(), &clerk.MachineCreateParams{Name: name})
		if err != nil {
			t.Fatal(err)
		}
		source, err = clerk.NewM2MTokenSource(api, clerk.M2MTokenSourceConfig{MachineSecretKey: made.SecretKey, Now: srv.Clock().Now})
		if err != nil {
			t.Fatal(err)
		}
		return made.ID, source
	}
	producer, source := machine("web")
	_, stranger := machine("reports")

	user := srv.SignedInUser()
	ctx := clerkauth.NewContext(t.Context(), authn.AuthenticateToken(t.Context(), user.Token))
	good, err := worker.NewMessage(ctx, source, "send the invoice")
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := worker.NewMessage(ctx, stranger, "send the invoice")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := worker.NewMessage(t.Context(), source, "nobody asked"); err == nil {
		t.Error("a message was made for nobody")
	}
	session := good
	session.Token = user.Token
	for name, c := range map[string]struct {
		msg  worker.Message
		kind error
	}{
		"a message of the producer":      {good, nil},
		"a message of another machine":   {foreign, clerkauth.ErrForbidden},
		"a message without a token":      {worker.Message{UserID: user.UserID}, clerkauth.ErrUnauthenticated},
		"a message with a session token": {session, clerkauth.ErrUnauthenticated},
	} {
		done := ""
		err := worker.Handle(t.Context(), authn, c.msg, func(_ context.Context, msg worker.Message) error {
			done = msg.UserID
			return nil
		}, producer)
		if !errors.Is(err, c.kind) || (done == user.UserID) != (c.kind == nil) {
			t.Errorf("%s: got %v and work for %q, want %v", name, err, done, c.kind)
		}
	}
}

func TestHandle_RetriesWhenClerkIsDown(t *testing.T) {
	t.Parallel()
	down, err := clerkauth.New(clerkauth.Config{SecretKey: "sk_test_example", HeaderOnly: true, APIURL: "http://127.0.0.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	err = worker.Handle(t.Context(), down, worker.Message{Token: "mt_0123456789abcdef"}, func(context.Context, worker.Message) error {
		t.Error("the work was done")
		return nil
	})
	if !errors.Is(err, worker.ErrRetry) {
		t.Errorf("got %v, want that it is tried again", err)
	}
}
