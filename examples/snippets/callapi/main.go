// Command callapi lists users and changes one.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"

	clerk "github.com/clerkgo/clerk-go/core"
)

func main() {
	ctx := context.Background()
	client, err := clerk.NewClientFromEnv() // CLERK_SECRET_KEY
	if err != nil {
		log.Fatal(err)
	}

	for user, err := range client.Users.ListAll(ctx, nil) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(user.ID, clerk.Value(user.FirstName), user.CreatedAt.Time())
	}

	_, err = client.Users.Update(ctx, "user_2abc", &clerk.UserUpdateParams{
		FirstName:  clerk.String("Ada"),  // set
		ExternalID: clerk.Null[string](), // cleared; what is not mentioned stays as it is
	})
	if errors.Is(err, clerk.ErrNotFound) {
		fmt.Println("no such user")
	}
}
