package clerkgin

import (
	"net/http"

	"github.com/gin-gonic/gin"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// RequirePage is [RequireAuth] for pages: visitors who are not let in are sent to the pages that are set, or to the
// sign-in page. Requests that are not page navigations are refused as by [RequireAuth]. It panics if the pages are not
// valid.
func RequirePage(pages clerkauth.Pages, checks ...clerkauth.Check) gin.HandlerFunc {
	if err := pages.Validate(); err != nil {
		panic(err)
	}
	return func(c *gin.Context) {
		state := FromContext(c)
		err := state.Require(checks...)
		if err == nil {
			return
		}
		if header, redirect := pages.Redirect(clerkauth.FromHTTP(c.Request), state, err); redirect {
			clerkauth.Answer{Header: header}.WriteHeaders(c.Writer.Header())
			c.AbortWithStatus(http.StatusTemporaryRedirect)
			return
		}
		refuse(c, err)
	}
}
