package clerkchi

import (
	"net/http"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// RequirePage is [RequireAuth] for pages: visitors who are not let in are sent to the pages that are set, or to the
// sign-in page. Requests that are not page navigations are refused as by [RequireAuth]. It panics if the pages are not
// valid.
func RequirePage(pages clerkauth.Pages, checks ...clerkauth.Check) func(http.Handler) http.Handler {
	return pages.Require(checks...)
}
