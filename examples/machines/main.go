// Command machines is a service that other services call with machine-to-machine tokens. Start it, paste the line it
// prints into a shell, then:
//
//	curl -i -X POST 127.0.0.1:8080/charges -H "Authorization: Bearer $TOKEN"
//	curl -i -X POST 127.0.0.1:8080/charges
//	curl -i -X POST 127.0.0.1:8080/charges -H "Authorization: Bearer mt_rubbish"
//
// With the real Clerk set CLERK_MACHINE_SECRET_KEY to the key of the machine that this service is.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"os/signal"

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
