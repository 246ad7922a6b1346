module github.com/clerkgo/clerk-go/core

go 1.25.0
