module github.com/clerkgo/clerk-go/examples/recipes

go 1.25.0

require (
	github.com/99designs/gqlgen v0.17.88
	github.com/aws/aws-lambda-go v1.52.0
	github.com/clerkgo/clerk-go/auth v0.1.0
	github.com/clerkgo/clerk-go/clerktest v0.1.0
	github.com/clerkgo/clerk-go/core v0.1.0
	github.com/coder/websocket v1.8.14
	github.com/danielgtaylor/huma/v2 v2.37.2
	github.com/golang-jwt/jwt/v5 v5.3.1
	github.com/gorilla/websocket v1.5.3
	github.com/vektah/gqlparser/v2 v2.5.32
)

require (
	github.com/agnivade/levenshtein v1.2.1 // indirect
	github.com/go-viper/mapstructure/v2 v2.5.0 // indirect
	github.com/google/uuid v1.6.0 // indirect
	github.com/hashicorp/golang-lru/v2 v2.0.7 // indirect
	github.com/sosodev/duration v1.4.0 // indirect
	golang.org/x/sync v0.19.0 // indirect
)

replace (
	github.com/clerkgo/clerk-go/auth v0.1.0 => ../../auth
	github.com/clerkgo/clerk-go/clerktest v0.1.0 => ../../clerktest
	github.com/clerkgo/clerk-go/core v0.1.0 => ../../core
)
