// Package worker carries an identity through a queue. A session token lives for a minute and a message may wait longer, so
// the producer, which has verified the user, puts an M2M token of its own beside the user's id: the worker trusts the id
// because it trusts the service that wrote it.
package worker

import (
	"context"
	"errors"
	"fmt"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	clerk "github.com/clerkgo/clerk-go/core"
)

// Message is what waits in the queue, for example as JSON.
type Message struct {
	Token  string `json:"token"` // of the producer
	UserID string `json:"user_id"`
	OrgID  string `json:"org_id,omitzero"`
	Body   string `json:"body"`
}

//docs:begin produce

// NewMessage writes down for whom the work is. The source is one of clerk.NewM2MTokenSource: it makes a token when one is
// needed and keeps it.
func NewMessage(ctx context.Context, source clerk.TokenSource, body string) (Message, error) {
	state := clerkauth.FromContext(ctx)
	if err := state.Require(); err != nil {
		return Message{}, err
	}
	token, err := source.Token(ctx)
	if err != nil {
		return Message{}, err
	}
	return Message{Token: token, UserID: state.UserID(), OrgID: state.OrgID(), Body: body}, nil
}

//docs:end produce

// ErrRetry is the error of a message that has to wait: Clerk could not be asked. Any other error is final.
var ErrRetry = errors.New("worker: try again later")

//docs:begin consume

// Handle verifies who wrote a message and works on it. Only the machines with these ids may write messages.
func Handle(
	ctx context.Context, authn *clerkauth.Authenticator, msg Message, work func(ctx context.Context, msg Message) error, producers ...string,
) error {
	state := authn.AuthenticateToken(ctx, msg.Token, clerkauth.AcceptTokens(clerkauth.TokenM2M))
	err := state.Require(clerkauth.CheckFunc("producer", func(s *clerkauth.RequestState) bool {
		for _, id := range producers {
			if s.Machine().Subject == id {
				return true
			}
		}
		return false
	}))
	switch {
	case errors.Is(err, clerkauth.ErrUnavailable):
		return ErrRetry // Leave it in the queue.
	case err != nil:
		return fmt.Errorf("worker: the message is from nobody who may write it: %w", err)
	}
	return work(clerkauth.NewContext(ctx, state), msg)
}

//docs:end consume
