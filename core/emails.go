package clerk

import (
	"context"
	"net/http"
	"strconv"
)

var (
	endpointEmailsSend = Endpoint{
		Service: "Emails", Name: "Send", OperationID: "SendEmail",
		Method: http.MethodPost, Path: "/email", Retry: RetryNever,
	}
	endpointEmailsSendBatch = Endpoint{
		Service: "Emails", Name: "SendBatch", OperationID: "SendEmailBatch",
		Method: http.MethodPost, Path: "/email/batch", Retry: RetryNever,
	}
	endpointEmailsGet = Endpoint{
		Service: "Emails", Name: "Get", OperationID: "GetEmail",
		Method: http.MethodGet, Path: "/email/{email_id}", Retry: RetrySafe,
	}
	endpointEmailsCreate = Endpoint{
		Service: "Emails", Name: "Create", OperationID: "CreateEmail",
		Method: http.MethodPost, Path: "/emails", Retry: RetryNever,
	}
)

// maxEmailBatch is how many messages one call may hold.
const maxEmailBatch = 100

// EmailsService sends e-mail messages. None of its operations is in Clerk's published documents: each can answer 403 or
// 404, and none is covered by the compatibility promise of this module. It is safe for concurrent use.
type EmailsService struct{ client *Client }

// Send sends a message. With an IdempotencyKey in the params the call is repeated like one that changes nothing, as
// Clerk sends the message once; without one it is repeated only if the API refused it with 429 or it never left.
//
// Experimental: Clerk's own JavaScript SDK marks this call as internal and not yet public, and most instances answer
// 403 or 404.
func (s *EmailsService) Send(ctx context.Context, params *EmailSendParams, opts ...RequestOption) (*EmailMessage, error) {
	if params == nil {
		return nil, missingParams(&endpointEmailsSend)
	}
	endpoint, message := endpointEmailsSend, *params
	if key, ok := message.IdempotencyKey.Get(); ok {
		if err := checkIdempotencyKey(&endpoint, "idempotency_key", key); err != nil {
			return nil, err
		}
		endpoint.Retry = RetryIdempotent
		opts = append([]RequestOption{WithHeader("Idempotency-Key", key)}, opts...)
	}
	message.IdempotencyKey = Opt[string]{}
	return call(ctx, s.client, &endpoint, &CallParams{Body: &message}, new(EmailMessage), opts)
}

// SendBatch sends 1 to 100 messages and returns the result of each, in the same order. Clerk handles each on its own:
// some may be sent and others refused; see [EmailBatchResult.Err]. The call is not repeated after a failure; to repeat
// it safely, give each message an IdempotencyKey.
//
// Experimental: Clerk's own JavaScript SDK marks this call as internal and not yet public, and most instances answer
// 403 or 404.
func (s *EmailsService) SendBatch(
	ctx context.Context, messages []EmailSendParams, opts ...RequestOption,
) (*List[EmailBatchResult], error) {
	if n := len(messages); n == 0 || n > maxEmailBatch {
		return nil, &ParamError{
			Operation: endpointEmailsSendBatch.Operation(), Param: "messages", Reason: "must have 1 to 100 messages, has " + strconv.Itoa(n),
		}
	}
	for i := range messages {
		if key, ok := messages[i].IdempotencyKey.Get(); ok {
			param := "messages[" + strconv.Itoa(i) + "].idempotency_key"
			if err := checkIdempotencyKey(&endpointEmailsSendBatch, param, key); err != nil {
				return nil, err
			}
		}
	}
	body := struct {
		Messages []EmailSendParams `json:"messages"`
	}{messages}
	return callList(ctx, s.client, &endpointEmailsSendBatch, &CallParams{Body: body}, new(List[EmailBatchResult]), opts)
}

// Get returns a message and its state.
//
// Experimental: Clerk's own JavaScript SDK marks this call as internal and not yet public, and most instances answer
// 403 or 404.
func (s *EmailsService) Get(ctx context.Context, emailID string, opts ...RequestOption) (*EmailMessage, error) {
	return call(ctx, s.client, &endpointEmailsGet, &CallParams{Path: []string{emailID}}, new(EmailMessage), opts)
}

// Create sends a message to the address of a user.
//
// Deprecated: Clerk withdrew this call in January 2024; it answers 403 on every instance that did not use it then.
func (s *EmailsService) Create(
	ctx context.Context, params *EmailCreateParams, opts ...RequestOption,
) (*EmailMessage, error) {
	if params == nil {
		return nil, missingParams(&endpointEmailsCreate)
	}
	return call(ctx, s.client, &endpointEmailsCreate, &CallParams{Body: params}, new(EmailMessage), opts)
}

// checkIdempotencyKey returns an error for a key that Clerk would refuse.
func checkIdempotencyKey(e *Endpoint, param, key string) error {
	valid := key != "" && len(key) <= 255
	for i := 0; valid && i < len(key); i++ {
		c := key[i]
		valid = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_'
	}
	if valid {
		return nil
	}
	return &ParamError{
		Operation: e.Operation(), Param: param, Reason: "must have 1 to 255 ASCII letters, digits, hyphens and underscores",
	}
}
