// Package lambda authenticates on AWS Lambda: an authorizer of an HTTP API, and a function behind a function URL.
package lambda

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// request describes an event of payload format 2.0, whose headers have lower-case names and whose cookies stand apart.
func request(method, host, sourceIP, path, query string, headers map[string]string, cookies []string) clerkauth.Request {
	return clerkauth.Request{
		Method: method, Scheme: "https", Host: host, Path: path, RawQuery: query,
		RemoteAddr: &net.IPAddr{IP: net.ParseIP(sourceIP)},
		Header: func(name string) []string {
			if name == "Cookie" && len(cookies) > 0 {
				return []string{strings.Join(cookies, "; ")}
			}
			if value, ok := headers[strings.ToLower(name)]; ok {
				return []string{value}
			}
			return nil
		},
	}
}

//docs:begin authorizer

// Authorize is the handler of a Lambda authorizer (payload format 2.0, simple responses). The function behind it finds the
// identity in requestContext.authorizer.lambda. API Gateway keeps an answer for as long as the authorizer's
// authorizerResultTtlInSeconds says: set it to 0, or to no more than the minute that a session token lives.
func Authorize(authn *clerkauth.Authenticator, checks ...clerkauth.Check) func(
	context.Context, events.APIGatewayV2CustomAuthorizerV2Request,
) (events.APIGatewayV2CustomAuthorizerSimpleResponse, error) {
	return func(ctx context.Context, event events.APIGatewayV2CustomAuthorizerV2Request) (
		events.APIGatewayV2CustomAuthorizerSimpleResponse, error,
	) {
		call := event.RequestContext.HTTP
		req := request(call.Method, event.RequestContext.DomainName, call.SourceIP, event.RawPath, event.RawQueryString, event.Headers, event.Cookies)
		state := authn.Authenticate(ctx, req, clerkauth.HeaderOnly())
		var answer events.APIGatewayV2CustomAuthorizerSimpleResponse
		err := state.Require(checks...)
		switch {
		case errors.Is(err, clerkauth.ErrUnavailable):
			return answer, err // API Gateway answers 500, and keeps nothing.
		case err == nil:
			answer.IsAuthorized = true
			answer.Context = map[string]any{"userId": state.UserID(), "orgId": state.OrgID(), "sessionId": state.SessionID()}
		}
		return answer, nil // Without IsAuthorized API Gateway answers 403.
	}
}

//docs:end authorizer

//docs:begin function

// Protect is a handler behind a function URL or an HTTP API without an authorizer. The identity is in the context of serve.
func Protect(authn *clerkauth.Authenticator, serve func(context.Context, events.LambdaFunctionURLRequest) (events.LambdaFunctionURLResponse, error),
	checks ...clerkauth.Check,
) func(context.Context, events.LambdaFunctionURLRequest) (events.LambdaFunctionURLResponse, error) {
	return func(ctx context.Context, event events.LambdaFunctionURLRequest) (events.LambdaFunctionURLResponse, error) {
		call := event.RequestContext.HTTP
		req := request(call.Method, event.RequestContext.DomainName, call.SourceIP, event.RawPath, event.RawQueryString, event.Headers, event.Cookies)
		state := authn.Authenticate(ctx, req)
		out := events.LambdaFunctionURLResponse{Headers: map[string]string{}}
		if answer := state.Headers(); state.Redirect() != "" { // of Clerk, for pages
			out.StatusCode = http.StatusTemporaryRedirect
			copyHeaders(&out, answer)
			return out, nil
		}
		if err := state.Require(checks...); err != nil {
			answer := req.Answer(err)
			out.StatusCode, out.Body = answer.Status, string(answer.Body)
			copyHeaders(&out, state.Headers())
			copyHeaders(&out, answer.Header)
			out.Headers["Content-Type"] = answer.ContentType
			return out, nil
		}
		out, err := serve(clerkauth.NewContext(ctx, state), event)
		copyHeaders(&out, state.Headers()) // cookies that were renewed
		return out, err
	}
}

func copyHeaders(out *events.LambdaFunctionURLResponse, header http.Header) {
	if out.Headers == nil {
		out.Headers = map[string]string{}
	}
	for name, values := range header {
		if name == "Set-Cookie" {
			out.Cookies = append(out.Cookies, values...)
		} else {
			out.Headers[name] = values[0]
		}
	}
}

//docs:end function
