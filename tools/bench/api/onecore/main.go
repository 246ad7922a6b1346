// Command onecore calls one operation through core: what is measured is how long it takes to build and how large it is.
package main

import (
	"context"
	"fmt"
	"os"

	clerk "github.com/clerkgo/clerk-go/core"
)

func main() {
	client, err := clerk.NewClientFromEnv()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	user, err := client.Users.Get(context.Background(), os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(user.ID)
}
