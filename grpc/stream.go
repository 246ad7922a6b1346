package clerkgrpc

import (
	"context"

	"google.golang.org/grpc"
)

// guardedStream has the context with the caller in it. With refuse it ends with that context, also while RecvMsg waits
// for a message.
type guardedStream struct {
	grpc.ServerStream
	ctx    context.Context //nolint:containedctx // the context is the stream's own
	refuse func() error
}

// Context returns the context of the stream, with the caller in it.
func (s *guardedStream) Context() context.Context { return s.ctx }

// RecvMsg waits for the next message or the end of the token. A RecvMsg that the end overtakes leaves its goroutine
// waiting until the handler has returned, which ends the stream.
func (s *guardedStream) RecvMsg(msg any) error {
	if s.refuse == nil {
		return s.ServerStream.RecvMsg(msg)
	}
	if s.ctx.Err() != nil {
		return s.refuse()
	}
	received := make(chan error, 1)
	go func() { received <- s.ServerStream.RecvMsg(msg) }()
	select {
	case err := <-received:
		return err
	case <-s.ctx.Done():
		return s.refuse()
	}
}

// SendMsg refuses to send after the end of the token.
func (s *guardedStream) SendMsg(msg any) error {
	if s.refuse != nil && s.ctx.Err() != nil {
		return s.refuse()
	}
	return s.ServerStream.SendMsg(msg)
}
