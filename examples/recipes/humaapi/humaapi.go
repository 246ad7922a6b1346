// Package humaapi guards operations of huma (github.com/danielgtaylor/huma/v2). Handlers read the caller with
// clerkauth.FromContext, because huma passes the context of the request on.
package humaapi

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// Invoice is what the operations answer.
type Invoice struct {
	Body struct {
		CreatedBy string `json:"created_by"`
	}
}

//docs:begin huma

// New returns the API: the middleware of clerkauth is around the router, and each operation says what it demands.
func New(authn clerkauth.RequestAuthenticator) http.Handler {
	mux := http.NewServeMux()
	config := huma.DefaultConfig("Invoices", "1.0.0")
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"clerk": {Type: "http", Scheme: "bearer", BearerFormat: "JWT"},
	}
	api := humago.New(mux, config)
	huma.Register(api, huma.Operation{
		OperationID: "create-invoice", Method: http.MethodPost, Path: "/invoices",
		Security:    []map[string][]string{{"clerk": {}}}, // for the OpenAPI document
		Middlewares: huma.Middlewares{Require(clerkauth.HasPermission("org:invoices:create"))},
	}, func(ctx context.Context, _ *struct{}) (*Invoice, error) {
		var out Invoice
		out.Body.CreatedBy = clerkauth.FromContext(ctx).UserID()
		return &out, nil
	})
	return clerkauth.Middleware(authn)(mux)
}

// Require is the guard of an operation.
func Require(checks ...clerkauth.Check) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		err := clerkauth.FromContext(ctx.Context()).Require(checks...)
		if err == nil {
			next(ctx)
			return
		}
		// huma answers errors as problem+json, so this does.
		answer := clerkauth.Request{Header: func(string) []string { return []string{"application/problem+json"} }}.Answer(err)
		for name, values := range answer.Header {
			ctx.SetHeader(name, values[0])
		}
		ctx.SetHeader("Content-Type", answer.ContentType)
		ctx.SetStatus(answer.Status)
		_, _ = ctx.BodyWriter().Write(answer.Body)
	}
}

//docs:end huma
