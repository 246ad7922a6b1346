package webauthn_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"testing"

	"github.com/clerkgo/clerk-go/clerktest/internal/authenticator"
	"github.com/clerkgo/clerk-go/clerktest/internal/webauthn"
)

const page = "http://localhost:3000"

func ceremony(challenge string) *webauthn.Ceremony {
	return &webauthn.Ceremony{Challenge: []byte(challenge), RPID: "localhost", Origin: func(origin string) bool { return origin == page }}
}

func request(challenge string) string {
	raw, _ := json.Marshal(map[string]any{
		"challenge": base64.RawURLEncoding.EncodeToString([]byte(challenge)), "user": map[string]string{"id": "dXNlcg"},
	})
	return string(raw)
}

func parse(t *testing.T, raw string, err error) *webauthn.Answer {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	a, err := webauthn.ParseAnswer(raw)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// register makes a passkey and registers it.
func register(t *testing.T, make func() (*authenticator.Passkey, error)) (*authenticator.Passkey, *webauthn.Credential) {
	t.Helper()
	p, err := make()
	if err != nil {
		t.Fatal(err)
	}
	raw, err := p.Create(request("new"), page)
	c, err := ceremony("new").Register(parse(t, raw, err))
	if err != nil {
		t.Fatal(err)
	}
	return p, c
}

func TestCeremony_RegistersAndUsesAPasskey(t *testing.T) {
	t.Parallel()
	for name, make := range map[string]func() (*authenticator.Passkey, error){"ES256": authenticator.NewES256, "RS256": authenticator.NewRS256} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, c := register(t, make)
			raw, err := p.Get(request("use"), page)
			count, verified, err := ceremony("use").Use(parse(t, raw, err), c)
			if err != nil || count != 1 || !verified {
				t.Errorf("got %d, %v, %v", count, verified, err)
			}
		})
	}
}

func TestCeremony_RefusesWrongAnswers(t *testing.T) {
	t.Parallel()
	p, c := register(t, authenticator.NewES256)
	other, _ := register(t, authenticator.NewES256)
	for name, tc := range map[string]struct { //nolint:paralleltest // the steps build on each other
		edit func(*authenticator.Passkey)
		page string
		ask  string
		want error
	}{
		"another challenge": {page: page, ask: "older", want: webauthn.ErrChallenge},
		"another page":      {page: "http://localhost:4000", ask: "use", want: webauthn.ErrOrigin},
		"another party":     {edit: func(p *authenticator.Passkey) { p.RPID = "example.com" }, page: page, ask: "use", want: webauthn.ErrParty},
		"a counter that did not grow": {
			edit: func(p *authenticator.Passkey) { p.SignCount = 4 }, page: page, ask: "use", want: webauthn.ErrCounter,
		},
	} {
		t.Run(name, func(t *testing.T) {
			used := *p
			if tc.edit != nil {
				tc.edit(&used)
			}
			kept := *c
			kept.SignCount = 5
			used.SignCount = max(used.SignCount, 0)
			raw, err := used.Get(request(tc.ask), tc.page)
			if _, _, err := ceremony("use").Use(parse(t, raw, err), &kept); !errors.Is(err, tc.want) {
				t.Errorf("got %v, want %v", err, tc.want)
			}
		})
	}
	t.Run("the key of another passkey", func(t *testing.T) { //nolint:paralleltest // the steps build on each other
		forged := *other
		forged.ID = p.ID
		raw, err := forged.Get(request("use"), page)
		if _, _, err := ceremony("use").Use(parse(t, raw, err), c); !errors.Is(err, webauthn.ErrSignature) {
			t.Errorf("got %v, want ErrSignature", err)
		}
	})
	t.Run("an answer of the other ceremony", func(t *testing.T) { //nolint:paralleltest // the steps build on each other
		raw, err := p.Get(request("new"), page)
		if _, err := ceremony("new").Register(parse(t, raw, err)); !errors.Is(err, webauthn.ErrMalformed) {
			t.Errorf("got %v, want ErrMalformed", err)
		}
	})
}

// FuzzRegister hands foreign bytes to the parser: it refuses, and does not panic.
func FuzzRegister(f *testing.F) {
	p, err := authenticator.NewES256()
	if err != nil {
		f.Fatal(err)
	}
	raw, err := p.Create(request("new"), page)
	if err != nil {
		f.Fatal(err)
	}
	a, err := webauthn.ParseAnswer(raw)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(a.AttestationObject)
	f.Add([]byte{0xbf, 0xff})
	f.Add([]byte{0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, object []byte) {
		answer := *a
		answer.AttestationObject = object
		c, err := ceremony("new").Register(&answer)
		if err == nil && string(c.ID) != string(p.ID) {
			t.Errorf("a passkey with the id %x was registered", c.ID)
		}
	})
}

// FuzzParseAnswer hands foreign texts to the parser.
func FuzzParseAnswer(f *testing.F) {
	f.Add(`{"type":"public-key","rawId":"AA","response":{"clientDataJSON":"AA"}}`)
	f.Add(`{"type":"public-key","rawId":"A=","response":null}`)
	f.Fuzz(func(t *testing.T, raw string) {
		if a, err := webauthn.ParseAnswer(raw); err == nil && (len(a.ID) == 0 || len(a.ClientData) == 0) {
			t.Error("an answer without id or client data was read")
		}
	})
}
