package clerkauth

import (
	"context"
	"errors"
	"net/http"
	"time"
)

// ProcedureErrorDomain is the domain of the google.rpc.ErrorInfo in which RPC modules send a [Reason].
const ProcedureErrorDomain = "clerk.com"

// ProcedureGuard authenticates the callers of an RPC server and applies the rules. It is what the modules for RPC
// frameworks have in common; applications use those. It is safe for concurrent use.
type ProcedureGuard struct {
	authn RequestAuthenticator
	rules ProcedureRules
}

// NewProcedureGuard returns a guard that authenticates callers with these options and applies the rules. It returns an
// error if the authenticator is nil or a rule would never apply.
func NewProcedureGuard(authn RequestAuthenticator, rules ProcedureRules, opts ...CallOption) (*ProcedureGuard, error) {
	if IsMissing(authn) {
		return nil, errors.New("clerkauth: NewProcedureGuard: the authenticator is nil")
	}
	if err := rules.Validate(); err != nil {
		return nil, err
	}
	return &ProcedureGuard{Preset(authn, append([]CallOption{HeaderOnly()}, opts...)...), rules}, nil
}

// SchemaRule returns the rule that the schema of a procedure carries; ok is false if there is none. Nil means that the
// schema carries no rule.
type SchemaRule func() (rule ProcedureRule, ok bool)

// Rule returns the rule of a procedure: its own, that of its schema, that of its service, and otherwise the one that
// admits callers who are signed in.
func (g *ProcedureGuard) Rule(procedure string, schema SchemaRule) ProcedureRule {
	if rule, ok := g.rules.Procedure(procedure); ok {
		return rule
	}
	if schema != nil {
		if rule, ok := schema(); ok {
			return rule
		}
	}
	rule, _ := g.rules.Service(procedure)
	return rule
}

// Admit authenticates a call by the Authorization header alone and applies the rule of its procedure, which is the Path of
// the request. The context carries the caller. end is when, by the machine's clock, the stream of a guarded procedure has
// to end; zero means never. The error is an [*Error].
func (g *ProcedureGuard) Admit(ctx context.Context, req Request, schema SchemaRule) (_ context.Context, end time.Time, err error) {
	state := g.authn.Authenticate(ctx, req)
	rule := g.Rule(req.Path, schema)
	if err := rule.Require(state); err != nil {
		return ctx, end, err
	}
	if left, ends := state.remaining(); ends && !rule.IsOpen() {
		end = time.Now().Add(left)
	}
	return NewContext(ctx, state), end, nil
}

// ProcedureAnswer is the answer to a refusal in the words that gRPC and Connect share.
type ProcedureAnswer struct {
	// Code is the number of the code: 5 not found, 7 permission denied, 14 unavailable or 16 unauthenticated.
	Code uint32
	// Message is the text of the error. It holds no token, key or id.
	Message string
	// Reason is the reason of the google.rpc.ErrorInfo of the domain [ProcedureErrorDomain].
	Reason Reason
	// Header has the headers of Clerk for answers of protocols that have headers. It belongs to the caller.
	Header http.Header
}

// ProcedureAnswerTo is [AnswerTo] for RPC servers.
func ProcedureAnswerTo(err error) ProcedureAnswer {
	refusal := refusalOf(err)
	answer := ProcedureAnswer{Code: 14, Reason: refusal.Reason, Header: http.Header{}}
	switch refusal.StatusCode() {
	case http.StatusUnauthorized:
		answer.Code = 16
	case http.StatusForbidden:
		answer.Code = 7
	case http.StatusNotFound:
		answer.Code = 5
	}
	answer.Message = refusal.kindName() + ": " + string(refusal.Reason)
	all := AnswerTo(err).Header
	for _, name := range []string{HeaderAuthStatus, HeaderAuthReason} {
		if values := all[name]; values != nil {
			answer.Header[name] = values
		}
	}
	return answer
}
