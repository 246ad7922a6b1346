module github.com/clerkgo/clerk-go/tools

go 1.25.0

require (
	github.com/clerkgo/clerk-go/auth v0.1.0
	github.com/clerkgo/clerk-go/core v0.1.0
	github.com/clerkgo/clerk-go/clerktest v0.1.0
)

replace (
	github.com/clerkgo/clerk-go/auth => ../auth
	github.com/clerkgo/clerk-go/core => ../core
	github.com/clerkgo/clerk-go/clerktest => ../clerktest
)
