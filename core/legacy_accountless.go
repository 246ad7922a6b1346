package clerk

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
)

var (
	endpointAccountlessCreate = Endpoint{
		Service: "AccountlessApplications", Name: "Create", OperationID: "CreateAccountlessApplication",
		Method: http.MethodPost, Path: "/accountless_applications", Retry: RetryNever,
	}
	endpointAccountlessComplete = Endpoint{
		Service: "AccountlessApplications", Name: "Complete", OperationID: "CompleteAccountlessApplication",
		Method: http.MethodPost, Path: "/accountless_applications/complete", Retry: RetryNever,
	}
)

// AccountlessApplicationsService finishes the set-up of applications that were created without a Clerk account.
//
// Experimental: Clerk serves these calls to its own frameworks only and has taken them out of its documents. They are
// not covered by the compatibility promise of this module.
type AccountlessApplicationsService struct{ client *Client }

// AccountlessApplicationParams is the input of the calls about applications without an account.
type AccountlessApplicationParams struct {
	// Source names the framework that asks.
	Source Opt[string]
}

// AccountlessApplication is a development application that belongs to nobody until it is claimed. It prints without its
// keys.
type AccountlessApplication struct {
	// Object is "accountless_application".
	Object string `json:"object"`
	// PublishableKey is the key for browsers.
	PublishableKey string `json:"publishable_key"`
	// SecretKey is the key for servers. Keep it secret.
	SecretKey string `json:"secret_key"`
	// ClaimURL is where a person takes the application into an account. Keep it secret.
	ClaimURL string `json:"claim_url"`
	// APIKeysURL is where the owner finds the keys.
	APIKeysURL string `json:"api_keys_url"`

	raw json.RawMessage
}

// CreateAccountlessApplication creates a development application without an account and without a key, and returns its
// keys. It is sent again only when the API refused it with 429 or it never left.
//
// Experimental: see [AccountlessApplicationsService].
func CreateAccountlessApplication(
	ctx context.Context, params *AccountlessApplicationParams, opts ...ClientOption,
) (*AccountlessApplication, error) {
	client, err := newClient(nil, settingNames{url: "WithBaseURL"}, opts)
	if err != nil {
		return nil, err
	}
	if client.ownTransport {
		defer client.CloseIdleConnections()
	}
	return call(ctx, client, &endpointAccountlessCreate, &CallParams{Query: params.query()}, new(AccountlessApplication), nil)
}

// Complete tells Clerk that the application of the client's key has been claimed and set up.
//
// Experimental: see AccountlessApplicationsService.
func (s *AccountlessApplicationsService) Complete(
	ctx context.Context, params *AccountlessApplicationParams, opts ...RequestOption,
) (*AccountlessApplication, error) {
	p := CallParams{Query: params.query()}
	return call(ctx, s.client, &endpointAccountlessComplete, &p, new(AccountlessApplication), opts)
}

func (p *AccountlessApplicationParams) query() url.Values {
	query := url.Values{}
	if p == nil {
		return query
	}
	if source, ok := p.Source.Get(); ok {
		query.Set("source", source)
	}
	return query
}

// RawJSON returns the JSON that the application was decoded from. Do not change it.
func (a *AccountlessApplication) RawJSON() json.RawMessage { return a.raw }

func (a *AccountlessApplication) setRaw(raw *json.RawMessage) { a.raw = *raw }

// String returns the publishable key, which is public.
func (a AccountlessApplication) String() string {
	return "clerk.AccountlessApplication(" + a.PublishableKey + ")"
}

// GoString returns the same as String.
func (a AccountlessApplication) GoString() string { return a.String() }

// LogValue returns what String returns.
func (a AccountlessApplication) LogValue() slog.Value { return slog.StringValue(a.String()) }
