package snippets

import (
	"crypto/rand"
	"net/http"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// MountPages mounts pages for which visitors are sent elsewhere when they may not see them.
func MountPages(mux *http.ServeMux, dashboard, billing http.Handler) {
	//docs:begin pages
	pages := clerkauth.Pages{Unauthorized: "/no-access"} // visitors who are not signed in go to the sign-in page
	mux.Handle("GET /dashboard", pages.Require()(dashboard))
	mux.Handle("GET /billing", pages.Require(clerkauth.HasRole("admin"))(billing))
	//docs:end pages
}

//docs:begin csp

// WithPolicy adds the policy that pages with ClerkJS need, and gives the page a nonce for scripts of its own.
func WithPolicy(key clerkauth.PublishableKey, page func(w http.ResponseWriter, r *http.Request, nonce string)) http.Handler {
	policy := key.ContentSecurityPolicy("") // with Config.ProxyURL in place of the empty text, if there is one
	policy.Add("img-src", "https://images.example.com")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		nonce := rand.Text()
		header, err := policy.WithNonce(nonce).Header()
		if err != nil {
			http.Error(w, "the policy is not valid", http.StatusInternalServerError)
			return
		}
		w.Header().Set(clerkauth.HeaderCSP, header)
		page(w, r, nonce)
	})
}

//docs:end csp
