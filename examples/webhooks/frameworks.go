package main

//docs:begin imports
import (
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	"github.com/gofiber/fiber/v2"
	fiberv3 "github.com/gofiber/fiber/v3"
	"github.com/labstack/echo/v4"
	echov5 "github.com/labstack/echo/v5"

	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
)

//docs:end imports

// The handler in each framework. Mount it outside of the group that asks for a signed-in user, and of middleware that
// reads or decodes bodies.

//docs:begin frameworks
func mountNetHTTP(mux *http.ServeMux, handler *clerkwebhook.Handler) {
	mux.Handle("/webhooks", handler)
}

func mountChi(router chi.Router, handler *clerkwebhook.Handler) {
	router.Method(http.MethodPost, "/webhooks", handler)
}

func mountGin(router gin.IRouter, handler *clerkwebhook.Handler) {
	router.POST("/webhooks", gin.WrapH(handler))
}

func mountEcho(e *echo.Echo, handler *clerkwebhook.Handler) {
	e.POST("/webhooks", echo.WrapHandler(handler))
}

func mountEchoV5(e *echov5.Echo, handler *clerkwebhook.Handler) {
	e.POST("/webhooks", echov5.WrapHandler(handler))
}

// mountFiber hands over the bytes as they came, because fiber is not built on net/http.
func mountFiber(router fiber.Router, handler *clerkwebhook.Handler) {
	router.Post("/webhooks", func(c *fiber.Ctx) error {
		answer := handler.Receive(c.UserContext(), c.GetReqHeaders(), c.BodyRaw())
		for name, values := range answer.Header {
			for _, value := range values {
				c.Append(name, value)
			}
		}
		c.Status(answer.StatusCode)
		return nil
	})
}

func mountFiberV3(router fiberv3.Router, handler *clerkwebhook.Handler) {
	router.Post("/webhooks", func(c fiberv3.Ctx) error {
		answer := handler.Receive(c.Context(), c.GetReqHeaders(), c.BodyRaw())
		for name, values := range answer.Header {
			for _, value := range values {
				c.Append(name, value)
			}
		}
		c.Status(answer.StatusCode)
		return nil
	})
}

//docs:end frameworks
