// Command webhooks receives Clerk's webhooks with net/http and prints what they say. It gets them from a local Clerk,
// or from the real one when CLERK_SECRET_KEY and CLERK_WEBHOOK_SIGNING_SECRET are set:
//
//	curl -i -X POST 127.0.0.1:8080/webhooks              # 400: no signature
//	curl -i 127.0.0.1:8080/webhooks                      # 405: not a POST
//	curl -i -X POST -H 'svix-id: msg_1' -H "svix-timestamp: $(date +%s)" -H 'svix-signature: v1,AAAA' -d '{}' 127.0.0.1:8080/webhooks  # 401
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"os/signal"

	clerk "github.com/clerkgo/clerk-go/core"
	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
	"github.com/clerkgo/clerk-go/examples/internal/demo"
)

const address = "127.0.0.1:8080"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Stdout)
	stop()
	if err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, out io.Writer) error {
	k, err := demo.Connect()
	if err != nil {
		return err
	}
	defer k.Close()
	verifier, err := verifierFor(k, "http://"+address+"/webhooks")
	if err != nil {
		return err
	}
	handler, err := newHandler(verifier, out)
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("/webhooks", handler)
	if err := k.ExplainEvents(out); err != nil {
		return err
	}
	return demo.Serve(ctx, address, mux)
}

// newHandler prints some events by name and all others by type.
func newHandler(verifier *clerkwebhook.Verifier, out io.Writer) (*clerkwebhook.Handler, error) {
	say := func(format string, args ...any) error {
		_, err := fmt.Fprintf(out, format+"\n", args...)
		return err // an error makes Clerk send the event again
	}
	return clerkwebhook.NewHandler(verifier, clerkwebhook.Callbacks{
		UserCreated: func(_ context.Context, event *clerkwebhook.Event, user *clerk.User) error {
			return say("%s is new, since %s", user.ID, event.Time())
		},
		OrganizationMembershipCreated: func(_ context.Context, _ *clerkwebhook.Event, m *clerk.OrganizationMembership) error {
			return say("a member of %s with the role %s", m.Organization.ID, m.Role)
		},
		Other: func(_ context.Context, event *clerkwebhook.Event) error {
			return say("%s", event.Type)
		},
	}, clerkwebhook.WithErrorReporter(func(_ context.Context, _ *clerkwebhook.Event, err error) { log.Print(err) }))
}
