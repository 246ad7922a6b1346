// Package demo gives the examples a Clerk to talk to: the real one when CLERK_SECRET_KEY is set, otherwise a local
// one that lives as long as the program.
package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"time"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/clerktest"
	clerk "github.com/clerkgo/clerk-go/core"
)

// Clerk is what an example needs to know about its instance.
type Clerk struct {
	Config clerkauth.Config  // for clerkauth.New
	Client *clerk.Client     // for the Backend API
	Local  *clerktest.Server // nil for the real Clerk
}

// Connect returns the Clerk of the environment. Close ends a local one.
func Connect() (*Clerk, error) {
	config, err := clerkauth.ConfigFromEnv()
	if err != nil {
		return nil, err
	}
	if config.SecretKey != "" {
		client, err := clerk.NewClientFromEnv()
		return &Clerk{Config: config, Client: client}, err
	}
	local, err := clerktest.Start()
	if err != nil {
		return nil, err
	}
	config.SecretKey, config.APIURL, config.HeaderOnly = local.SecretKey(), local.URL(), true
	client, err := clerk.NewClient(config.SecretKey, clerk.WithBaseURL(config.APIURL))
	if err != nil {
		local.Close()
		return nil, err
	}
	return &Clerk{Config: config, Client: client, Local: local}, nil
}

// Close ends a local Clerk.
func (c *Clerk) Close() {
	if c.Local != nil {
		c.Local.Close()
	}
}

// Person is somebody who uses an example on a local Clerk.
type Person struct {
	UserID, OrganizationID, SessionID string
}

// Admin creates a user with an organization and signs the user in there.
func (c *Clerk) Admin(ctx context.Context) (*Person, error) {
	user, err := c.Client.Users.Create(ctx, &clerk.UserCreateParams{
		FirstName:    clerk.String("Ada"),
		EmailAddress: clerk.Set([]string{"ada@example.com"}),
	})
	if err != nil {
		return nil, err
	}
	org, err := c.Client.Organizations.Create(ctx, &clerk.OrganizationCreateParams{
		Name:      "Analytical Engines",
		CreatedBy: clerk.String(user.ID),
	})
	if err != nil {
		return nil, err
	}
	session, err := c.Client.Sessions.Create(ctx, &clerk.SessionCreateParams{
		UserID:               user.ID,
		ActiveOrganizationID: clerk.String(org.ID),
	})
	if err != nil {
		return nil, err
	}
	return &Person{UserID: user.ID, OrganizationID: org.ID, SessionID: session.ID}, nil
}

// Token returns a fresh session token of a person.
func (c *Clerk) Token(ctx context.Context, p *Person) (string, error) {
	token, err := c.Client.Sessions.CreateToken(ctx, p.SessionID, nil)
	if err != nil {
		return "", err
	}
	return token.JWT, nil
}

// Explain prints how to get a session token into a shell. On a local Clerk it creates somebody who has one.
func (c *Clerk) Explain(ctx context.Context, out io.Writer) error {
	if c.Local == nil {
		_, err := fmt.Fprintln(out, "TOKEN=…   # in your front end: await Clerk.session.getToken()")
		return err
	}
	p, err := c.Admin(ctx)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "# a local Clerk; the token is good for a minute, the line makes a new one each time\n"+
		"TOKEN=$(curl -s -X POST -H 'Authorization: Bearer %s' %s/v1/sessions/%s/tokens | %s)\n",
		c.Config.SecretKey, c.Config.APIURL, p.SessionID, `sed 's/.*"jwt":"\([^"]*\)".*/\1/'`)
	return err
}

// ExplainEvents prints how to make Clerk send an event.
func (c *Clerk) ExplainEvents(out io.Writer) error {
	if c.Local == nil {
		_, err := fmt.Fprintln(out, "# change a user in your instance's dashboard")
		return err
	}
	_, err := fmt.Fprintf(out, "# a local Clerk; it sends an event for each new user\n"+
		"curl -s %s/v1/users -H 'Authorization: Bearer %s' -H 'Content-Type: application/json' -d '{\"email_address\":[\"ben'$RANDOM'@example.com\"]}'\n",
		c.Config.APIURL, c.Config.SecretKey)
	return err
}

// Serve listens on address, says so, and serves until ctx is done.
func Serve(ctx context.Context, address string, handler http.Handler) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return err
	}
	log.Printf("listening on http://%s", listener.Addr())
	return ServeOn(ctx, listener, handler)
}

// ServeOn serves until ctx is done.
func ServeOn(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
