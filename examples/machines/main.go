// Command machines is a service that other services call with machine-to-machine tokens. Start it, paste the line it
// prints into a shell, then:
//
//	curl -i -X POST localhost:8080/charges -H "Authorization: Bearer $TOKEN"
//	curl -i -X POST localhost:8080/charges
//	curl -i -X POST localhost:8080/charges -H "Authorization: Bearer mt_rubbish"
//
// With the real Clerk set CLERK_MACHINE_SECRET_KEY to the key of the machine that this service is.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/signal"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	clerk "github.com/clerkgo/clerk-go/core"
	"github.com/clerkgo/clerk-go/examples/internal/demo"
)

func main() {
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	c, err := demo.Connect()
	if err != nil {
		return err
	}
	defer c.Close()
	if c.Local != nil {
		caller, err := setUp(ctx, c)
		if err != nil {
			return err
		}
		fmt.Printf("TOKEN=$(curl -s -X POST -H 'Authorization: Bearer %s' %s/v1/m2m_tokens | %s)\n",
			caller.SecretKey, c.Config.APIURL, `sed 's/.*"token":"\([^"]*\)".*/\1/'`)
	}
	app, err := newApp(c.Config)
	if err != nil {
		return err
	}
	return demo.Serve(ctx, "127.0.0.1:8080", app)
}

// newApp accepts machine tokens and nothing else: a session token of a person is refused.
func newApp(config clerkauth.Config) (http.Handler, error) {
	config.AcceptsToken = []clerkauth.TokenType{clerkauth.TokenM2M}
	authn, err := clerkauth.New(config)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /charges", func(w http.ResponseWriter, r *http.Request) {
		state := clerkauth.FromContext(r.Context())
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusCreated)
		_ = json.NewEncoder(w).Encode(map[string]any{"may_talk_to": state.Scopes()})
	})
	return clerkauth.Middleware(authn)(clerkauth.RequireAuth()(mux)), nil
}

// setUp creates the machine of this service and one that may call it, and returns the latter.
func setUp(ctx context.Context, c *demo.Clerk) (*clerk.Machine, error) {
	billing, err := c.Client.Machines.Create(ctx, &clerk.MachineCreateParams{Name: "billing"})
	if err != nil {
		return nil, err
	}
	c.Config.MachineSecretKey = billing.SecretKey
	return c.Client.Machines.Create(ctx, &clerk.MachineCreateParams{
		Name:           "reports",
		ScopedMachines: clerk.Set([]string{billing.ID}),
	})
}
