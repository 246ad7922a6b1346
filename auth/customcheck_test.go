package clerkauth_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

func TestHasClaim(t *testing.T) {
	t.Parallel()
	extra := fields{
		"metadata":                   fields{"role": "admin", "level": 3, "beta": true, "teams": []any{"red", 7}, "none": nil, "big": json.Number("9007199254740993")},
		"https://example.com/claims": fields{"tier": "gold"}, "dotted.name": "x",
	}
	tests := []struct {
		path  string
		value any
		want  bool
	}{
		{"metadata.role", "admin", true},
		{"metadata.role", "Admin", false},
		{"metadata.level", 3, true},
		{"metadata.level", 3.0, true},
		{"metadata.level", uint8(3), true},
		{"metadata.level", "3", false},
		{"metadata.big", int64(9007199254740993), true},
		{"metadata.big", int64(9007199254740992), false},
		{"metadata.beta", true, true},
		{"metadata.beta", "true", false},
		{"metadata.teams", "red", true},
		{"metadata.teams", 7, true},
		{"metadata.teams", "blue", false},
		{"metadata", "admin", false},
		{"metadata.role.more", "admin", false},
		{"metadata.missing", "", false},
		{"metadata.none", nil, false},
		{"https://example.com/claims.tier", "gold", true},
		{"dotted.name", "x", true},
		{"sub", "user_1", true},
		{"", "user_1", false},
		{".", "x", false},
		{"metadata.teams", []string{"red"}, false},
		{"metadata.role", func() {}, false},
	}
	for _, test := range tests {
		if got := stateWith(t, extra).Has(clerkauth.HasClaim(test.path, test.value)); got != test.want {
			t.Errorf("claim %q with the value %v: got %v, want %v", test.path, test.value, got, test.want)
		}
	}
}

func TestHasClaim_IsNotForMachines(t *testing.T) {
	t.Parallel()
	identity := &clerkauth.MachineIdentity{TokenType: clerkauth.TokenM2M, Subject: "mch_1", Claims: map[string]any{"role": "admin"}}
	state := clerkauth.NewMachineState(identity)
	if state.Has(clerkauth.HasClaim("role", "admin")) {
		t.Error("a claim that a machine chose for itself passes")
	}
	own := clerkauth.CheckFunc("admin machine", func(s *clerkauth.RequestState) bool { return s.Machine().Claims["role"] == "admin" })
	if err := state.Require(own); err != nil {
		t.Errorf("got %v, want a check of the application's own to see the claim", err)
	}
}

func TestCheckFunc(t *testing.T) {
	t.Parallel()
	yes := clerkauth.CheckFunc("yes", func(s *clerkauth.RequestState) bool { return s.UserID() == "user_1" })
	no := clerkauth.CheckFunc("paid-up", func(*clerkauth.RequestState) bool { return false })
	unused := clerkauth.CheckFunc("never asked", func(*clerkauth.RequestState) bool { t.Error("asked without need"); return false })
	tests := []struct {
		name  string
		check clerkauth.Check
		want  string // the body of the refusal; empty passes
	}{
		{"passes", yes, ""},
		{"fails with its name", no, `{"error":"forbidden","reason":"check-failed","missing":{"type":"check","name":"paid-up"}}`},
		{"any of two", clerkauth.AnyOf(yes, unused), ""},
		{"all of two", clerkauth.AllOf(no, unused), `{"error":"forbidden","reason":"check-failed","missing":{"type":"check","name":"paid-up"}}`},
		{
			"any of a claim and a check", clerkauth.AnyOf(clerkauth.HasClaim("metadata.role", "admin"), no),
			`{"error":"forbidden","reason":"missing-claim","missing":{"type":"any_of","any_of":[{"type":"claim","name":"metadata.role"},{"type":"check","name":"paid-up"}]}}`,
		},
		{"no name", clerkauth.CheckFunc("", func(*clerkauth.RequestState) bool { return true }), `{"error":"forbidden","reason":"requirement-invalid"}`},
		{"no function", clerkauth.CheckFunc("x", nil), `{"error":"forbidden","reason":"requirement-invalid"}`},
		{"another organization is not named", clerkauth.InOrg("org_2"), `{"error":"forbidden","reason":"wrong-organization","missing":{"type":"organization"}}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			err := stateWith(t, nil).Require(test.check)
			var refusal *clerkauth.Error
			switch {
			case test.want == "" && err != nil:
				t.Errorf("got %v, want no error", err)
			case test.want == "":
			case !errors.As(err, &refusal) || refusal.StatusCode() != 403 || string(refusal.Body()) != test.want:
				t.Errorf("got %v with the body %s, want %s", err, clerkauth.AnswerTo(err).Body, test.want)
			}
		})
	}
	if err := clerkauth.NewState(nil).Require(unused); !errors.Is(err, clerkauth.ErrUnauthenticated) {
		t.Errorf("got %v, want a visitor who is not signed in to be refused before the check", err)
	}
}

func TestError_Missing_BelongsToTheCaller(t *testing.T) {
	t.Parallel()
	var refusal *clerkauth.Error
	err := stateWith(t, nil).Require(clerkauth.AnyOf(clerkauth.HasRole("x"), clerkauth.HasPlan("y")))
	if !errors.As(err, &refusal) {
		t.Fatalf("got %v, want a *clerkauth.Error", err)
	}
	refusal.Missing().AnyOf[0].Name = "changed"
	if got := refusal.Missing().AnyOf[0].Name; got != "org:x" {
		t.Errorf("got %q, want the change of a copy to stay with the copy", got)
	}
}

func FuzzHasClaim(f *testing.F) {
	f.Add(`{"metadata":{"role":"admin"}}`, "metadata.role", "admin")
	f.Add(`{"a.b":{"c":[1,"x"]}}`, "a.b.c", "x")
	f.Add(`{"a":{"b":"x"},"a":{"b":"y"},"a.b":"z"}`, "a.b", "z")
	f.Add(`{"a":{"b":{"c":"x"}},"a.b":7}`, "a.b.c", "x")
	f.Add(`{"a":"x","b":1`+strings.Repeat("0", 400)+`}`, "a", "x") // no float64 can hold b
	f.Fuzz(func(t *testing.T, metadata, path, value string) {
		if !utf8.ValidString(metadata) || !utf8.ValidString(value) || !json.Valid([]byte(metadata)) {
			return
		}
		claims, err := clerkauth.ParseClaims([]byte(`{"sub":"user_1","m":` + metadata + `}`))
		if err != nil {
			return
		}
		var object map[string]any
		decoder := json.NewDecoder(bytes.NewReader(claims.Raw()))
		decoder.UseNumber()
		if err := decoder.Decode(&object); err != nil {
			t.Fatal(err)
		}
		want := hasText(valueAt(object, "m."+path), value)
		if got := clerkauth.NewState(claims).Has(clerkauth.HasClaim("m."+path, value)); got != want {
			t.Errorf("%q under %q of %s: got %t, want %t", value, path, metadata, got, want)
		}
	})
}

// valueAt follows a path in a decoded object. The longest name counts.
func valueAt(object map[string]any, path string) any {
	if value, found := object[path]; found {
		return value
	}
	for end := strings.LastIndexByte(path, '.'); end > 0; end = strings.LastIndexByte(path[:end], '.') {
		if inner, ok := object[path[:end]].(map[string]any); ok {
			return valueAt(inner, path[end+1:])
		}
	}
	return nil
}

// hasText reports whether a value is a text or a list with it.
func hasText(value any, text string) bool {
	if list, ok := value.([]any); ok {
		return slices.Contains(list, any(text))
	}
	return value == any(text)
}
