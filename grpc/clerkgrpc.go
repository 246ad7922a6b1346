// Package clerkgrpc provides Clerk authentication for gRPC: server interceptors for unary calls and all kinds of
// streams, and credentials that give clients a token. Handlers read the caller with [clerkauth.FromContext].
package clerkgrpc

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// Config configures a [Guard]. Authenticator is required.
type Config struct {
	// Authenticator verifies the tokens. [*clerkauth.Instances] choose by the authority, a header or the procedure.
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
	ErrorHandler func(ctx context.Context, procedure string, err error) error
}

// Guard authenticates the callers of a server and applies the rules. Give both its interceptors to the server. It is
// safe for concurrent use.
type Guard struct {
	config Config
	guard  *clerkauth.ProcedureGuard
}

// NewGuard returns an error if the authenticator is nil or a rule's key is neither a procedure nor a service.
func NewGuard(config Config) (*Guard, error) {
	guard, err := clerkauth.NewProcedureGuard(config.Authenticator, config.Rules, config.CallOptions...)
	if err != nil {
		return nil, fmt.Errorf("clerkgrpc: NewGuard: %w", err)
	}
	return &Guard{config: config, guard: guard}, nil
}

// UnaryInterceptor guards unary calls. It is the argument of [grpc.ChainUnaryInterceptor].
func (g *Guard) UnaryInterceptor(ctx context.Context, req any, info *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
	ctx, _, err := g.admit(ctx, info.FullMethod)
	if err != nil {
		return nil, err
	}
	return next(ctx, req)
}

// StreamInterceptor guards streams. It is the argument of [grpc.ChainStreamInterceptor]. The stream of a guarded
// procedure ends when the token of its caller does: the context is done, and SendMsg and RecvMsg return an error with
// the code Unauthenticated.
func (g *Guard) StreamInterceptor(srv any, stream grpc.ServerStream, info *grpc.StreamServerInfo, next grpc.StreamHandler) error {
	ctx, end, err := g.admit(stream.Context(), info.FullMethod)
	if err != nil {
		return err
	}
	if end.IsZero() {
		return next(srv, &guardedStream{ServerStream: stream, ctx: ctx})
	}
	expired := &clerkauth.Error{Reason: clerkauth.ReasonTokenExpired}
	ctx, cancel := context.WithDeadlineCause(ctx, end, expired)
	defer cancel()
	guarded := &guardedStream{
		ServerStream: stream, ctx: ctx,
		refuse: sync.OnceValue(func() error { return g.refusal(ctx, info.FullMethod, expired) }),
	}
	err = next(srv, guarded)
	if err != nil && errors.Is(context.Cause(ctx), expired) {
		return guarded.refuse()
	}
	return err
}

// admit authenticates a call and applies the rule of its procedure. end is when a guarded stream has to end; zero means
// never.
func (g *Guard) admit(ctx context.Context, procedure string) (_ context.Context, end time.Time, err error) {
	req := clerkauth.Request{
		Method: http.MethodPost, Path: procedure,
		Header: func(name string) []string { return metadata.ValueFromIncomingContext(ctx, name) },
	}
	if caller, ok := peer.FromContext(ctx); ok {
		req.RemoteAddr = caller.Addr
	}
	if authority := req.Header(":authority"); len(authority) == 1 {
		req.Host = authority[0]
	}
	admitted, end, err := g.guard.Admit(ctx, req, g.schemaRule(procedure))
	if err != nil {
		return ctx, end, g.refusal(ctx, procedure, err)
	}
	return admitted, end, nil
}

// schemaRule finds the rule that the schema of a procedure carries.
func (g *Guard) schemaRule(procedure string) clerkauth.SchemaRule {
	if g.config.Option == nil {
		return nil
	}
	return func() (clerkauth.ProcedureRule, bool) {
		name := strings.ReplaceAll(strings.TrimPrefix(procedure, "/"), "/", ".")
		descriptor, err := protoregistry.GlobalFiles.FindDescriptorByName(protoreflect.FullName(name))
		if method, ok := descriptor.(protoreflect.MethodDescriptor); err == nil && ok {
			return g.config.Option(method)
		}
		return clerkauth.ProcedureRule{}, false
	}
}

func (g *Guard) refusal(ctx context.Context, procedure string, err error) error {
	if g.config.ErrorHandler != nil {
		if answer := g.config.ErrorHandler(ctx, procedure, err); answer != nil {
			return answer
		}
	}
	return Error(err)
}

// Error turns a refusal of clerkauth into the error that answers it: Unauthenticated, PermissionDenied, NotFound or
// Unavailable, with the reason as a google.rpc.ErrorInfo of the domain clerk.com. It holds no token, key or id.
func Error(err error) error {
	answer := clerkauth.ProcedureAnswerTo(err)
	plain := status.New(codes.Code(answer.Code), answer.Message)
	detailed, err := plain.WithDetails(&errdetails.ErrorInfo{Reason: string(answer.Reason), Domain: clerkauth.ProcedureErrorDomain})
	if err != nil {
		return plain.Err()
	}
	return detailed.Err()
}
