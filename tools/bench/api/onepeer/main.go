// Command onepeer calls the same operation as onecore through clerk-sdk-go.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/clerk/clerk-sdk-go/v2"
	"github.com/clerk/clerk-sdk-go/v2/user"
)

func main() {
	clerk.SetKey(os.Getenv("CLERK_SECRET_KEY"))
	got, err := user.Get(context.Background(), os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(got.ID)
}
