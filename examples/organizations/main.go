// Command organizations is a service in which the members of an organization see each other and its admins invite and
// remove people. Start it, paste the lines it prints into a shell, then:
//
//	curl -i 127.0.0.1:8080/members -H "Authorization: Bearer $TOKEN"
//	curl -i 127.0.0.1:8080/invitations -H "Authorization: Bearer $TOKEN" -d email=ben@example.com
//	curl -i -X DELETE 127.0.0.1:8080/members/user_x -H "Authorization: Bearer $TOKEN"
package main

import (
	"context"
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
	authn, err := clerkauth.New(c.Config)
	if err != nil {
		return err
	}
	if err := c.Explain(ctx, os.Stdout); err != nil {
		return err
	}
	return demo.Serve(ctx, "127.0.0.1:8080", routes(authn, c.Client))
}

func routes(authn *clerkauth.Authenticator, client *clerk.Client) http.Handler {
	s := &service{client: client}
	member := clerkauth.RequireAuth(clerkauth.AnyOf(clerkauth.HasRole("org:admin"), clerkauth.HasRole("org:member")))
	admin := clerkauth.RequireAuth(clerkauth.HasRole("org:admin"))
	// Removing somebody needs a password or a second factor of the last ten minutes, and the admin in person.
	careful := clerkauth.RequireAuth(clerkauth.HasRole("org:admin"),
		clerkauth.Reverified(clerkauth.Strict()), clerkauth.NotImpersonated())

	mux := http.NewServeMux()
	mux.Handle("GET /members", member(http.HandlerFunc(s.members)))
	mux.Handle("POST /invitations", admin(http.HandlerFunc(s.invite)))
	mux.Handle("DELETE /members/{user}", careful(http.HandlerFunc(s.remove)))
	return clerkauth.Middleware(authn)(mux)
}
