// Command mirror is a Gin shop whose orders refer to Clerk's users in its own database. It talks to a local Clerk, or to the
// real one when CLERK_SECRET_KEY, CLERK_PUBLISHABLE_KEY and CLERK_WEBHOOK_SIGNING_SECRET are set:
//
//	curl -H "Authorization: Bearer $TOKEN" -X POST '127.0.0.1:8080/orders?item=loom'
//	curl 127.0.0.1:8080/orders                 # orders with the buyer's name, in one join
//	curl -i -X POST 127.0.0.1:8080/webhooks    # 400: not from Clerk
package main

import (
	"context"
	"database/sql"
	"fmt"
	"log"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/gin-gonic/gin"
	_ "modernc.org/sqlite" // the driver, in pure Go

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/clerktest"
	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
	"github.com/clerkgo/clerk-go/examples/internal/demo"
)

const address = "127.0.0.1:8080"

func main() {
	gin.SetMode(gin.ReleaseMode) // quiet
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
	db, err := sql.Open("sqlite", "file:shop.db?_pragma=busy_timeout(5000)&_pragma=foreign_keys(1)&_txlock=immediate")
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	s, err := newShop(ctx, db, k.Client)
	if err != nil {
		return err
	}
	verifier, err := connect(k)
	if err != nil {
		return err
	}
	authn, err := clerkauth.New(k.Config)
	if err != nil {
		return err
	}
	app, err := s.routes(authn, verifier) //nolint:contextcheck // each request has its own
	if err != nil {
		return err
	}
	result, err := s.mirror.Backfill(ctx) // what happened while this service was not there
	if err != nil {
		return err
	}
	fmt.Printf("backfill: %+v\n", result)
	return demo.Serve(ctx, address, app)
}

// connect makes a local Clerk send its events here and prints somebody's token; the real one is told so in its dashboard.
func connect(k *demo.Clerk) (*clerkwebhook.Verifier, error) {
	if k.Local == nil {
		return clerkwebhook.NewFromEnv()
	}
	endpoint, err := k.Local.AddWebhook("http://" + address + "/webhooks")
	if err != nil {
		return nil, err
	}
	user := k.Local.CreateUser(clerktest.User{FirstName: "Ada", LastName: "Lovelace"})
	session := k.Local.CreateSession(user.ID, "")
	fmt.Fprintf(os.Stdout, "export TOKEN=%s\n", k.Local.SessionToken(session, clerktest.TokenTTL(time.Hour)))
	return clerkwebhook.New(clerkwebhook.Config{Secrets: []string{endpoint.Secret()}})
}
