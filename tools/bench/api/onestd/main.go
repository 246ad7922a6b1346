// Command onestd makes the same request as onecore with nothing but net/http and encoding/json: the floor.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	const address = "https://api.clerk.com/v1/users/user_1"
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+os.Getenv("CLERK_SECRET_KEY"))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	var user struct{ ID string }
	if err := json.NewDecoder(resp.Body).Decode(&user); err != nil {
		return err
	}
	fmt.Println(user.ID)
	return nil
}
