package clerkwebhook_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	clerk "github.com/clerkgo/clerk-go/core"
	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
)

// Example receives a delivery. A test signs it; in production Clerk does.
func Example() {
	secret := clerkwebhook.NewSecret() // in production: clerkwebhook.NewFromEnv()
	verifier, err := clerkwebhook.New(secret)
	if err != nil {
		panic(err)
	}
	handler, err := clerkwebhook.NewHandler(verifier, clerkwebhook.Callbacks{
		UserCreated: func(_ context.Context, event *clerkwebhook.Event, user *clerk.User) error {
			fmt.Println(event.ID, "says hello to", clerk.Value(user.FirstName))
			return nil
		},
	})
	if err != nil {
		panic(err)
	}

	body := `{"object":"event","type":"user.created","data":{"id":"user_1","first_name":"Ada"}}`
	signer, err := clerkwebhook.NewSigner(secret)
	if err != nil {
		panic(err)
	}
	for range 2 { // deliveries repeat
		r := httptest.NewRequest(http.MethodPost, "/webhooks", strings.NewReader(body))
		r.Header = signer.Sign("msg_1", time.Now(), []byte(body))
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		fmt.Println(w.Code)
	}
	// Output:
	// msg_1 says hello to Ada
	// 204
	// 204
}

func ExampleVerifier_Verify() {
	verifier, err := clerkwebhook.New("whsec_dGhlIGZpcnN0IHNpZ25pbmcgc2VjcmV0")
	if err != nil {
		panic(err)
	}
	_, err = verifier.Verify(http.Header{"Svix-Id": {"msg_1"}}, []byte("{}"))
	var refusal *clerkwebhook.Error
	if errors.As(err, &refusal) {
		fmt.Println(refusal.Reason, refusal.Headers, refusal.StatusCode())
	}
	// Output: missing-headers [svix-timestamp svix-signature] 400
}

func ExampleDataAs() {
	event, err := clerkwebhook.ParseEvent([]byte(`{"type":"user.updated","timestamp":1716883200,"data":{"id":"user_1"}}`))
	if err != nil {
		panic(err)
	}
	user, err := clerkwebhook.DataAs[clerk.User](event)
	if err != nil {
		panic(err)
	}
	fmt.Println(user.ID, event.Time())
	// Output: user_1 2024-05-28 08:00:00 +0000 UTC
}
