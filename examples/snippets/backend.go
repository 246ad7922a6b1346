package snippets

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	clerk "github.com/clerkgo/clerk-go/core"
)

// UpdateUser shows the three states of an optional field.
func UpdateUser(ctx context.Context, client *clerk.Client, id string) error {
	//docs:begin tristate
	_, err := client.Users.Update(ctx, id, &clerk.UserUpdateParams{
		FirstName:  clerk.String("Ada"),  // {"first_name":"Ada"
		ExternalID: clerk.Null[string](), //  "external_id":null}
	}) // LastName is not mentioned: left alone
	//docs:end tristate
	return err
}

// Preferences is what this application keeps in the public metadata of a user.
type Preferences struct {
	Theme string `json:"theme"`
}

// SetTheme shows how metadata is written and read.
func SetTheme(ctx context.Context, client *clerk.Client, id string) (Preferences, error) {
	var kept Preferences
	//docs:begin metadata
	user, err := client.Users.UpdateMetadata(ctx, id, &clerk.UserUpdateMetadataParams{
		PublicMetadata:  clerk.JSON(Preferences{Theme: "dark"}),
		PrivateMetadata: clerk.JSON(map[string]any{"trial": nil}), // null deletes the key
	})
	if err != nil {
		return kept, err
	}
	err = user.PublicMetadata.Decode(&kept)
	//docs:end metadata
	return kept, err
}

// ListUsers shows a page and all pages.
func ListUsers(ctx context.Context, client *clerk.Client) error {
	//docs:begin lists
	params := &clerk.UserListParams{OrderBy: clerk.String("-created_at")}

	page, err := client.Users.List(ctx, params) // one request
	if err != nil {
		return err
	}
	fmt.Println(len(page.Data), "users")

	for user, err := range client.Users.ListAll(ctx, params) { // as many as it takes
		if err != nil {
			return err
		}
		fmt.Println(user.ID)
	}
	//docs:end lists
	return nil
}

// FindUser shows what an error tells.
func FindUser(ctx context.Context, client *clerk.Client, id string) (*clerk.User, error) {
	//docs:begin errors
	user, err := client.Users.Get(ctx, id)
	if errors.Is(err, clerk.ErrNotFound) {
		return nil, nil // nobody has this id
	}
	var apiErr *clerk.APIError
	if errors.As(err, &apiErr) {
		for _, item := range apiErr.Errors {
			fmt.Println(item.Code, item.Message)
		}
		fmt.Println("trace", apiErr.TraceID)
	}
	//docs:end errors
	return user, err
}

// CallWithOptions shows the options of a call.
func CallWithOptions(ctx context.Context, client *clerk.Client, machineKey string) error {
	//docs:begin options
	var raw clerk.RawResponse
	token, err := client.M2MTokens.Create(ctx, nil,
		clerk.WithSecretKey(machineKey),       // the key of a machine instead of the instance's
		clerk.WithTimeout(2*time.Second),      // for each attempt
		clerk.WithRetries(0),                  // once
		clerk.WithHeader("X-Request-ID", "1"), // any header
		clerk.WithRawResponse(&raw),           // status, header and body of the answer
	)
	//docs:end options
	if err != nil {
		return err
	}
	fmt.Println(token.ID, raw.StatusCode)
	return nil
}

// CallByPath shows the low level.
func CallByPath(ctx context.Context, client *clerk.Client) error {
	//docs:begin raw
	var answer struct {
		ID string `json:"id"`
	}
	err := client.Do(ctx, http.MethodGet, "/instance", nil, nil, &answer)
	//docs:end raw
	return err
}

//docs:begin fake

// Users is the part of the API that this service uses. The Users field of a client implements it, and so does a fake.
type Users interface {
	Get(ctx context.Context, userID string, opts ...clerk.RequestOption) (*clerk.User, error)
}

// Greet says hello to a user.
func Greet(ctx context.Context, users Users, id string) (string, error) {
	user, err := users.Get(ctx, id)
	if err != nil {
		return "", err
	}
	return "hello " + clerk.Value(user.FirstName), nil
}

//docs:end fake

// OrdersClient returns a client for another service that knows who calls.
func OrdersClient(client *clerk.Client, machineKey string) (*http.Client, error) {
	//docs:begin source
	source, err := clerk.NewM2MTokenSource(client, clerk.M2MTokenSourceConfig{MachineSecretKey: machineKey})
	if err != nil {
		return nil, err
	}
	transport, err := clerk.NewTokenTransport(source, []string{"https://orders.example.com"})
	if err != nil {
		return nil, err
	}
	orders := &http.Client{Transport: transport, Timeout: 10 * time.Second}
	//docs:end source
	return orders, nil
}
