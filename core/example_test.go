package clerk_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	clerk "github.com/clerkgo/clerk-go/core"
)

// exampleServer stands for api.clerk.com in the examples.
func exampleServer() *httptest.Server {
	mux := http.NewServeMux()
	answer := func(pattern string, status int, body string) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			if sent, _ := io.ReadAll(r.Body); len(sent) > 0 {
				fmt.Println("sent:", string(sent))
			}
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		})
	}
	answer("GET /v1/users/user_1", 200, `{"id":"user_1","first_name":"Ada","public_metadata":{"plan":"pro"},"shoe_size":38}`)
	answer("PATCH /v1/users/user_1", 200, `{"id":"user_1","first_name":"Ada"}`)
	answer("GET /v1/users/user_2", 404, `{"errors":[{"code":"resource_not_found","message":"not found"}],"clerk_trace_id":"abc"}`)
	answer("GET /v1/users", 200, `[{"id":"user_1","first_name":"Ada"},{"id":"user_3","first_name":"Grace"}]`)
	mux.HandleFunc("POST /v1/users/user_1/profile_image", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, `{"id":"user_1","has_image":true}`)
	})
	answer("GET /v1/novelties/1", 200, `{"name":"new"}`)
	return httptest.NewServer(mux)
}

func ExampleNewClient() {
	server := exampleServer() // in your code: nothing, the address of Clerk is the default
	defer server.Close()

	client, err := clerk.NewClient("sk_test_example", clerk.WithBaseURL(server.URL))
	if err != nil {
		fmt.Println(err)
		return
	}
	user, err := client.Users.Get(context.Background(), "user_1")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(user.ID, clerk.Value(user.FirstName))
	// Output: user_1 Ada
}

func ExampleOpt() {
	server := exampleServer()
	defer server.Close()
	client, err := clerk.NewClient("sk_test_example", clerk.WithBaseURL(server.URL))
	if err != nil {
		fmt.Println(err)
		return
	}

	_, err = client.Users.Update(context.Background(), "user_1", &clerk.UserUpdateParams{
		FirstName:  clerk.String("Ada"),  // set
		ExternalID: clerk.Null[string](), // cleared
		LastName:   clerk.Opt[string]{},  // left alone, as if it were not mentioned
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	// Output: sent: {"external_id":null,"first_name":"Ada"}
}

func ExampleUsersService_ListAll() {
	server := exampleServer()
	defer server.Close()
	client, err := clerk.NewClient("sk_test_example", clerk.WithBaseURL(server.URL))
	if err != nil {
		fmt.Println(err)
		return
	}

	for user, err := range client.Users.ListAll(context.Background(), nil) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(user.ID, clerk.Value(user.FirstName))
	}
	// Output:
	// user_1 Ada
	// user_3 Grace
}

func ExampleAPIError() {
	server := exampleServer()
	defer server.Close()
	client, err := clerk.NewClient("sk_test_example", clerk.WithBaseURL(server.URL))
	if err != nil {
		fmt.Println(err)
		return
	}

	_, err = client.Users.Get(context.Background(), "user_2")
	var apiErr *clerk.APIError
	switch {
	case errors.Is(err, clerk.ErrNotFound):
		fmt.Println("nobody has that id")
	case errors.As(err, &apiErr):
		fmt.Println("refused:", apiErr.Code())
	}
	fmt.Println(err)
	// Output:
	// nobody has that id
	// clerk: Users.Get: 404 resource_not_found: not found (trace abc)
}

func ExampleCall() {
	server := exampleServer()
	defer server.Close()
	client, err := clerk.NewClient("sk_test_example", clerk.WithBaseURL(server.URL))
	if err != nil {
		fmt.Println(err)
		return
	}

	type myUser struct {
		ID       string `json:"id"`
		ShoeSize int    `json:"shoe_size"`
	}
	user, err := clerk.Call[myUser](context.Background(), client, clerk.EndpointUsersGet,
		clerk.CallParams{Path: []string{"user_1"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(user.ID, user.ShoeSize)
	// Output: user_1 38
}

func ExampleClient_Do() {
	server := exampleServer()
	defer server.Close()
	client, err := clerk.NewClient("sk_test_example", clerk.WithBaseURL(server.URL))
	if err != nil {
		fmt.Println(err)
		return
	}

	var out struct {
		Name string `json:"name"`
	}
	if err := client.Do(context.Background(), http.MethodGet, "/novelties/1", nil, nil, &out); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(out.Name)
	// Output: new
}

func ExampleFile() {
	server := exampleServer()
	defer server.Close()
	client, err := clerk.NewClient("sk_test_example", clerk.WithBaseURL(server.URL))
	if err != nil {
		fmt.Println(err)
		return
	}

	image := strings.NewReader("\x89PNG\r\n\x1a\n…") // an os.File in earnest: it is streamed, and sent again if need be
	user, err := client.Users.SetProfileImage(context.Background(), "user_1", &clerk.UserSetProfileImageParams{
		File: clerk.File{Name: "ada.png", Reader: image},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(user.ID, user.HasImage)
	// Output: user_1 true
}

func ExampleWithRawResponse() {
	server := exampleServer()
	defer server.Close()
	client, err := clerk.NewClient("sk_test_example", clerk.WithBaseURL(server.URL), clerk.WithTimeout(10*time.Second))
	if err != nil {
		fmt.Println(err)
		return
	}

	var raw clerk.RawResponse
	_, err = client.Users.Get(context.Background(), "user_2", clerk.WithRawResponse(&raw), clerk.WithRetries(0))
	fmt.Println(raw.StatusCode, errors.Is(err, clerk.ErrNotFound))
	// Output: 404 true
}

func ExampleMetadata_Decode() {
	server := exampleServer()
	defer server.Close()
	client, err := clerk.NewClient("sk_test_example", clerk.WithBaseURL(server.URL))
	if err != nil {
		fmt.Println(err)
		return
	}

	user, err := client.Users.Get(context.Background(), "user_1")
	if err != nil {
		fmt.Println(err)
		return
	}
	var metadata struct {
		Plan string `json:"plan"`
	}
	if err := user.PublicMetadata.Decode(&metadata); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(metadata.Plan)
	fmt.Println(strings.Contains(string(user.RawJSON()), "shoe_size"))
	// Output:
	// pro
	// true
}
