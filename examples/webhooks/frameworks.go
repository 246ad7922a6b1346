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
	clerkfiber "github.com/clerkgo/clerk-go/fiber"
	clerkfiberv3 "github.com/clerkgo/clerk-go/fiberv3"
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

func mountFiber(router fiber.Router, handler *clerkwebhook.Handler) {
	router.Post("/webhooks", clerkfiber.Webhooks(handler))
}

func mountFiberV3(router fiberv3.Router, handler *clerkwebhook.Handler) {
	router.Post("/webhooks", clerkfiberv3.Webhooks(handler))
}

//docs:end frameworks
