module github.com/clerkgo/clerk-go/tools/bench/mirror

go 1.25.0

require (
	github.com/clerk/clerk-sdk-go/v2 v2.7.0
	github.com/clerkgo/clerk-go/core v0.1.0
	github.com/clerkgo/clerk-go/mirror v0.1.0
	github.com/jackc/pgx/v5 v5.13.0
)

require (
	github.com/clerkgo/clerk-go/auth v0.1.0 // indirect
	github.com/go-jose/go-jose/v3 v3.0.4 // indirect
	github.com/golang-jwt/jwt/v5 v5.3.1 // indirect
	github.com/jackc/pgpassfile v1.0.0 // indirect
	github.com/jackc/pgservicefile v0.0.0-20240606120523-5a60cdf6a761 // indirect
	github.com/jackc/puddle/v2 v2.2.3 // indirect
	golang.org/x/crypto v0.43.0 // indirect
	golang.org/x/sync v0.22.0 // indirect
	golang.org/x/text v0.41.0 // indirect
)

replace (
	github.com/clerkgo/clerk-go/auth => ../../../auth
	github.com/clerkgo/clerk-go/clerktest => ../../../clerktest
	github.com/clerkgo/clerk-go/core => ../../../core
	github.com/clerkgo/clerk-go/mirror => ../../../mirror
)
