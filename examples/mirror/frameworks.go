package main

//docs:begin imports

import (
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/gofiber/fiber/v2"
	"github.com/labstack/echo/v4"

	clerkecho "github.com/clerkgo/clerk-go/echo"
	clerkfiber "github.com/clerkgo/clerk-go/fiber"
	clerkgin "github.com/clerkgo/clerk-go/gin"
	clerkmirror "github.com/clerkgo/clerk-go/mirror"
)

//docs:end imports

//docs:begin frameworks

func ensureHTTP(m *clerkmirror.Mirror, next http.Handler) http.Handler { return m.Middleware(next) }

func ensureGin(m *clerkmirror.Mirror) gin.HandlerFunc {
	return func(c *gin.Context) {
		if err := m.Ensure(c.Request.Context(), clerkgin.FromContext(c)); err != nil {
			_ = c.AbortWithError(clerkmirror.StatusCode(err), err)
		}
	}
}

func ensureEcho(m *clerkmirror.Mirror) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if err := m.Ensure(c.Request().Context(), clerkecho.FromContext(c)); err != nil {
				return echo.NewHTTPError(clerkmirror.StatusCode(err)).SetInternal(err)
			}
			return next(c)
		}
	}
}

func ensureFiber(m *clerkmirror.Mirror) fiber.Handler {
	return func(c *fiber.Ctx) error {
		if err := m.Ensure(c.UserContext(), clerkfiber.FromContext(c)); err != nil {
			return fiber.NewError(clerkmirror.StatusCode(err))
		}
		return c.Next()
	}
}

//docs:end frameworks
