module github.com/clerkgo/clerk-go/examples/recipes

go 1.25.0

require (
	github.com/aws/aws-lambda-go v1.52.0
	github.com/clerkgo/clerk-go/auth v0.1.0
	github.com/clerkgo/clerk-go/clerktest v0.1.0
	github.com/clerkgo/clerk-go/core v0.1.0
	github.com/coder/websocket v1.8.14
	github.com/danielgtaylor/huma/v2 v2.37.2
	github.com/golang-jwt/jwt/v5 v5.3.1
	github.com/gorilla/websocket v1.5.3
)

replace (
	github.com/clerkgo/clerk-go/auth v0.1.0 => ../../auth
	github.com/clerkgo/clerk-go/clerktest v0.1.0 => ../../clerktest
	github.com/clerkgo/clerk-go/core v0.1.0 => ../../core
)
