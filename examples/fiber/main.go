// Command fiber is a Fiber service that Clerk protects. It talks to a local Clerk, or to the real one when CLERK_SECRET_KEY
// and CLERK_PUBLISHABLE_KEY are set, and prints tokens to try it with:
//
//	curl -i 127.0.0.1:8080/
//	curl -i -H "Authorization: Bearer $TOKEN" 127.0.0.1:8080/api/me
//	curl -i -H "Authorization: Bearer $MEMBER" -X POST 127.0.0.1:8080/api/invoices
package main

import (
	"context"
	"log"

	"github.com/gofiber/fiber/v2"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/examples/internal/local"
	clerkfiber "github.com/clerkgo/clerk-go/fiber"
)

func main() {
	local.Run(func(ctx context.Context, authn *clerkauth.Authenticator) error {
		app := routes(authn)
		defer context.AfterFunc(ctx, func() { _ = app.Shutdown() })()
		log.Printf("listening on http://%s", local.Address)
		return app.Listen(local.Address)
	})
}

// routes has a public route, an API for who is signed in, and a page that sends strangers to sign in.
func routes(authn *clerkauth.Authenticator) *fiber.App {
	app := fiber.New(fiber.Config{
		DisableStartupMessage: true, ErrorHandler: clerkfiber.ErrorHandler,
		ReadBufferSize: 16 << 10, // the headers of a signed-in browser can be larger than Fiber's 4 KB
	})
	app.Use(clerkfiber.New(clerkfiber.Config{Authenticator: authn}))
	app.Get("/", func(c *fiber.Ctx) error {
		if state := clerkfiber.FromContext(c); state.SignedIn() {
			return c.SendString("hello " + state.UserID() + "\n")
		}
		return c.SendString("hello stranger\n")
	})

	api := app.Group("/api", clerkfiber.RequireAuth())
	api.Get("/me", func(c *fiber.Ctx) error {
		state := clerkfiber.FromContext(c)
		return c.JSON(fiber.Map{"user": state.UserID(), "organization": state.OrgID()})
	})
	api.Post("/invoices", clerkfiber.RequireAuth(clerkauth.HasPermission("org:invoices:create")), func(c *fiber.Ctx) error {
		return c.SendStatus(fiber.StatusCreated)
	})

	app.Get("/account", clerkfiber.RedirectToSignIn(), func(c *fiber.Ctx) error {
		return c.SendString("the account of " + clerkfiber.FromContext(c).UserID() + "\n")
	})
	return app
}
