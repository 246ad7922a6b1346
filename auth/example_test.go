package clerkauth_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/golang-jwt/jwt/v5"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// instance stands in for a Clerk instance: its public key, and a session token that it signed.
func instance() (publicKey, token string) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		panic(err)
	}
	now := time.Now()
	unsigned := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{
		"sub": "user_ada", "sid": "sess_1", "azp": "https://app.example.com", "exp": now.Add(time.Minute).Unix(), "iat": now.Unix(),
		"v": 2, "fea": "o:invoices", "o": map[string]string{"id": "org_acme", "rol": "admin", "per": "read", "fpm": "1"}, "tier": "gold",
	})
	if token, err = unsigned.SignedString(key); err != nil {
		panic(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})), token
}

func Example() {
	publicKey, token := instance()
	authn, err := clerkauth.New(clerkauth.Config{
		JWTKey:            publicKey,
		PublishableKey:    "pk_test_Y2xlcmsuZXhhbXBsZS5jb20k",
		AuthorizedParties: []string{"https://app.example.com"},
	})
	if err != nil {
		panic(err)
	}
	r := httptest.NewRequest(http.MethodGet, "https://app.example.com/invoices", nil)
	r.Header.Set("Authorization", "Bearer "+token)

	state := authn.Authenticate(r.Context(), clerkauth.FromHTTP(r))
	fmt.Println(state.SignedIn(), state.UserID(), state.OrgID(), state.OrgRole())

	r.Header.Set("Authorization", "Bearer "+token[:len(token)-6]+"AAAAAA")
	state = authn.Authenticate(r.Context(), clerkauth.FromHTTP(r))
	fmt.Println(state.SignedIn(), state.Reason(), errors.Is(state.Err(), clerkauth.ErrUnauthenticated))
	// Output:
	// true user_ada org_acme org:admin
	// false token-invalid-signature true
}

func ExampleAuthenticator_Verify() {
	publicKey, token := instance()
	authn, err := clerkauth.New(clerkauth.Config{JWTKey: publicKey, HeaderOnly: true})
	if err != nil {
		panic(err)
	}
	claims, err := authn.Verify(context.Background(), token)
	if err != nil {
		panic(err)
	}
	fmt.Println(claims.Subject, claims.SessionID, claims.OrgPermissions())
	// Output: user_ada sess_1 [org:invoices:read]
}

func ExampleRequestState_Require() {
	claims, err := clerkauth.ParseClaims([]byte(`{"sub":"user_ada","org_id":"org_acme","org_role":"org:member","fva":[42,-1]}`))
	if err != nil {
		panic(err)
	}
	state := clerkauth.NewState(claims)

	fmt.Println(state.Require(clerkauth.HasRole("org:member")))
	fmt.Println(state.Require(clerkauth.HasPermission("org:invoices:read")))

	var refusal *clerkauth.Error
	if errors.As(state.Require(clerkauth.Reverified(clerkauth.Strict())), &refusal) {
		fmt.Println(refusal.StatusCode(), string(refusal.Body()))
	}
	// Output:
	// <nil>
	// clerkauth: missing-permission
	// 403 {"clerk_error":{"metadata":{"reverification":"strict"},"reason":"reverification-error","type":"forbidden"}}
}

func ExampleClaimsAs() {
	publicKey, token := instance()
	authn, err := clerkauth.New(clerkauth.Config{JWTKey: publicKey, HeaderOnly: true})
	if err != nil {
		panic(err)
	}
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header.Set("Authorization", "Bearer "+token)
	state := authn.Authenticate(r.Context(), clerkauth.FromHTTP(r))

	custom, err := clerkauth.ClaimsAs[struct {
		Tier string `json:"tier"`
	}](state)
	fmt.Println(custom.Tier, err)
	// Output: gold <nil>
}

func ExampleNewContext() {
	greet := func(ctx context.Context) string {
		state := clerkauth.FromContext(ctx)
		if err := state.Require(); err != nil {
			return err.Error()
		}
		return "hello " + state.UserID()
	}
	claims, err := clerkauth.ParseClaims([]byte(`{"sub":"user_ada"}`))
	if err != nil {
		panic(err)
	}
	fmt.Println(greet(clerkauth.NewContext(context.Background(), clerkauth.NewState(claims))))
	fmt.Println(greet(context.Background()))
	// Output:
	// hello user_ada
	// clerkauth: middleware-missing: no Clerk middleware ran for this request
}

func ExampleParsePublishableKey() {
	key, err := clerkauth.ParsePublishableKey("pk_test_Y2xlcmsuZXhhbXBsZS5jb20k")
	if err != nil {
		panic(err)
	}
	fmt.Println(key.Instance(), key.FrontendAPI(), key.AccountsURL())
	// Output: development clerk.example.com https://accounts.example.com
}

func ExampleNewStaticKeySet() {
	publicKey, token := instance()
	key, err := clerkauth.ParsePEM(publicKey)
	if err != nil {
		panic(err)
	}
	keys, err := clerkauth.NewStaticKeySet(key)
	if err != nil {
		panic(err)
	}
	authn, err := clerkauth.New(clerkauth.Config{KeySet: keys, HeaderOnly: true})
	if err != nil {
		panic(err)
	}
	_, err = authn.Verify(context.Background(), token)
	fmt.Println(err)
	// Output: <nil>
}
