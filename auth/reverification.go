package clerkauth

import (
	"encoding/json"
	"net/http"
)

// FactorLevel says which factors a step-up must have verified.
type FactorLevel string

// The levels of a step-up.
const (
	FirstFactor  FactorLevel = "first_factor"
	SecondFactor FactorLevel = "second_factor"
	MultiFactor  FactorLevel = "multi_factor"
)

// Reverification demands that the user verified factors recently. The zero value is never satisfied.
type Reverification struct {
	// Level says which factors count.
	Level FactorLevel
	// AfterMinutes is the age at which a verification is too old.
	AfterMinutes float64

	preset string
}

// StrictMFA demands all factors within ten minutes.
func StrictMFA() Reverification { return Reverification{MultiFactor, 10, "strict_mfa"} }

// Strict demands the second factor, or the first where there is no second, within ten minutes.
func Strict() Reverification { return Reverification{SecondFactor, 10, "strict"} }

// Moderate is like [Strict] with one hour.
func Moderate() Reverification { return Reverification{SecondFactor, 60, "moderate"} }

// Lax is like [Strict] with one day.
func Lax() Reverification { return Reverification{SecondFactor, 1440, "lax"} }

// MarshalJSON writes the name of a preset, or the level and the age.
func (r Reverification) MarshalJSON() ([]byte, error) {
	if r.preset != "" {
		return json.Marshal(r.preset)
	}
	return json.Marshal(struct {
		Level        FactorLevel `json:"level"`
		AfterMinutes float64     `json:"afterMinutes"`
	}{r.Level, r.AfterMinutes})
}

// satisfied reports whether factors of this age are recent enough. Unknown ages never are.
func (r Reverification) satisfied(age FactorAge) bool {
	if !age.Known || !(r.AfterMinutes > 0) || !validAge(age.First) || !validAge(age.Second) {
		return false
	}
	first := age.First != -1 && r.AfterMinutes > age.First
	second := age.Second != -1 && r.AfterMinutes > age.Second
	if age.First == -1 && age.Second == -1 {
		return false
	}
	switch r.Level {
	case FirstFactor:
		return first
	case SecondFactor:
		if age.Second == -1 {
			return first
		}
		return second
	case MultiFactor:
		if age.Second == -1 {
			return first
		}
		return first && second
	}
	return false
}

func validAge(minutes float64) bool { return minutes == -1 || minutes >= 0 }

// Body returns the JSON that answers the refusal over HTTP: the kind as "error", the "reason", and as "missing" what
// the identity lacks. For a reverification it is what ClerkJS understands.
func (e *Error) Body() []byte {
	var body any
	switch {
	case e.reverification != nil:
		body = map[string]any{"clerk_error": e.clerkError()}
	default:
		body = struct {
			Error   string       `json:"error"`
			Reason  Reason       `json:"reason"`
			Missing *Requirement `json:"missing,omitzero"`
		}{e.kindName(), e.Reason, e.missing}
	}
	text, err := json.Marshal(body)
	if err != nil {
		return []byte(`{"error":"unavailable"}`)
	}
	return text
}

func (e *Error) kindName() string {
	switch e.Reason.status() {
	case http.StatusForbidden:
		return "forbidden"
	case http.StatusServiceUnavailable:
		return "unavailable"
	case http.StatusNotFound:
		return "not_found"
	}
	return "unauthenticated"
}
