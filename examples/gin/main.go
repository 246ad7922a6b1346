// Command gin is a Gin service that Clerk protects. It talks to a local Clerk, or to the real one when CLERK_SECRET_KEY
// and CLERK_PUBLISHABLE_KEY are set, and prints tokens to try it with:
//
//	curl -i 127.0.0.1:8080/
//	curl -i -H "Authorization: Bearer $TOKEN" 127.0.0.1:8080/api/me
//	curl -i -H "Authorization: Bearer $MEMBER" -X POST 127.0.0.1:8080/api/invoices
package main

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/examples/internal/demo"
	"github.com/clerkgo/clerk-go/examples/internal/local"
	clerkgin "github.com/clerkgo/clerk-go/gin"
)

func main() {
	gin.SetMode(gin.ReleaseMode) // quiet
	local.Run(func(ctx context.Context, authn *clerkauth.Authenticator) error {
		return demo.Serve(ctx, local.Address, routes(authn))
	})
}

// routes has a public route, an API for who is signed in, and a page that sends strangers to sign in.
func routes(authn *clerkauth.Authenticator) *gin.Engine {
	app := gin.New()
	app.Use(clerkgin.Middleware(authn))
	app.GET("/", func(c *gin.Context) {
		if state := clerkgin.FromContext(c); state.SignedIn() {
			c.String(http.StatusOK, "hello %s\n", state.UserID())
			return
		}
		c.String(http.StatusOK, "hello stranger\n")
	})

	api := app.Group("/api", clerkgin.RequireAuth())
	api.GET("/me", func(c *gin.Context) {
		state := clerkgin.FromContext(c)
		c.JSON(http.StatusOK, gin.H{"user": state.UserID(), "organization": state.OrgID()})
	})
	api.POST("/invoices", clerkgin.RequireAuth(clerkauth.HasPermission("org:invoices:create")), func(c *gin.Context) {
		c.Status(http.StatusCreated)
	})

	app.GET("/account", clerkgin.RedirectToSignIn(), func(c *gin.Context) {
		c.String(http.StatusOK, "the account of %s\n", clerkgin.FromContext(c).UserID())
	})
	return app
}
