// Package clerkconnect provides Clerk authentication for Connect: an interceptor for handlers of unary calls and all
// kinds of streams, over the Connect, gRPC and gRPC-Web protocols, and one that gives clients a token. Handlers read
// the caller with [clerkauth.FromContext].
package clerkconnect

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/protobuf/reflect/protoreflect"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// Config configures an [Interceptor]. Authenticator is required.
type Config struct {
	// Authenticator verifies the tokens. [*clerkauth.Instances] choose by a header or the procedure: interceptors do not see
	// the host.
	Authenticator clerkauth.RequestAuthenticator
	// Rules says who may call what. A procedure's own rule comes first, then Option, then the rule of its service. A
	// procedure that none of them knows admits callers who are signed in. Reflection and health checks are procedures
	// like any other: they are open only if a rule says so.
	Rules clerkauth.ProcedureRules
	// Option returns the rule that the schema of a procedure carries, for example in an option of the .proto file; ok
	// is false if there is none. Nil means that schemas carry no rules.
	Option func(method protoreflect.MethodDescriptor) (rule clerkauth.ProcedureRule, ok bool)
	// CallOptions change what is accepted, such as [clerkauth.AcceptTokens].
	CallOptions []clerkauth.CallOption
	// ErrorHandler returns the error that answers a refusal, which is a [*clerkauth.Error]. Nil means [Error]. Whatever it
	// returns, the handler does not run; nil answers with [Error]. It is also called, once, when a stream ends because the
	// caller's token does.
	ErrorHandler func(ctx context.Context, spec connect.Spec, err error) error
}

// Interceptor authenticates the callers of a handler and applies the rules. It is safe for concurrent use. On clients
// it does nothing.
type Interceptor struct {
	config Config
	guard  *clerkauth.ProcedureGuard
}

var _ connect.Interceptor = (*Interceptor)(nil)

// NewInterceptor returns the interceptor for [connect.WithInterceptors]. It returns an error if the authenticator is
// nil or a rule's key is neither a procedure nor a service.
func NewInterceptor(config Config) (*Interceptor, error) {
	guard, err := clerkauth.NewProcedureGuard(config.Authenticator, config.Rules, config.CallOptions...)
	if err != nil {
		return nil, fmt.Errorf("clerkconnect: NewInterceptor: %w", err)
	}
	return &Interceptor{config: config, guard: guard}, nil
}

// WrapUnary implements [connect.Interceptor].
func (i *Interceptor) WrapUnary(next connect.UnaryFunc) connect.UnaryFunc {
	return func(ctx context.Context, req connect.AnyRequest) (connect.AnyResponse, error) {
		if req.Spec().IsClient {
			return next(ctx, req)
		}
		ctx, _, err := i.admit(ctx, req.Spec(), req.Peer(), req.Header())
		if err != nil {
			return nil, err
		}
		return next(ctx, req)
	}
}

// WrapStreamingClient implements [connect.Interceptor]. It changes nothing.
func (i *Interceptor) WrapStreamingClient(next connect.StreamingClientFunc) connect.StreamingClientFunc {
	return next
}

// WrapStreamingHandler implements [connect.Interceptor]. The stream of a guarded procedure ends when the token of its
// caller does: the context is done, and Send and Receive return an error with the code unauthenticated.
func (i *Interceptor) WrapStreamingHandler(next connect.StreamingHandlerFunc) connect.StreamingHandlerFunc {
	return func(ctx context.Context, conn connect.StreamingHandlerConn) error {
		ctx, end, err := i.admit(ctx, conn.Spec(), conn.Peer(), conn.RequestHeader())
		if err != nil {
			return err
		}
		if end.IsZero() {
			return next(ctx, conn)
		}
		expired := &clerkauth.Error{Reason: clerkauth.ReasonTokenExpired}
		ctx, cancel := context.WithDeadlineCause(ctx, end, expired)
		defer cancel()
		ended := &endingConn{
			StreamingHandlerConn: conn, ctx: ctx,
			refuse: sync.OnceValue(func() error { return i.refusal(ctx, conn.Spec(), expired) }),
		}
		err = next(ctx, ended)
		if err != nil && errors.Is(context.Cause(ctx), expired) {
			return ended.refuse()
		}
		return err
	}
}

// admit authenticates a call and applies the rule of its procedure. end is when a guarded stream has to end; zero means
// never.
func (i *Interceptor) admit(
	ctx context.Context, spec connect.Spec, peer connect.Peer, header http.Header,
) (_ context.Context, end time.Time, err error) {
	req := clerkauth.Request{
		Method: http.MethodPost, Path: spec.Procedure,
		Header: func(name string) []string { return header[name] },
	}
	if address, err := netip.ParseAddrPort(peer.Addr); err == nil {
		req.RemoteAddr = net.TCPAddrFromAddrPort(address)
	}
	ctx, end, err = i.guard.Admit(ctx, req, i.schemaRule(spec))
	if err != nil {
		return ctx, end, i.refusal(ctx, spec, err)
	}
	return ctx, end, nil
}

// schemaRule finds the rule that the schema of a procedure carries.
func (i *Interceptor) schemaRule(spec connect.Spec) clerkauth.SchemaRule {
	method, ok := spec.Schema.(protoreflect.MethodDescriptor)
	if !ok || i.config.Option == nil {
		return nil
	}
	return func() (clerkauth.ProcedureRule, bool) { return i.config.Option(method) }
}

func (i *Interceptor) refusal(ctx context.Context, spec connect.Spec, err error) error {
	if i.config.ErrorHandler != nil {
		if answer := i.config.ErrorHandler(ctx, spec, err); answer != nil {
			return answer
		}
	}
	return Error(err)
}

// Error turns a refusal of clerkauth into the error that answers it: unauthenticated, permission_denied, not_found or
// unavailable, with the reason as a google.rpc.ErrorInfo of the domain clerk.com and in the header x-clerk-auth-reason. It
// holds no token, key or id.
func Error(err error) *connect.Error {
	answer := clerkauth.ProcedureAnswerTo(err)
	out := connect.NewError(connect.Code(answer.Code), errors.New(answer.Message))
	info := &errdetails.ErrorInfo{Reason: string(answer.Reason), Domain: clerkauth.ProcedureErrorDomain}
	if detail, err := connect.NewErrorDetail(info); err == nil {
		out.AddDetail(detail)
	}
	maps.Copy(out.Meta(), answer.Header)
	return out
}
