package clerkauth_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

func parse(t testing.TB, payload any) *clerkauth.SessionClaims {
	t.Helper()
	text, ok := payload.(string)
	if !ok {
		b, err := json.Marshal(payload)
		if err != nil {
			t.Fatal(err)
		}
		text = string(b)
	}
	got, err := clerkauth.ParseClaims([]byte(text))
	if err != nil {
		t.Fatalf("ParseClaims(%s): %v", text, err)
	}
	return got
}

func TestParseClaims_versions(t *testing.T) {
	t.Parallel()
	shared := fields{
		"sub": "user_1", "sid": "sess_1", "iss": "https://clerk.example.com", "azp": "https://app.example.com", "jti": "j",
		"iat": 100, "nbf": 90, "exp": 160, "sts": "active", "fva": []int{5, -1},
		"act": fields{"iss": "i", "sid": "sess_2", "sub": "user_2", "type": "agent"},
	}
	one := parse(t, merge(fields{
		"org_id": "org_1", "org_slug": "acme", "org_role": "org:admin", "org_permissions": []string{"org:reports:read"},
	}, shared))
	two := parse(t, merge(fields{
		"v": 2, "fea": "o:reports", "o": fields{"id": "org_1", "slg": "acme", "rol": "admin", "per": "read", "fpm": "1"},
	}, shared))
	for version, got := range map[int]*clerkauth.SessionClaims{1: one, 2: two} {
		if got.Version != version || got.Subject != "user_1" || got.SessionID != "sess_1" || got.ID != "j" ||
			got.AuthorizedParty != "https://app.example.com" || got.Issuer != "https://clerk.example.com" {
			t.Errorf("version %d: got %+v", version, got)
		}
		if got.OrgID != "org_1" || got.OrgSlug != "acme" || got.OrgRole != "org:admin" ||
			!slices.Equal(got.OrgPermissions(), []string{"org:reports:read"}) {
			t.Errorf("version %d: got organization %q %q %q %v", version, got.OrgID, got.OrgSlug, got.OrgRole, got.OrgPermissions())
		}
		if !got.IssuedAt.Equal(time.Unix(100, 0)) || !got.NotBefore.Equal(time.Unix(90, 0)) || !got.ExpiresAt.Equal(time.Unix(160, 0)) {
			t.Errorf("version %d: got times %v %v %v", version, got.IssuedAt, got.NotBefore, got.ExpiresAt)
		}
		if want := (clerkauth.FactorAge{Known: true, First: 5, Second: -1}); got.FactorAge != want {
			t.Errorf("version %d: got %+v, want %+v", version, got.FactorAge, want)
		}
		if want := (&clerkauth.Actor{Issuer: "i", SessionID: "sess_2", Subject: "user_2", Type: "agent"}); !reflect.DeepEqual(got.Actor, want) {
			t.Errorf("version %d: got %+v, want %+v", version, got.Actor, want)
		}
	}
}

func TestParseClaims_oddTypes(t *testing.T) {
	t.Parallel()
	for _, odd := range []string{`5`, `-1.5e300`, `true`, `null`, `{}`, `[]`, `[1,"x"]`, `{"id":{},"rol":[],"per":7}`, `""`, `"\u0000"`} {
		for _, name := range []string{
			"sub", "sid", "iss", "azp", "aud", "jti", "iat", "nbf", "exp", "v", "sts", "fva", "act", "fea", "pla", "o",
			"org_id", "org_slug", "org_role", "org_permissions", "unheard_of",
		} {
			got := parse(t, `{"`+name+`":`+odd+`}`)
			if got.OrgPermissions() != nil && name != "o" && name != "org_permissions" {
				t.Errorf("%s=%s: got permissions", name, odd)
			}
			if clerkauth.NewState(got).Has(clerkauth.HasPermission("org:a:b")) {
				t.Errorf("%s=%s: a permission is granted", name, odd)
			}
		}
	}
}

func TestParseClaims_malformed(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"empty": "", "array": "[]", "null": "null", "text": `"x"`, "open": "{", "tail": "{}x", "two": "{}{}",
		"comma": `{"a":1,}`, "leading comma": `{,"a":1}`, "no colon": `{"a" 1}`, "bare name": `{a:1}`, "single quotes": `{'a':1}`,
		"leading zero": `{"a":01}`, "plus": `{"a":+1}`, "dot": `{"a":1.}`, "exponent": `{"a":1e}`, "hex": `{"a":0x1}`,
		"NaN": `{"exp":NaN}`, "control": "{\"a\":\"\n\"}", "bad escape": `{"a":"\x"}`, "open string": `{"a":"b`,
		"repeated claim": `{"sub":"a","sub":"b"}`, "repeated organization": `{"o":{},"o":{}}`,
		"repeated member of it": `{"o":{"id":"a","id":"b"}}`, "escaped repetition": `{"sub":"a","s\u0075b":"b"}`,
		"deep": strings.Repeat(`{"a":`, 100) + "1" + strings.Repeat("}", 100),
	} {
		if got, err := clerkauth.ParseClaims([]byte(text)); err == nil {
			t.Errorf("%s: got %+v for %s, want an error", name, got, text)
		}
	}
}

