// Command echo is a Echo service that Clerk protects. It talks to a local Clerk, or to the real one when CLERK_SECRET_KEY
// and CLERK_PUBLISHABLE_KEY are set, and prints tokens to try it with:
//
//	curl -i 127.0.0.1:8080/
//	curl -i -H "Authorization: Bearer $TOKEN" 127.0.0.1:8080/api/me
//	curl -i -H "Authorization: Bearer $MEMBER" -X POST 127.0.0.1:8080/api/invoices
package main

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	clerkecho "github.com/clerkgo/clerk-go/echo"
	"github.com/clerkgo/clerk-go/examples/internal/demo"
	"github.com/clerkgo/clerk-go/examples/internal/local"
)

func main() {
	local.Run(func(ctx context.Context, authn *clerkauth.Authenticator) error {
		return demo.Serve(ctx, local.Address, routes(authn))
	})
}

// routes has a public route, an API for who is signed in, and a page that sends strangers to sign in.
func routes(authn *clerkauth.Authenticator) *echo.Echo {
	app := echo.New()
	app.Use(clerkecho.Middleware(authn))
	app.GET("/", func(c echo.Context) error {
		if state := clerkecho.FromContext(c); state.SignedIn() {
			return c.String(http.StatusOK, "hello "+state.UserID()+"\n")
		}
		return c.String(http.StatusOK, "hello stranger\n")
	})

	api := app.Group("/api", clerkecho.RequireAuth())
	api.GET("/me", func(c echo.Context) error {
		state := clerkecho.FromContext(c)
		return c.JSON(http.StatusOK, echo.Map{"user": state.UserID(), "organization": state.OrgID()})
	})
	api.POST("/invoices", func(c echo.Context) error {
		return c.NoContent(http.StatusCreated)
	}, clerkecho.RequireAuth(clerkauth.HasPermission("org:invoices:create")))

	app.GET("/account", func(c echo.Context) error {
		return c.String(http.StatusOK, "the account of "+clerkecho.FromContext(c).UserID()+"\n")
	}, clerkecho.RedirectToSignIn())
	return app
}
