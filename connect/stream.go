package clerkconnect

import (
	"context"

	"connectrpc.com/connect"
)

// endingConn is a stream that ends with its context, also while a Receive waits for a message.
type endingConn struct {
	connect.StreamingHandlerConn
	ctx    context.Context //nolint:containedctx // the context is the stream's own
	refuse func() error
}

// Receive waits for the next message or the end of the token. A Receive that the end overtakes leaves its goroutine
// waiting until the handler has returned, which closes the request.
func (c *endingConn) Receive(msg any) error {
	if c.ctx.Err() != nil {
		return c.refuse()
	}
	received := make(chan error, 1)
	go func() { received <- c.StreamingHandlerConn.Receive(msg) }()
	select {
	case err := <-received:
		return err
	case <-c.ctx.Done():
		return c.refuse()
	}
}

// Send refuses to send after the end of the token.
func (c *endingConn) Send(msg any) error {
	if c.ctx.Err() != nil {
		return c.refuse()
	}
	return c.StreamingHandlerConn.Send(msg)
}
