package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

// vector is one recorded decision. The fields after Tag belong to some kinds only.
type vector struct {
	ID     string          `json:"id"`
	Kind   string          `json:"kind"`
	Expect json.RawMessage `json:"expect"`
	Tag    string          `json:"tag"`
	Note   string          `json:"note"`

	Input json.RawMessage `json:"input"`
	Steps json.RawMessage `json:"steps"`

	Config  json.RawMessage      `json:"config"`
	Tokens  map[string]tokenSpec `json:"tokens"`
	JWKS    json.RawMessage      `json:"jwks"`
	Backend json.RawMessage      `json:"backend"`
	Request json.RawMessage      `json:"request"`
}

// tokenSpec says how a token is made.
type tokenSpec struct {
	Key     string         `json:"key"`
	Header  map[string]any `json:"header"`
	Payload map[string]any `json:"payload"`
	Tamper  string         `json:"tamper"`
}

func readVectors(name string) ([]vector, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var vectors []vector
	if err := json.Unmarshal(text, &vectors); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return vectors, nil
}

func (v *vector) selected(only string) bool { return strings.HasPrefix(v.ID, only) }

// input decodes the input of the vector.
func (v *vector) input(into any) error { return decode(v.Input, into) }

// expect decodes what is expected.
func (v *vector) expect(into any) error { return decode(v.Expect, into) }

func decode(text json.RawMessage, into any) error {
	if len(text) == 0 {
		return nil
	}
	return json.Unmarshal(text, into)
}
