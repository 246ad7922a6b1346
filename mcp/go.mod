module github.com/clerkgo/clerk-go/mcp

go 1.25.0

require github.com/clerkgo/clerk-go/auth v0.1.0

require (
	github.com/clerkgo/clerk-go/core v0.1.0 // indirect
	github.com/golang-jwt/jwt/v5 v5.3.1 // indirect
)
