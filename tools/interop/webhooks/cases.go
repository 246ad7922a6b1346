package main

import (
	"strings"
	"time"

	clerkwebhook "github.com/clerkgo/clerk-go/core/webhook"
)

const (
	secret = "whsec_dGhlIGZpcnN0IHNpZ25pbmcgc2VjcmV0"
	other  = "whsec_dGhlIG90aGVyIHNpZ25pbmcgc2VjcmV0"
)

// change is what happens to a delivery between the two sides. Both sides must agree whether it still passes.
type change struct {
	name   string
	passes bool
	edit   func(d *delivery)
}

// delivery is a signed message on its way.
type delivery struct {
	id, timestamp, signature string
	body                     []byte
	secret                   string // of the receiver
}

func libraries() []string { return []string{"svix", "standardwebhooks"} }

func bodies() map[string][]byte {
	return map[string][]byte{
		"plain":      []byte(`{"type":"user.created","object":"event","data":{"id":"user_1"}}`),
		"spaced":     []byte("{ \"type\" : \"user.created\",\n\t\"data\": { \"id\":\"user_1\" } }\n"),
		"unicode":    []byte(`{"type":"user.updated","data":{"first_name":"Zoë \u00e9 🙂  "}}`),
		"escapes":    []byte(`{"type":"email.created","data":{"body":"a \"quoted\" \\ / \/ & < >"}}`),
		"big number": []byte(`{"type":"user.created","timestamp":1716883200000,"data":{"n":9007199254740993}}`),
		"long":       []byte(`{"type":"email.created","data":{"body":"` + strings.Repeat("x", 200_000) + `"}}`),
	}
}

func changes() []change {
	old := time.Now().Add(-10 * time.Minute).Unix()
	return []change{
		{"nothing", true, func(*delivery) {}},
		{"secret without prefix", true, func(d *delivery) { d.secret = strings.TrimPrefix(d.secret, "whsec_") }},
		{"another version first", true, func(d *delivery) { d.signature = "v1a,AAAA " + d.signature }},
		{"signature of another secret first", true, func(d *delivery) {
			d.signature = "v1,MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE= " + d.signature
		}},
		{"changed body", false, func(d *delivery) { d.body = append([]byte(" "), d.body...) }},
		{"changed id", false, func(d *delivery) { d.id += "x" }},
		{"another timestamp", false, func(d *delivery) { d.timestamp = itoa(old) }},
		{"another secret", false, func(d *delivery) { d.secret = other }},
		{"version v2", false, func(d *delivery) { d.signature = strings.Replace(d.signature, "v1,", "v2,", 1) }},
		{"no signature", false, func(d *delivery) { d.signature = "" }},
		{"no id", false, func(d *delivery) { d.id = "" }},
	}
}

// times are moments of sending, and whether a delivery from then passes.
func times() map[time.Duration]bool {
	return map[time.Duration]bool{
		0: true, -4 * time.Minute: true, 4 * time.Minute: true, -6 * time.Minute: false, 6 * time.Minute: false,
	}
}

// secrets has one of the usual length and a random one of Clerk's form.
func secrets() []string { return []string{secret, clerkwebhook.NewSecret()} }
