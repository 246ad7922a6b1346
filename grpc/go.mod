module github.com/clerkgo/clerk-go/grpc

go 1.25.0

require (
	github.com/clerkgo/clerk-go/auth v0.1.0
	github.com/clerkgo/clerk-go/clerktest v0.1.0
	github.com/clerkgo/clerk-go/core v0.1.0
	google.golang.org/genproto/googleapis/rpc v0.0.0-20260414002931-afd174a4e478
	google.golang.org/grpc v1.82.1
	google.golang.org/protobuf v1.36.11
)

require (
	github.com/golang-jwt/jwt/v5 v5.3.1 // indirect
	golang.org/x/net v0.53.0 // indirect
	golang.org/x/sys v0.43.0 // indirect
	golang.org/x/text v0.36.0 // indirect
)
