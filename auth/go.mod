module github.com/clerkgo/clerk-go/auth

go 1.25.0

require (
	github.com/clerkgo/clerk-go/clerktest v0.1.0
	github.com/clerkgo/clerk-go/core v0.1.0
	github.com/golang-jwt/jwt/v5 v5.3.1
)
