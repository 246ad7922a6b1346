package clerkfiberv3

import (
	"github.com/gofiber/fiber/v3"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// RequirePage is [RequireAuth] for pages: visitors who are not let in are sent to the pages that are set, or to the
// sign-in page. Requests that are not page navigations are refused as by [RequireAuth]. It panics if the pages are not
// valid.
func RequirePage(pages clerkauth.Pages, checks ...clerkauth.Check) fiber.Handler {
	if err := pages.Validate(); err != nil {
		panic(err)
	}
	return func(c fiber.Ctx) error {
		state := FromContext(c)
		err := state.Require(checks...)
		if err == nil {
			return c.Next()
		}
		header, redirect := pages.Redirect(request(c), state, err)
		if !redirect {
			return refuse(c, err)
		}
		write(c, header)
		c.Status(fiber.StatusTemporaryRedirect)
		return nil
	}
}
