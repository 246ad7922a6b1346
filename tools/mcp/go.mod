module github.com/clerkgo/clerk-go/tools/mcp

go 1.25.5

require (
	github.com/chromedp/chromedp v0.23.0
	github.com/clerkgo/clerk-go/auth v0.1.0
	github.com/clerkgo/clerk-go/clerktest v0.1.0
	github.com/clerkgo/clerk-go/mcp v0.1.0
	github.com/clerkgo/clerk-go/mcp/gosdk v0.1.0
	github.com/clerkgo/clerk-go/mcp/mcpgo v0.1.0
	github.com/mark3labs/mcp-go v1.2.1
	github.com/modelcontextprotocol/go-sdk v1.8.0
)

require (
	github.com/coreos/go-oidc/v3 v3.21.0
	github.com/go-jose/go-jose/v4 v4.1.4 // indirect
)

require (
	github.com/chromedp/cdproto v0.159.0 // indirect
	github.com/clerkgo/clerk-go/core v0.1.0 // indirect
	github.com/evanw/esbuild v0.28.2
	github.com/go-json-experiment/json v0.0.0-20260213210345-44df1a37e875 // indirect
	github.com/golang-jwt/jwt/v5 v5.3.1 // indirect
	github.com/google/jsonschema-go v0.4.3 // indirect
	github.com/google/uuid v1.6.0 // indirect
	github.com/santhosh-tekuri/jsonschema/v6 v6.0.2 // indirect
	github.com/segmentio/asm v1.1.3 // indirect
	github.com/segmentio/encoding v0.5.4 // indirect
	github.com/spf13/cast v1.7.1 // indirect
	github.com/yosida95/uritemplate/v3 v3.0.2 // indirect
	golang.org/x/oauth2 v0.36.0
	golang.org/x/sync v0.20.0 // indirect
	golang.org/x/sys v0.41.0 // indirect
	golang.org/x/text v0.14.0 // indirect
	golang.org/x/time v0.15.0 // indirect
)

replace (
	github.com/clerkgo/clerk-go/auth => ../../auth
	github.com/clerkgo/clerk-go/clerktest => ../../clerktest
	github.com/clerkgo/clerk-go/core => ../../core
	github.com/clerkgo/clerk-go/mcp => ../../mcp
	github.com/clerkgo/clerk-go/mcp/gosdk => ../../mcp/gosdk
	github.com/clerkgo/clerk-go/mcp/mcpgo => ../../mcp/mcpgo
)
