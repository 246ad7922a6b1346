package clerkecho

import (
	"net/http"

	"github.com/labstack/echo/v4"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// RequirePage is [RequireAuth] for pages: visitors who are not let in are sent to the pages that are set, or to the
// sign-in page. Requests that are not page navigations are refused as by [RequireAuth]. It panics if the pages are not
// valid.
func RequirePage(pages clerkauth.Pages, checks ...clerkauth.Check) echo.MiddlewareFunc {
	if err := pages.Validate(); err != nil {
		panic(err)
	}
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			state := FromContext(c)
			err := state.Require(checks...)
			if err == nil {
				return next(c)
			}
			header, redirect := pages.Redirect(clerkauth.FromHTTP(c.Request()), state, err)
			if !redirect {
				return refuse(c, err)
			}
			clerkauth.Answer{Header: header}.WriteHeaders(c.Response().Header())
			return c.NoContent(http.StatusTemporaryRedirect)
		}
	}
}
