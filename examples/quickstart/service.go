package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	clerkgin "github.com/clerkgo/clerk-go/gin"
)

// permission is what one of the routes demands.
const permission = "org:invoices:create"

// routes is the service that this example is about.
func routes(authn *clerkauth.Authenticator) http.Handler {
	app := gin.New()
	app.Use(clerkgin.Middleware(authn))
	app.GET("/", func(c *gin.Context) {
		c.JSON(http.StatusOK, gin.H{"hello": "everyone", "signed_in": clerkgin.FromContext(c).SignedIn()})
	})
	app.GET("/me", clerkgin.RequireAuth(), func(c *gin.Context) {
		state := clerkgin.FromContext(c)
		c.JSON(http.StatusOK, gin.H{"user": state.UserID(), "organization": state.OrgID(), "role": state.OrgRole()})
	})
	app.POST("/invoices", clerkgin.RequireAuth(clerkauth.HasPermission(permission)), func(c *gin.Context) {
		c.JSON(http.StatusCreated, gin.H{"created_by": clerkgin.FromContext(c).UserID()})
	})
	return app
}

// service is the running service.
type service struct {
	address string
	server  *http.Server
}

// startService serves the routes on a free port of this machine.
func startService(ctx context.Context, config clerkauth.Config) (*service, error) {
	authn, err := clerkauth.New(config)
	if err != nil {
		return nil, err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &service{
		address: "http://" + listener.Addr().String(),
		server:  &http.Server{Handler: routes(authn), ReadHeaderTimeout: 10 * time.Second},
	}
	go func() { _ = s.server.Serve(listener) }()
	return s, nil
}

// serveUntil returns when ctx is done or the input ends.
func (s *service) serveUntil(ctx context.Context, in io.Reader) {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = io.Copy(io.Discard, in)
	}()
	select {
	case <-ctx.Done():
	case <-ended:
	}
}

func (s *service) close() { _ = s.server.Close() }
