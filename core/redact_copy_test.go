package clerk_test

import (
	"fmt"
	"strings"
	"testing"

	clerk "github.com/clerkgo/clerk-go/core"
)

// TestClient_copyIsNotPrinted prints copies of clients, and structs around clients, which fmt walks through without
// their methods.
func TestClient_copyIsNotPrinted(t *testing.T) {
	t.Parallel()
	const key = "sk_test_hidden"
	client, err := clerk.NewClient(key)
	if err != nil {
		t.Fatal(err)
	}
	type around struct{ client clerk.Client }
	type pointer struct{ client *clerk.Client }
	for name, value := range map[string]any{
		"client": client, "copy": *client, "in a struct": around{*client}, "pointer in a struct": pointer{client},
		"service": client.Users, "copy of a service": *client.Users, "option": clerk.WithSecretKey(key),
	} {
		for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
			if got := fmt.Sprintf(format, value); strings.Contains(got, key) || strings.Contains(got, fmt.Sprintf("%x", key)) {
				t.Errorf("%s as %s: the key is in it", name, format)
			}
		}
	}
}
