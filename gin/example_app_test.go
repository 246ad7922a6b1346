package clerkgin_test

//docs:begin imports
import (
	"log"
	"net/http"

	"github.com/gin-gonic/gin"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	clerkgin "github.com/clerkgo/clerk-go/gin"
)

//docs:end imports

//docs:begin app
func newApp(authn *clerkauth.Authenticator) *gin.Engine {
	r := gin.New()
	r.Use(clerkgin.Middleware(authn))
	r.GET("/", func(c *gin.Context) {
		if state := clerkgin.FromContext(c); state.SignedIn() {
			c.String(http.StatusOK, "hello %s", state.UserID())
			return
		}
		c.String(http.StatusOK, "hello stranger")
	})

	api := r.Group("/api", clerkgin.RequireAuth())
	api.GET("/me", func(c *gin.Context) {
		c.JSON(http.StatusOK, gin.H{"user": clerkgin.FromContext(c).UserID()})
	})
	api.POST("/invoices", clerkgin.RequireAuth(clerkauth.HasPermission("org:invoices:create")), func(c *gin.Context) {
		c.Status(http.StatusCreated)
	})
	return r
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
	log.Fatal(newApp(authn).Run("127.0.0.1:8080"))
}

//docs:end main

var _ = main // the program of the README
