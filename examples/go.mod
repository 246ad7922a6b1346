module github.com/clerkgo/clerk-go/examples

go 1.25.0

require (
	github.com/clerkgo/clerk-go/auth v0.1.0
	github.com/clerkgo/clerk-go/chi v0.1.0
	github.com/clerkgo/clerk-go/clerktest v0.1.0
	github.com/clerkgo/clerk-go/core v0.1.0
	github.com/clerkgo/clerk-go/echo v0.1.0
	github.com/clerkgo/clerk-go/echov5 v0.1.0
	github.com/clerkgo/clerk-go/fiber v0.1.0
	github.com/clerkgo/clerk-go/fiberv3 v0.1.0
	github.com/clerkgo/clerk-go/gin v0.1.0
)

replace (
	github.com/clerkgo/clerk-go/auth => ../auth
	github.com/clerkgo/clerk-go/chi => ../chi
	github.com/clerkgo/clerk-go/clerktest => ../clerktest
	github.com/clerkgo/clerk-go/core => ../core
	github.com/clerkgo/clerk-go/echo => ../echo
	github.com/clerkgo/clerk-go/echov5 => ../echov5
	github.com/clerkgo/clerk-go/fiber => ../fiber
	github.com/clerkgo/clerk-go/fiberv3 => ../fiberv3
	github.com/clerkgo/clerk-go/gin => ../gin
)
