// Package keep holds the modules of clerk-go in go.mod, for the programs that will have moved.
package keep

import (
	_ "github.com/clerkgo/clerk-go/auth"
	_ "github.com/clerkgo/clerk-go/core"
)
