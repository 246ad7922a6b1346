package snippets

import (
	"net/http"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

//docs:begin cors

// AllowOrigin lets the pages of one other origin call next. It answers preflights itself, so that no guard meets them.
func AllowOrigin(origin string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Add("Vary", "Origin")
		if r.Header.Get("Origin") != origin {
			next.ServeHTTP(w, r)
			return
		}
		h.Set("Access-Control-Allow-Origin", origin)
		h.Set("Access-Control-Expose-Headers", "X-Clerk-Auth-Reason, X-Clerk-Auth-Status")
		if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
			next.ServeHTTP(w, r)
			return
		}
		h.Set("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE")
		h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type")
		h.Set("Access-Control-Max-Age", "600")
		w.WriteHeader(http.StatusNoContent)
	})
}

//docs:end cors

// API serves a front end of another origin.
func API(authn *clerkauth.Authenticator, mux http.Handler) http.Handler {
	//docs:begin order
	return AllowOrigin("https://app.example.com", clerkauth.Middleware(authn)(mux))
	//docs:end order
}

// SameOrigin guards an application that signs in with cookies against forms and scripts of foreign pages.
func SameOrigin(authn *clerkauth.Authenticator, mux http.Handler) http.Handler {
	//docs:begin csrf
	return http.NewCrossOriginProtection().Handler(clerkauth.Middleware(authn)(mux))
	//docs:end csrf
}
