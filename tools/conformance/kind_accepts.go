package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

func verifyResult(authn *clerkauth.Authenticator, token string) string {
	_, err := authn.Verify(context.Background(), token)
	if err == nil {
		return "ok"
	}
	var refusal *clerkauth.Error
	if errors.As(err, &refusal) {
		return string(refusal.Reason)
	}
	return err.Error()
}

// replayAccepts authenticates a credential of the given type and looks at the state through the accepted types.
func replayAccepts(v *vector) ([]string, error) {
	var in struct {
		TokenType    clerkauth.TokenType `json:"tokenType"`
		AcceptTokens json.RawMessage     `json:"acceptsToken"`
	}
	var want string
	if err := v.input(&in); err != nil {
		return nil, err
	}
	if err := v.expect(&want); err != nil {
		return nil, err
	}
	types, err := acceptedTypes(in.AcceptTokens)
	if err != nil {
		return nil, err
	}
	state, err := signedInWith(in.TokenType)
	if err != nil {
		return nil, err
	}
	return compare(nil, "view", viewName(state, state.Accept(types...)), want), nil
}

// acceptedTypes reads one type, a list, or any.
func acceptedTypes(text json.RawMessage) ([]clerkauth.TokenType, error) {
	var one clerkauth.TokenType
	if json.Unmarshal(text, &one) == nil {
		if one == "any" {
			return clerkauth.AnyToken(), nil
		}
		return []clerkauth.TokenType{one}, nil
	}
	var list []clerkauth.TokenType
	err := json.Unmarshal(text, &list)
	return list, err
}

func viewName(state, view *clerkauth.RequestState) string {
	switch {
	case view == state && view.SignedIn():
		return "same"
	case view.SignedIn():
		return "signed in"
	case view.TokenType() == clerkauth.TokenNone:
		return "invalid-token"
	case view.TokenType() == clerkauth.TokenSession:
		return "signed-out"
	}
	return "unauthenticated:" + string(view.TokenType())
}

// signedInWith returns the state of a valid credential of the type.
func signedInWith(t clerkauth.TokenType) (*clerkauth.RequestState, error) {
	if t == clerkauth.TokenSession {
		claims, err := clerkauth.ParseClaims([]byte(`{"sub":"user_1","sid":"sess_1","exp":4000000000}`))
		return clerkauth.NewState(claims), err
	}
	authn, err := clerkauth.New(clerkauth.Config{
		SecretKey: "sk_test_vec", HeaderOnly: true, AcceptTokens: []clerkauth.TokenType{t}, EagerMachineTokens: true,
		HTTPClient: &http.Client{Transport: machineAnswers(t)},
	})
	if err != nil {
		return nil, err
	}
	token := map[clerkauth.TokenType]string{
		clerkauth.TokenAPIKey: "ak_0123456789abcdef0123456789abcdef", clerkauth.TokenM2M: "mt_0123456789abcdef0123456789abcdef",
		clerkauth.TokenOAuth: "oat_0123456789abcdef0123456789abcdef",
	}[t]
	header := http.Header{"Authorization": {"Bearer " + token}}
	state := authn.Authenticate(context.Background(), clerkauth.Request{Method: http.MethodGet, Header: header.Values})
	if !state.SignedIn() {
		return nil, fmt.Errorf("a valid %s is signed out: %s", t, state.Reason())
	}
	return state, nil
}

// machineAnswers is a Backend API that knows every credential of one type.
type machineAnswers clerkauth.TokenType

func (m machineAnswers) RoundTrip(req *http.Request) (*http.Response, error) {
	body := map[clerkauth.TokenType]string{
		clerkauth.TokenAPIKey: `{"object":"api_key","id":"ak_1","subject":"user_1","scopes":[],"revoked":false,"expired":false}`,
		clerkauth.TokenM2M:    `{"object":"machine_to_machine_token","id":"mt_1","subject":"mch_1","scopes":[],"revoked":false,"expired":false}`,
		clerkauth.TokenOAuth:  `{"object":"clerk_idp_oauth_access_token","id":"oat_1","client_id":"c","subject":"user_1","scopes":[],"revoked":false,"expired":false}`,
	}[clerkauth.TokenType(m)]
	header := http.Header{"Content-Type": {"application/json"}}
	return &http.Response{StatusCode: http.StatusOK, Header: header, Body: io.NopCloser(strings.NewReader(body)), Request: req}, nil
}
