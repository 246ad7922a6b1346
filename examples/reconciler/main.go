// Command reconciler keeps an SQLite table of users, organizations and memberships in step with Clerk: webhooks bring
// changes, in any order and more than once, and a backfill at the start brings what was missed. It talks to a local
// Clerk, or to the real one when CLERK_SECRET_KEY, CLERK_PUBLISHABLE_KEY and CLERK_WEBHOOK_SIGNING_SECRET are set:
//
//	curl 127.0.0.1:8080/objects                # the table
//	curl -X POST 127.0.0.1:8080/backfill       # heal it
//	curl -i -X POST 127.0.0.1:8080/webhooks    # 400: not from Clerk
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"os/signal"
	"syscall"
	"time"

	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
	"github.com/clerkgo/clerk-go/examples/internal/demo"
)

const address = "127.0.0.1:8080"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	err := run(ctx)
	stop()
	if err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	k, err := demo.Connect()
	if err != nil {
		return err
	}
	defer k.Close()
	verifier, now, err := connect(k)
	if err != nil {
		return err
	}
	db, err := open(ctx, "clerk.db")
	if err != nil {
		return err
	}
	defer db.close()
	app, err := newApp(db, verifier, clerkwebhook.ClientSource(k.Client), now)
	if err != nil {
		return err
	}
	if err := k.ExplainEvents(os.Stdout); err != nil {
		return err
	}
	//docs:begin backfill
	result, err := app.reconciler.Backfill(ctx, app.source) // clerkwebhook.ClientSource(client)
	if err != nil {
		return err
	}
	//docs:end backfill
	fmt.Printf("backfill: %+v\n", result)
	return demo.Serve(ctx, address, app.routes())
}

// connect makes a local Clerk send its events here; the real one is told so in its dashboard.
func connect(k *demo.Clerk) (*clerkwebhook.Verifier, func() time.Time, error) {
	if k.Local == nil {
		verifier, err := clerkwebhook.NewFromEnv()
		return verifier, time.Now, err
	}
	endpoint, err := k.Local.AddWebhook("http://" + address + "/webhooks")
	if err != nil {
		return nil, nil, err
	}
	now := k.Local.Clock().Now
	verifier, err := clerkwebhook.New(clerkwebhook.Config{Secrets: []string{endpoint.Secret()}, Now: now})
	return verifier, now, err
}
