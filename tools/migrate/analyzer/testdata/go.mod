module example.com/moving

go 1.25.0

require github.com/clerk/clerk-sdk-go/v2 v2.7.0

require github.com/golang-jwt/jwt/v5 v5.3.1 // indirect

require (
	github.com/clerkgo/clerk-go/auth v0.1.0
	github.com/clerkgo/clerk-go/core v0.1.0
	github.com/clerkinc/clerk-sdk-go v0.0.0
	github.com/go-jose/go-jose/v3 v3.0.4 // indirect
	github.com/svix/svix-webhooks v0.0.0
	golang.org/x/crypto v0.43.0 // indirect
)

replace (
	github.com/clerkgo/clerk-go/auth => ../../../../auth
	github.com/clerkgo/clerk-go/clerktest => ../../../../clerktest
	github.com/clerkgo/clerk-go/core => ../../../../core
)

replace github.com/clerkinc/clerk-sdk-go => ./stubs/v1

replace github.com/svix/svix-webhooks => ./stubs/svix
