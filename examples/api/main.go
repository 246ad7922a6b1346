// Command api is a service that works with the Backend API: signed-in users read and change what Clerk stores about
// them. Start it, paste the lines it prints into a shell, then:
//
//	curl -i 127.0.0.1:8080/profile -H "Authorization: Bearer $TOKEN"
//	curl -i -X PUT '127.0.0.1:8080/profile/theme?value=dark' -H "Authorization: Bearer $TOKEN"
//	curl -i -X DELETE 127.0.0.1:8080/profile/theme -H "Authorization: Bearer $TOKEN"
package main

import (
	"context"
	"log"
	"os"
	"os/signal"

	clerkauth "github.com/clerkgo/clerk-go/auth"
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
	authn, err := clerkauth.New(c.Config)
	if err != nil {
		return err
	}
	if err := c.Explain(ctx, os.Stdout); err != nil {
		return err
	}
	return demo.Serve(ctx, "127.0.0.1:8080", routes(authn, c.Client))
}
