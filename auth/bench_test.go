package clerkauth_test

import (
	"crypto"
	"crypto/rsa"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// benchClaims are the claims of an ordinary token of about 1,100 bytes.
func benchClaims(now time.Time, version int) fields {
	c := fields{
		"sub": "user_2abcdefghijklmnopqrstuvwxy1", "sid": "sess_2abcdefghijklmnopqrstuvwxy1",
		"azp": "https://app.example.com", "jti": "0123456789abcdef0123", "sts": "active",
		"iat": now.Unix(), "nbf": now.Unix() - 10, "exp": now.Add(time.Hour).Unix(),
		"email": "ada@example.com", "metadata": fields{"plan": "gold", "flags": []int{1, 2, 3}},
	}
	if version == 2 {
		return merge(c, fields{
			"v": 2, "pla": "u:free,o:pro", "fea": "o:reports,o:invoices,u:themes", "fva": []int{3, -1},
			"o": fields{"id": "org_2abcdefghijklmnopqrstuvwxy1", "slg": "acme", "rol": "admin", "per": "read,manage", "fpm": "3,1"},
		})
	}
	return merge(c, fields{
		"org_id": "org_2abcdefghijklmnopqrstuvwxy1", "org_slug": "acme", "org_role": "org:admin",
		"org_permissions": []string{"org:reports:read", "org:reports:manage", "org:invoices:read"},
	})
}

func BenchmarkAuthenticator_Verify(b *testing.B) {
	now := time.Now()
	for _, run := range []struct {
		name    string
		alg     string
		version int
		cache   int
	}{
		{"cold/RS256/v2", "RS256", 2, clerkauth.NoTokenCache}, {"cold/RS256/v1", "RS256", 1, clerkauth.NoTokenCache}, {"cold/RS384/v2", "RS384", 2, clerkauth.NoTokenCache},
		{"cold/RS512/v2", "RS512", 2, clerkauth.NoTokenCache}, {"repeat/RS256/v2", "RS256", 2, 1000},
	} {
		token := sign(b, keyA(), header(fields{"alg": run.alg}), benchClaims(now, run.version))
		authn := local(b, nil, func(c *clerkauth.Config) {
			if c.TokenCacheSize = run.cache; run.alg != "RS256" {
				anyAlgorithm(b)(c)
			}
		})
		verify := func(b *testing.B) {
			if _, err := authn.Verify(b.Context(), token); err != nil {
				b.Fatal(err)
			}
		}
		b.Run(run.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				verify(b)
			}
		})
		b.Run("parallel/"+run.name, func(b *testing.B) {
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					verify(b)
				}
			})
		})
	}
}

// BenchmarkRawSignature is what the signature alone costs.
func BenchmarkRawSignature(b *testing.B) {
	token := sign(b, keyA(), header(nil), benchClaims(time.Now(), 2))
	dot := strings.LastIndexByte(token, '.')
	signed := token[:dot]
	signature, err := base64.RawURLEncoding.DecodeString(token[dot+1:])
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := rsa.VerifyPKCS1v15(&keyA().PublicKey, crypto.SHA256, sum256(signed), signature); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAuthenticator_Authenticate(b *testing.B) {
	authn := local(b, nil, func(c *clerkauth.Config) { c.TokenCacheSize = 1000 })
	req := bearer(sign(b, keyA(), header(nil), benchClaims(time.Now(), 2)))
	b.ReportAllocs()
	for b.Loop() {
		if !authn.Authenticate(b.Context(), req).SignedIn() {
			b.Fatal("signed out")
		}
	}
}

func BenchmarkAuthenticator_Verify_refused(b *testing.B) {
	now := time.Now()
	authn := local(b, nil, func(c *clerkauth.Config) { c.TokenCacheSize = 1000 })
	for name, token := range map[string]string{
		"garbage":   "garbage",
		"alg none":  sign(b, keyA(), header(fields{"alg": "none"}), benchClaims(now, 2)),
		"expired":   sign(b, keyA(), header(nil), merge(benchClaims(now, 2), fields{"exp": now.Unix() - 60})),
		"signature": sign(b, keyB(), header(nil), benchClaims(now, 2)),
		"64 KiB":    strings.Repeat("A", 64<<10) + ".e30.AA",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := authn.Verify(b.Context(), token); err == nil {
					b.Fatal("verified")
				}
			}
		})
	}
}

func BenchmarkRequestState_Has(b *testing.B) {
	authn := local(b, nil, nil)
	state := authn.Authenticate(b.Context(), bearer(sign(b, keyA(), header(nil), benchClaims(time.Now(), 2))))
	check := clerkauth.HasPermission("org:reports:manage")
	b.ReportAllocs()
	for b.Loop() {
		if !state.Has(check) {
			b.Fatal("denied")
		}
	}
}

func BenchmarkRequestState_HasClaim(b *testing.B) {
	authn := local(b, nil, nil)
	state := authn.Authenticate(b.Context(), bearer(sign(b, keyA(), header(nil), benchClaims(time.Now(), 2))))
	check := clerkauth.HasClaim("metadata.plan", "gold")
	b.ReportAllocs()
	for b.Loop() {
		if !state.Has(check) {
			b.Fatal("denied")
		}
	}
}

// BenchmarkMiddleware is what attach and enforce add to a handler of net/http.
func BenchmarkMiddleware(b *testing.B) {
	const key = "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k"
	authn := local(b, nil, func(c *clerkauth.Config) { c.PublishableKey, c.TokenCacheSize = key, 1000 })
	token := sign(b, keyA(), header(nil), benchClaims(time.Now(), 2))
	handler := clerkauth.Middleware(authn)(clerkauth.RequireAuth()(http.HandlerFunc(
		func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })))
	for name, credential := range map[string][2]string{
		"header": {"Authorization", "Bearer " + token},
		"cookie": {"Cookie", "__client_uat=1; __session=" + token},
	} {
		b.Run(name, func(b *testing.B) {
			r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, "/me", http.NoBody)
			r.Header.Set(credential[0], credential[1])
			w := &statusWriter{header: http.Header{}}
			b.ReportAllocs()
			for b.Loop() {
				w.status = 0
				handler.ServeHTTP(w, r)
				if w.status != http.StatusNoContent {
					b.Fatal(w.status)
				}
			}
		})
	}
}

// statusWriter keeps nothing of a response but its status.
type statusWriter struct {
	header http.Header
	status int
}

func (w *statusWriter) Header() http.Header { return w.header }

func (w *statusWriter) Write(p []byte) (int, error) { return len(p), nil }

func (w *statusWriter) WriteHeader(status int) { w.status = status }
