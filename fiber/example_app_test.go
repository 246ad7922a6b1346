package clerkfiber_test

//docs:begin imports
import (
	"log"

	"github.com/gofiber/fiber/v2"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	clerkfiber "github.com/clerkgo/clerk-go/fiber"
)

//docs:end imports

//docs:begin app
func newApp(authn *clerkauth.Authenticator) *fiber.App {
	app := fiber.New(fiber.Config{
		ErrorHandler:   clerkfiber.ErrorHandler,
		ReadBufferSize: 16 << 10, // the headers of a signed-in browser can be larger than Fiber's 4 KB
	})
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

//docs:begin main
func main() {
	config, err := clerkauth.ConfigFromEnv() // CLERK_SECRET_KEY, CLERK_PUBLISHABLE_KEY, CLERK_AUTHORIZED_PARTIES, …
	if err != nil {
		log.Fatal(err)
	}
	// Tokens of page loads have no azp. Leave this out where others run applications on subdomains of yours.
	config.AllowMissingAuthorizedParty = true
	authn, err := clerkauth.New(config)
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(newApp(authn).Listen("127.0.0.1:8080"))
}

//docs:end main

var _ = main // the program of the README