func TestParseClaims_strings(t *testing.T) {
	t.Parallel()
	got := parse(t, `{ "sub" : "us\u0065r_1\n" , "sid":"\"\\", "iss":"é", "azp":"`+"\xff"+`","s\u0074s":"pending"}`)
	if got.Subject != "user_1\n" || got.SessionID != `"\` || got.Issuer != "é" || got.AuthorizedParty != "\ufffd" || got.Status != clerkauth.SessionPending {
		t.Errorf("got %q %q %q %q %q", got.Subject, got.SessionID, got.Issuer, got.AuthorizedParty, got.Status)
	}
}

func TestSessionClaims_Decode(t *testing.T) {
	t.Parallel()
	type custom struct {
		Tier  string         `json:"tier"`
		Limit int            `json:"limit"`
		Extra map[string]int `json:"extra"`
	}
	clock := newClock()
	authn := local(t, clock.now, nil)
	token := sign(t, keyA(), header(nil), claims(clock.now(), fields{"tier": "gold", "limit": 7, "extra": fields{"a": 1}}))
	got, err := clerkauth.ClaimsAs[custom](authn.Authenticate(t.Context(), bearer(token)))
	if want := (custom{"gold", 7, map[string]int{"a": 1}}); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	if _, err := clerkauth.ClaimsAs[custom](nil); reasonOf(t, err) != clerkauth.ReasonMiddlewareMissing {
		t.Errorf("got %v for no state", err)
	}
	wrong := sign(t, keyA(), header(nil), claims(clock.now(), fields{"limit": "seven"}))
	if _, err := clerkauth.ClaimsAs[custom](authn.Authenticate(t.Context(), bearer(wrong))); err == nil || strings.Contains(err.Error(), "seven") {
		t.Errorf("got %v, want an error without the value", err)
	}
}

func TestSessionClaims_Raw(t *testing.T) {
	t.Parallel()
	text := `{"sub":"user_1", "custom" : 1}`
	claims := parse(t, text)
	raw := claims.Raw()
	if string(raw) != text {
		t.Errorf("got %s, want %s", raw, text)
	}
	raw[0] = 'x'
	if string(claims.Raw()) != text {
		t.Error("changing what Raw returned changed the claims")
	}
}

func TestSessionClaims_OrgPermissions(t *testing.T) {
	t.Parallel()
	many := strings.TrimSuffix(strings.Repeat("p,", 2000), ",")
	tests := []struct {
		name            string
		fea, per, masks string
		want            []string
	}{
		{"by feature", "o:a,o:b", "read,manage", "1,3", []string{"org:a:read", "org:b:read", "org:b:manage"}},
		{"user features do not count", "u:x,o:a", "read", "1", []string{"org:a:read"}},
		{"unless every feature has a mask", "u:x,o:a", "read", "1,0", []string{}},
		{"and then only those of the organization get them", "u:x,o:a", "read", "1,1", []string{"org:a:read"}},
		{"both scopes", "ou:a,uo:b", "read", "1,1", []string{"org:a:read", "org:b:read"}},
		{"too few masks", "o:a,o:b", "read", "1", []string{"org:a:read"}},
		{"too many masks", "o:a", "read", "1,1,1", []string{"org:a:read"}},
		{"bits beyond the names", "o:a", "read", "7", []string{"org:a:read"}},
		{"more than 64 bits", "o:a", strings.Repeat("x,", 64) + "last", "18446744073709551616", []string{"org:a:last"}},
		{"hexadecimal", "o:a", "read", "0x1", []string{}},
		{"sign", "o:a", "read", "+1", []string{}},
		{"endless digits", "o:a", many, strings.Repeat("9", 10_000), []string{}},
		{"a feature without scope", "o:a,b", "read", "1,1", []string{}},
		{"an unknown scope", "x:a", "read", "1", []string{}},
		{"nothing", "", "read", "1", []string{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			claims := parse(t, fields{
				"sub": "user_1", "v": 2, "fea": test.fea, "o": fields{"id": "org_1", "per": test.per, "fpm": test.masks},
			})
			got := claims.OrgPermissions()
			if !slices.Equal(got, test.want) || got == nil {
				t.Errorf("got %v, want %v", got, test.want)
			}
			state := clerkauth.NewState(claims)
			for _, permission := range test.want {
				if !state.Has(clerkauth.HasPermission(permission)) {
					t.Errorf("%s is listed and not granted", permission)
				}
			}
			if state.Has(clerkauth.HasPermission("org:a:delete")) {
				t.Error("a permission that is not listed is granted")
			}
		})
	}
}
