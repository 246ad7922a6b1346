package clerkfiber

import (
	"net/http"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"
)

// Webhooks returns the handler of a route that receives Clerk's webhooks, from one of package clerkwebhook:
//
//	app.Post("/webhooks/clerk", clerkfiber.Webhooks(handler))
//
// Clerk signs its deliveries and sends no token, so the route belongs in front of every guard. It panics if the handler
// is nil.
func Webhooks(handler http.Handler) fiber.Handler {
	if handler == nil {
		panic("clerkfiber: Webhooks: the handler is nil")
	}
	return adaptor.HTTPHandler(handler)
}
