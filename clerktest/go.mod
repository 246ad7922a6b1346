module github.com/clerkgo/clerk-go/clerktest

go 1.25.0

require github.com/clerkgo/clerk-go/core v0.1.0
