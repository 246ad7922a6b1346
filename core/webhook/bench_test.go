package clerkwebhook_test

import (
	"net/http"
	"testing"

	clerk "github.com/clerkgo/clerk-go/core"
	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
)

// BenchmarkVerifier_Verify verifies and parses one delivery.
func BenchmarkVerifier_Verify(b *testing.B) {
	v, err := clerkwebhook.New(clerkwebhook.Config{Secrets: []string{secretA}, Now: clock})
	if err != nil {
		b.Fatal(err)
	}
	signer, err := clerkwebhook.NewSigner(secretA)
	if err != nil {
		b.Fatal(err)
	}
	header := signer.Sign("msg_1", noon, body)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := v.Verify(header, body); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkVerifier_Refuse refuses a delivery with a wrong signature.
func BenchmarkVerifier_Refuse(b *testing.B) {
	v, err := clerkwebhook.New(clerkwebhook.Config{Secrets: []string{secretA, secretB}, Now: clock})
	if err != nil {
		b.Fatal(err)
	}
	header := http.Header{"Svix-Id": {"msg_1"}, "Svix-Timestamp": {"1772366400"}, "Svix-Signature": {"v1,AAAA"}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := v.Verify(header, body); err == nil {
			b.Fatal("got no error, want a refusal")
		}
	}
}

// BenchmarkDataAs decodes the data of an event.
func BenchmarkDataAs(b *testing.B) {
	event, err := clerkwebhook.ParseEvent(body)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := clerkwebhook.DataAs[clerk.User](event); err != nil {
			b.Fatal(err)
		}
	}
}
