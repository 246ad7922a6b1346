package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"
)

// scenario is a situation that was generated, and verdictOf what the JS SDK decided about it.
type scenario struct {
	ID          string            `json:"id"`
	Mode        string            `json:"mode"`
	Family      string            `json:"family"`
	Tags        []string          `json:"tags"`
	NowMS       int64             `json:"now"`
	Options     jsOptions         `json:"options"`
	Request     scenarioRequest   `json:"request"`
	Bapi        *scenarioBackend  `json:"bapi"`
	Probes      []json.RawMessage `json:"probes"`
	AcceptViews []json.RawMessage `json:"accept_views"`
	GetToken    []struct {
		Template         string `json:"template"`
		ExpiresInSeconds int    `json:"expiresInSeconds"`
	} `json:"get_token"`
	Entry    string            `json:"entry"`
	Env      map[string]string `json:"env"`
	Token    string            `json:"token"`
	Claims   json.RawMessage   `json:"claims"`
	Key      string            `json:"key"`
	Patterns []string          `json:"patterns"`
	Paths    []string          `json:"paths"`
	Steps    []scenarioStep    `json:"steps"`
}

type scenarioBackend struct {
	Routes []backendRoute `json:"routes"`
}

type scenarioRequest struct {
	Method  string      `json:"method"`
	URL     string      `json:"url"`
	Headers [][2]string `json:"headers"`
	Body    string      `json:"body"`
}

func (r scenarioRequest) httpRequest() httpRequest {
	return httpRequest{Method: r.Method, URL: r.URL, Headers: r.Headers}
}

type scenarioStep struct {
	NowMS        int64            `json:"now"`
	TokenVariant string           `json:"token_variant"`
	Request      scenarioRequest  `json:"request"`
	Bapi         *scenarioBackend `json:"bapi"`
	Options      jsOptions        `json:"options"`
}

// recorded is what the JS SDK decided.
type recorded struct {
	ID      string `json:"id"`
	Outcome string `json:"outcome"`
	Error   *struct {
		Name    string `json:"name"`
		Message string `json:"message"`
		Reason  string `json:"reason"`
	} `json:"error"`
	Status       string                     `json:"status"`
	Reason       *string                    `json:"reason"`
	Message      *string                    `json:"message"`
	TokenType    *string                    `json:"token_type"`
	Token        *string                    `json:"token"`
	Headers      map[string]string          `json:"headers"`
	SetCookies   []string                   `json:"set_cookies"`
	Location     *location                  `json:"location"`
	Auth         map[string]json.RawMessage `json:"auth"`
	AuthError    json.RawMessage            `json:"auth_error"`
	AuthPending  map[string]json.RawMessage `json:"auth_pending_allowed"`
	Has          []json.RawMessage          `json:"has"`
	HasPending   []json.RawMessage          `json:"has_pending_allowed"`
	AcceptViews  []acceptView               `json:"accept_views"`
	GetToken     []json.RawMessage          `json:"get_token"`
	Calls        []backendCall              `json:"bapi_calls"`
	Payload      json.RawMessage            `json:"payload"`
	Event        json.RawMessage            `json:"event"`
	Valid        *bool                      `json:"valid"`
	Parsed       json.RawMessage            `json:"parsed"`
	CookieSuffix string                     `json:"cookie_suffix"`
	Matches      []json.RawMessage          `json:"matches"`
	SignIn       json.RawMessage            `json:"sign_in"`
	SignUp       json.RawMessage            `json:"sign_up"`
	ClerkURL     string                     `json:"clerk_url"`
	Steps        []recorded                 `json:"steps"`
}

type acceptView struct {
	Accepts         json.RawMessage `json:"accepts"`
	TokenType       *string         `json:"token_type"`
	IsAuthenticated bool            `json:"is_authenticated"`
	UserID          *string         `json:"user_id"`
	Subject         *string         `json:"subject"`
}

func (s *scenario) now() time.Time { return time.UnixMilli(s.NowMS) }

func (s *scenario) routes() []backendRoute {
	if s.Bapi == nil {
		return nil
	}
	return s.Bapi.Routes
}

func (s *scenario) hasTag(prefix string) bool {
	for _, tag := range s.Tags {
		if strings.HasPrefix(tag, prefix) {
			return true
		}
	}
	return false
}

// readPairs reads both files side by side.
func readPairs(scenarios, decisions string, use func(*scenario, *recorded)) error {
	left, err := os.Open(scenarios) //nolint:gosec // The path is an argument of the command.
	if err != nil {
		return err
	}
	defer left.Close()
	right, err := os.Open(decisions) //nolint:gosec // The path is an argument of the command.
	if err != nil {
		return err
	}
	defer right.Close()
	in, out := lines(left), lines(right)
	for n := 1; in.Scan(); n++ {
		if !out.Scan() {
			return fmt.Errorf("%s ends at line %d", decisions, n)
		}
		var s scenario
		var want recorded
		if err := json.Unmarshal(in.Bytes(), &s); err != nil {
			return fmt.Errorf("%s:%d: %w", scenarios, n, err)
		}
		if err := json.Unmarshal(out.Bytes(), &want); err != nil {
			return fmt.Errorf("%s:%d: %w", decisions, n, err)
		}
		if s.ID != want.ID {
			return fmt.Errorf("line %d: scenario %s and decision %s", n, s.ID, want.ID)
		}
		use(&s, &want)
	}
	if in.Err() != nil {
		return in.Err()
	}
	return out.Err()
}

func lines(file *os.File) *bufio.Scanner {
	scanner := bufio.NewScanner(file)
	scanner.Buffer(make([]byte, 1<<20), 64<<20)
	return scanner
}
