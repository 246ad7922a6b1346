module github.com/clerkgo/clerk-go/mcp/mcpgo

go 1.25.0

require (
	github.com/clerkgo/clerk-go/auth v0.1.0
	github.com/clerkgo/clerk-go/clerktest v0.1.0
	github.com/clerkgo/clerk-go/core v0.1.0
	github.com/clerkgo/clerk-go/mcp v0.1.0
	github.com/mark3labs/mcp-go v0.48.0
)
