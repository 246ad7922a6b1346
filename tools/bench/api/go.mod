module github.com/clerkgo/clerk-go/tools/bench/api

go 1.25.0

require (
	github.com/clerk/clerk-sdk-go/v2 v2.7.0
	github.com/clerkgo/clerk-go/core v0.1.0
)

require (
	github.com/go-jose/go-jose/v3 v3.0.4 // indirect
	golang.org/x/crypto v0.43.0 // indirect
)

replace github.com/clerkgo/clerk-go/core => ../../../core
