module github.com/clerkgo/clerk-go/connect

go 1.25.0

require (
	connectrpc.com/connect v1.18.1
	github.com/clerkgo/clerk-go/auth v0.1.0
	github.com/clerkgo/clerk-go/clerktest v0.1.0
	github.com/clerkgo/clerk-go/core v0.1.0
	google.golang.org/genproto/googleapis/rpc v0.0.0-20251202230838-ff82c1b0f217
	google.golang.org/protobuf v1.36.10
)

require github.com/golang-jwt/jwt/v5 v5.3.1 // indirect
