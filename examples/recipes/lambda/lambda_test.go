package lambda_test

import (
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/auth/clerkauthtest"
	"github.com/clerkgo/clerk-go/examples/recipes/lambda"
)

// event reads an event as Lambda sends it, with a token in it.
func event[T any](t *testing.T, file, token string) (out T) {
	t.Helper()
	text, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(strings.ReplaceAll(string(text), "TOKEN", token)), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestAuthorize(t *testing.T) {
	t.Parallel()
	srv, authn := clerkauthtest.New(t)
	user := srv.SignedInUser()
	type input = events.APIGatewayV2CustomAuthorizerV2Request
	good, err := lambda.Authorize(authn)(t.Context(), event[input](t, "authorizer.json", user.Token))
	if err != nil || !good.IsAuthorized || good.Context["userId"] != user.UserID {
		t.Errorf("got %+v and %v, want the user", good, err)
	}
	for name, denied := range map[string]struct {
		token string
		check []clerkauth.Check
	}{
		"a broken token": {user.Token + "x", nil},
		"no token":       {"", nil},
		"no permission":  {user.Token, []clerkauth.Check{clerkauth.HasPermission("org:invoices:read")}},
	} {
		got, err := lambda.Authorize(authn, denied.check...)(t.Context(), event[input](t, "authorizer.json", denied.token))
		if err != nil || got.IsAuthorized || got.Context != nil {
			t.Errorf("%s: got %+v and %v, want a refusal", name, got, err)
		}
	}
}

func TestProtect(t *testing.T) {
	t.Parallel()
	srv, authn := clerkauthtest.New(t)
	user := srv.SignedInUser()
	type input = events.LambdaFunctionURLRequest
	handler := lambda.Protect(authn, func(ctx context.Context, _ input) (events.LambdaFunctionURLResponse, error) {
		return events.LambdaFunctionURLResponse{StatusCode: 200, Body: clerkauth.FromContext(ctx).UserID()}, nil
	})
	got, err := handler(t.Context(), event[input](t, "function.json", user.Token))
	if err != nil || got.StatusCode != 200 || got.Body != user.UserID {
		t.Errorf("got %+v and %v, want the user", got, err)
	}
	got, err = handler(t.Context(), event[input](t, "function.json", user.Token+"x"))
	if err != nil || got.StatusCode != 401 || !strings.Contains(got.Body, "token-invalid") || !strings.HasPrefix(got.Headers["Www-Authenticate"], "Bearer") {
		t.Errorf("got %+v and %v, want a refusal", got, err)
	}
}

func TestAuthorize_ClerkIsDown(t *testing.T) {
	t.Parallel()
	srv, _ := clerkauthtest.New(t)
	down, err := clerkauth.New(clerkauth.Config{SecretKey: "sk_test_example", HeaderOnly: true, APIURL: "http://127.0.0.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	type input = events.APIGatewayV2CustomAuthorizerV2Request
	got, err := lambda.Authorize(down)(t.Context(), event[input](t, "authorizer.json", srv.SignedInUser().Token))
	if err == nil || got.IsAuthorized {
		t.Errorf("got %+v and %v, want an error, which API Gateway does not keep as a refusal", got, err)
	}
}
