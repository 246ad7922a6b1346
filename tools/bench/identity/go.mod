module github.com/clerkgo/clerk-go/tools/bench/identity

go 1.26.0

require (
	connectrpc.com/connect v1.21.1
	github.com/MicahParks/keyfunc/v3 v3.9.1
	github.com/clerk/clerk-sdk-go/v2 v2.7.0
	github.com/clerkgo/clerk-go/auth v0.1.0
	github.com/clerkgo/clerk-go/clerktest v0.1.0
	github.com/clerkgo/clerk-go/connect v0.1.0
	github.com/clerkgo/clerk-go/core v0.1.0
	github.com/clerkgo/clerk-go/grpc v0.1.0
	github.com/clerkgo/clerk-go/mcp v0.1.0
	github.com/clerkgo/clerk-go/mcp/gosdk v0.1.0
	github.com/clerkgo/clerk-go/otel v0.1.0
	github.com/golang-jwt/jwt/v5 v5.3.1
	github.com/grpc-ecosystem/go-grpc-middleware/v2 v2.3.4
	github.com/modelcontextprotocol/go-sdk v1.8.0
	go.opentelemetry.io/otel v1.47.0
	go.opentelemetry.io/otel/metric v1.47.0
	go.opentelemetry.io/otel/sdk/metric v1.47.0
	go.opentelemetry.io/otel/trace v1.47.0
	golang.org/x/oauth2 v0.36.0
	google.golang.org/grpc v1.85.0
	google.golang.org/protobuf v1.36.12
)

require (
	github.com/MicahParks/jwkset v0.11.4 // indirect
	github.com/cespare/xxhash/v2 v2.3.0 // indirect
	github.com/go-jose/go-jose/v3 v3.0.4 // indirect
	github.com/go-logr/logr v1.4.4 // indirect
	github.com/go-logr/stdr v1.2.2 // indirect
	github.com/google/jsonschema-go v0.4.3 // indirect
	github.com/google/uuid v1.6.0 // indirect
	github.com/segmentio/asm v1.1.3 // indirect
	github.com/segmentio/encoding v0.5.4 // indirect
	github.com/yosida95/uritemplate/v3 v3.0.2 // indirect
	go.opentelemetry.io/auto/sdk v1.2.1 // indirect
	go.opentelemetry.io/otel/log v1.47.0 // indirect
	go.opentelemetry.io/otel/sdk v1.47.0 // indirect
	golang.org/x/crypto v0.57.0 // indirect
	golang.org/x/net v0.60.0 // indirect
	golang.org/x/sync v0.23.0 // indirect
	golang.org/x/sys v0.48.0 // indirect
	golang.org/x/text v0.42.0 // indirect
	golang.org/x/time v0.15.0 // indirect
	google.golang.org/genproto/googleapis/rpc v0.0.0-20260817212433-ac3dfec99bb1 // indirect
)

replace (
	github.com/clerkgo/clerk-go/auth => ../../../auth
	github.com/clerkgo/clerk-go/clerktest => ../../../clerktest
	github.com/clerkgo/clerk-go/connect => ../../../connect
	github.com/clerkgo/clerk-go/core => ../../../core
	github.com/clerkgo/clerk-go/grpc => ../../../grpc
	github.com/clerkgo/clerk-go/mcp => ../../../mcp
	github.com/clerkgo/clerk-go/mcp/gosdk => ../../../mcp/gosdk
	github.com/clerkgo/clerk-go/otel => ../../../otel
)
