package main

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/clerk/clerk-sdk-go/v2"
)

func TestShow(t *testing.T) {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r = r.WithContext(clerk.ContextWithSessionClaims(r.Context(), &clerk.SessionClaims{}))
	greet(httptest.NewRecorder(), r)
}
