// Command ginapp is the smallest Gin service that Clerk protects.
package main

import (
	"log"

	"github.com/gin-gonic/gin"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	clerkgin "github.com/clerkgo/clerk-go/gin"
)

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

	app := gin.Default()
	app.Use(clerkgin.Middleware(authn))
	app.GET("/", func(c *gin.Context) { c.String(200, "hello, whoever you are") })

	api := app.Group("/api", clerkgin.RequireAuth())
	api.GET("/me", func(c *gin.Context) {
		c.JSON(200, gin.H{"user": clerkgin.FromContext(c).UserID()})
	})
	api.POST("/invoices", clerkgin.RequireAuth(clerkauth.HasPermission("org:invoices:create")), func(c *gin.Context) {
		c.Status(201)
	})
	log.Fatal(app.Run("127.0.0.1:8080"))
}
