package clerkfiber_test

//docs:begin imports
import (
	"github.com/gofiber/fiber/v2"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	clerkfiber "github.com/clerkgo/clerk-go/fiber"
)

//docs:end imports

//docs:begin app
func newApp(authn *clerkauth.Authenticator) *fiber.App {
	app := fiber.New(fiber.Config{ErrorHandler: clerkfiber.ErrorHandler})
	app.Use(clerkfiber.New(clerkfiber.Config{Authenticator: authn}))
	app.Get("/", func(c *fiber.Ctx) error {
		if state := clerkfiber.FromContext(c); state.SignedIn() {
			return c.SendString("hello " + state.UserID())
		}
		return c.SendString("hello stranger")
	})

	api := app.Group("/api", clerkfiber.RequireAuth())
	api.Get("/me", func(c *fiber.Ctx) error {
		return c.JSON(fiber.Map{"user": clerkfiber.FromContext(c).UserID()})
	})
	api.Post("/invoices", clerkfiber.RequireAuth(clerkauth.HasPermission("org:invoices:create")), func(c *fiber.Ctx) error {
		return c.SendStatus(fiber.StatusCreated)
	})
	return app
}

//docs:end app
