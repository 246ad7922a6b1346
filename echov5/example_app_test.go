package clerkechov5_test

//docs:begin imports
import (
	"log"
	"net/http"

	"github.com/labstack/echo/v5"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	clerkechov5 "github.com/clerkgo/clerk-go/echov5"
)

//docs:end imports

//docs:begin app
func newApp(authn *clerkauth.Authenticator) *echo.Echo {
	e := echo.New()
	e.Use(clerkechov5.Middleware(authn))
	e.GET("/", func(c *echo.Context) error {
		if state := clerkechov5.FromContext(c); state.SignedIn() {
			return c.String(http.StatusOK, "hello "+state.UserID())
		}
		return c.String(http.StatusOK, "hello stranger")
	})

	api := e.Group("/api", clerkechov5.RequireAuth())
	api.GET("/me", func(c *echo.Context) error {
		return c.JSON(http.StatusOK, map[string]string{"user": clerkechov5.FromContext(c).UserID()})
	})
	api.POST("/invoices", func(c *echo.Context) error {
		return c.NoContent(http.StatusCreated)
	}, clerkechov5.RequireAuth(clerkauth.HasPermission("org:invoices:create")))
	return e
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
	log.Fatal(newApp(authn).Start("127.0.0.1:8080"))
}

//docs:end main

var _ = main // the program of the README
