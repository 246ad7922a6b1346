module github.com/clerkgo/clerk-go/echov5

go 1.25.0

require (
	github.com/clerkgo/clerk-go/auth v0.1.0
	github.com/clerkgo/clerk-go/clerktest v0.1.0
	github.com/labstack/echo/v5 v5.2.1
)

require (
	github.com/clerkgo/clerk-go/core v0.1.0 // indirect
	github.com/golang-jwt/jwt/v5 v5.3.1 // indirect
	golang.org/x/time v0.14.0 // indirect
)
