package clerk

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
)

// lastVersionOfVerify is the last version of the API that has Sessions.Verify.
const lastVersionOfVerify = "2024-10-01"

var (
	endpointSessionsVerify = Endpoint{
		Service: "Sessions", Name: "Verify", OperationID: "VerifySession",
		Method: http.MethodPost, Path: "/sessions/{session_id}/verify", Retry: RetrySafe,
	}
	endpointClientsGetLastActiveSession = Endpoint{
		Service: "Clients", Name: "GetLastActiveSession", OperationID: "GetClientLastActiveSession",
		Method: http.MethodGet, Path: "/clients/{client_id}/last_active_session", Retry: RetrySafe,
	}
	endpointClientsGetHandshakePayload = Endpoint{
		Service: "Clients", Name: "GetHandshakePayload", OperationID: "GetHandshakePayload",
		Method: http.MethodGet, Path: "/clients/handshake_payload", Retry: RetrySafe,
	}
)

// SessionVerifyParams is the input of [SessionsService.Verify].
type SessionVerifyParams struct {
	// Token is the session token.
	Token string `json:"token"`
}

// String hides the token.
func (p SessionVerifyParams) String() string { return "clerk.SessionVerifyParams{redacted}" }

// GoString returns the same as String.
func (p SessionVerifyParams) GoString() string { return p.String() }

// LogValue returns what String returns.
func (p SessionVerifyParams) LogValue() slog.Value { return slog.StringValue(p.String()) }

// Verify asks the API whether a token belongs to a session and returns the session.
//
// Deprecated: Clerk removed this call in version 2025-04-10 of the API; the request is sent with the older version
// 2024-10-01, under which it still exists. Verify session tokens locally instead: it is safer and needs no request.
func (s *SessionsService) Verify(
	ctx context.Context, sessionID string, params *SessionVerifyParams, opts ...RequestOption,
) (*Session, error) {
	if params == nil {
		return nil, missingParams(&endpointSessionsVerify)
	}
	opts = append([]RequestOption{WithHeader("Clerk-API-Version", lastVersionOfVerify)}, opts...)
	p := CallParams{Path: []string{sessionID}, Body: params}
	return call(ctx, s.client, &endpointSessionsVerify, &p, new(Session), opts)
}

// GetLastActiveSession returns the session of a client that was used last.
//
// Deprecated: Clerk no longer documents this call and no SDK of theirs has it; it may answer 404. Use Get and take the
// session whose id is LastActiveSessionID.
func (s *ClientsService) GetLastActiveSession(
	ctx context.Context, clientID string, opts ...RequestOption,
) (*Session, error) {
	p := CallParams{Path: []string{clientID}}
	return call(ctx, s.client, &endpointClientsGetLastActiveSession, &p, new(Session), opts)
}

// HandshakePayload holds what a handshake sets. It prints without its cookies.
type HandshakePayload struct {
	// Directives holds values of Set-Cookie headers. They contain session tokens.
	Directives []string `json:"directives"`

	raw json.RawMessage
}

// GetHandshakePayload exchanges the nonce of a handshake for its payload, which Clerk keeps on its side where it is too
// long for a cookie. The middleware of this project calls it; applications need not.
//
// Experimental: Clerk serves this call to its own middleware and does not document it. It is not covered by the
// compatibility promise of this module.
func (s *ClientsService) GetHandshakePayload(
	ctx context.Context, nonce string, opts ...RequestOption,
) (*HandshakePayload, error) {
	if nonce == "" {
		return nil, &ParamError{Operation: endpointClientsGetHandshakePayload.Operation(), Param: "nonce", Reason: "empty"}
	}
	p := CallParams{Query: url.Values{"nonce": {nonce}}}
	return call(ctx, s.client, &endpointClientsGetHandshakePayload, &p, new(HandshakePayload), opts)
}

// RawJSON returns the JSON that the payload was decoded from. Do not change it.
func (h *HandshakePayload) RawJSON() json.RawMessage { return h.raw }

func (h *HandshakePayload) setRaw(raw *json.RawMessage) { h.raw = *raw }

// String hides the cookies.
func (h HandshakePayload) String() string { return "clerk.HandshakePayload{redacted}" }

// GoString returns the same as String.
func (h HandshakePayload) GoString() string { return h.String() }

// LogValue returns what String returns.
func (h HandshakePayload) LogValue() slog.Value { return slog.StringValue(h.String()) }
