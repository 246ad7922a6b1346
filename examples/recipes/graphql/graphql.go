// Package graphql guards fields of gqlgen (github.com/99designs/gqlgen): a directive refuses, resolvers read the caller.
package graphql

import (
	"context"
	"errors"
	"net/http"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/vektah/gqlparser/v2/gqlerror"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

//docs:begin graphql

// New returns the endpoint. The middleware of clerkauth finds out who asks, and lets everybody in: fields without the
// directive are public.
func New(authn clerkauth.RequestAuthenticator) http.Handler {
	server := handler.New(NewExecutableSchema(Config{
		Resolvers: resolvers{}, Directives: DirectiveRoot{Auth: requireAuth},
	}))
	server.AddTransport(transport.POST{})
	return clerkauth.Middleware(authn)(server)
}

// requireAuth is the directive @auth. The reason is among the extensions of the error.
func requireAuth(ctx context.Context, _ any, next graphql.Resolver, permission *string) (any, error) {
	var checks []clerkauth.Check
	if permission != nil {
		checks = append(checks, clerkauth.HasPermission(*permission))
	}
	err := clerkauth.FromContext(ctx).Require(checks...)
	var refusal *clerkauth.Error
	if !errors.As(err, &refusal) {
		return next(ctx)
	}
	code := map[int]string{http.StatusUnauthorized: "UNAUTHENTICATED", http.StatusForbidden: "FORBIDDEN"}[refusal.StatusCode()]
	if code == "" {
		code = "UNAVAILABLE"
	}
	return nil, &gqlerror.Error{
		Message: "not allowed", Path: graphql.GetPath(ctx),
		Extensions: map[string]any{"code": code, "reason": string(refusal.Reason)},
	}
}

//docs:end graphql

type resolvers struct{}

func (resolvers) Query() QueryResolver       { return queries{} }   //nolint:revive // the schema says what it is
func (resolvers) Mutation() MutationResolver { return mutations{} } //nolint:revive // the schema says what it is

type queries struct{}

func (queries) Version(context.Context) (string, error) { return "1", nil } //nolint:revive // the schema says what it is

func (queries) Me(ctx context.Context) (*string, error) { //nolint:revive // the schema says what it is
	id := clerkauth.FromContext(ctx).UserID()
	return &id, nil
}

type mutations struct{}

func (mutations) CreateInvoice(ctx context.Context) (*Invoice, error) { //nolint:revive // the schema says what it is
	return &Invoice{ID: "in_1", CreatedBy: clerkauth.FromContext(ctx).UserID()}, nil
}
