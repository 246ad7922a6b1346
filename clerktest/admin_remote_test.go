package clerktest_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/clerkgo/clerk-go/clerktest"
)

// An emulator that other machines reach takes its own name, addresses and names without a dot. A page of a foreign site
// that pointed its own name here learns nothing, least of all the secret key.
func TestEmulator_RemoteTakesNoForeignHostName(t *testing.T) {
	t.Parallel()
	emulator, err := clerktest.New(clerktest.WithRemoteAddress(), clerktest.WithURL("http://clerk.lan.example:4000"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = emulator.Close() })
	for host, served := range map[string]bool{
		"clerk.lan.example:4000": true, "CLERK.lan.example": true, "192.0.2.7:4000": true, "[2001:db8::7]:4000": true,
		"clerk": true, "localhost:4000": true, "127.0.0.1:4000": true,
		"rebound.example": false, "rebound.example:4000": false, "clerk.lan.example.rebound.example": false,
		"192.0.2.7.rebound.example": false, "localhost.rebound.example": false, "rebound.example.": false, "clerk.lan.example@rebound.example": false,
	} {
		for _, path := range []string{"/_clerktest/instance", "/_clerktest/events", "/sign-in"} {
			r := httptest.NewRequest(http.MethodGet, "http://127.0.0.1:4000"+path, http.NoBody)
			r.Host = host
			w := httptest.NewRecorder()
			emulator.ServeHTTP(w, r)
			if got := w.Code != http.StatusForbidden; got != served {
				t.Errorf("GET %s as %s: got %d, want it served: %t", path, host, w.Code, served)
			}
			if !served && strings.Contains(w.Body.String(), emulator.Default().SecretKey()) {
				t.Errorf("GET %s as %s: the answer has the secret key", path, host)
			}
		}
	}
}
