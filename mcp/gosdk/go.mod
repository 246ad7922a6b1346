module github.com/clerkgo/clerk-go/mcp/gosdk

go 1.25.0

require (
	github.com/clerkgo/clerk-go/auth v0.1.0
	github.com/clerkgo/clerk-go/clerktest v0.1.0
	github.com/clerkgo/clerk-go/core v0.1.0
	github.com/clerkgo/clerk-go/mcp v0.1.0
	github.com/modelcontextprotocol/go-sdk v1.8.0
)
