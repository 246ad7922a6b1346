package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	clerk "github.com/clerkgo/clerk-go/core"
	"github.com/clerkgo/clerk-go/examples/internal/demo"
)

func TestCharges(t *testing.T) {
	t.Parallel()
	c, err := demo.Connect()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	caller, err := setUp(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	app, err := newApp(c.Config)
	if err != nil {
		t.Fatal(err)
	}
	token, err := c.Client.M2MTokens.Create(t.Context(), nil, clerk.WithSecretKey(caller.SecretKey))
	if err != nil {
		t.Fatal(err)
	}
	charge := func(credential string) *httptest.ResponseRecorder {
		req := httptest.NewRequest(http.MethodPost, "/charges", nil)
		if credential != "" {
			req.Header.Set("Authorization", "Bearer "+credential)
		}
		rec := httptest.NewRecorder()
		app.ServeHTTP(rec, req)
		return rec
	}

	if rec := charge(token.Token); rec.Code != http.StatusCreated || !strings.Contains(rec.Body.String(), "mch_") {
		t.Errorf("got %d %s for a token, want 201 and the scopes", rec.Code, rec.Body)
	}
	for name, credential := range map[string]string{
		"nothing": "", "rubbish": "mt_rubbish", "a person's token": c.Local.SignedInUser().Token,
	} {
		if rec := charge(credential); rec.Code != http.StatusUnauthorized {
			t.Errorf("got %d for %s, want 401", rec.Code, name)
		}
	}
	_, err = c.Client.M2MTokens.Revoke(t.Context(), token.ID, &clerk.M2MTokenRevokeParams{})
	if err != nil {
		t.Fatal(err)
	}
	if rec := charge(token.Token); rec.Code != http.StatusUnauthorized {
		t.Errorf("got %d for a revoked token, want 401", rec.Code)
	}
}
