module github.com/clerkgo/clerk-go/chi

go 1.25.0

require (
	github.com/clerkgo/clerk-go/auth v0.1.0
	github.com/clerkgo/clerk-go/clerktest v0.1.0
	github.com/go-chi/chi/v5 v5.3.0
)

require (
	github.com/clerkgo/clerk-go/core v0.1.0 // indirect
	github.com/golang-jwt/jwt/v5 v5.3.1 // indirect
)
