package clerkconnect_test

import (
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"connectrpc.com/connect"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/auth/clerkauthtest"
	"github.com/clerkgo/clerk-go/clerktest/adaptertest"
	clerkconnect "github.com/clerkgo/clerk-go/connect"
)

type (
	request  = emptypb.Empty
	response = wrapperspb.StringValue
)

const service = "/clerk.adaptertest.v1."

var methods = []string{adaptertest.RPCPublic, adaptertest.RPCProtected, adaptertest.RPCPermission, adaptertest.RPCCustom}

func TestContract(t *testing.T) {
	t.Parallel()
	for protocol, opts := range map[string][]connect.ClientOption{
		"Connect": nil, "gRPC": {connect.WithGRPC()}, "gRPC-Web": {connect.WithGRPCWeb()},
	} {
		t.Run(protocol, func(t *testing.T) {
			t.Parallel()
			adaptertest.RunRPC(t, func(t *testing.T, config adaptertest.Config) adaptertest.RPCServer {
				t.Helper()
				refused := new(atomic.Int64)
				server := httptest.NewUnstartedServer(newServer(t, config, refused))
				server.EnableHTTP2 = true
				server.StartTLS()
				t.Cleanup(server.Close)
				rpc := newClient(server, opts)
				rpc.Refused = func() int { return int(refused.Load()) }
				return rpc
			})
		})
	}
}

func newServer(t *testing.T, config adaptertest.Config, refused *atomic.Int64) http.Handler {
	t.Helper()
	rules := clerkauth.ProcedureRules{}
	for _, kind := range []string{"Unary", "Client", "Server", "Bidi"} {
		rules[service+kind+"/"+adaptertest.RPCPublic] = clerkauth.OpenProcedure()
		rules[service+kind+"/"+adaptertest.RPCPermission] = clerkauth.GuardProcedure(clerkauth.HasPermission(adaptertest.Permission))
	}
	interceptor, err := clerkconnect.NewInterceptor(clerkconnect.Config{
		Authenticator: clerkauthtest.ForRPCContract(t, config), Rules: rules, ErrorHandler: customError(refused),
	})
	if err != nil {
		t.Fatal(err)
	}
	mux, intercept := http.NewServeMux(), connect.WithInterceptors(interceptor)
	for _, method := range append(methods, adaptertest.RPCHold, adaptertest.RPCCustomHold) {
		mux.Handle(service+"Unary/"+method, connect.NewUnaryHandler(service+"Unary/"+method, unary, intercept))
		mux.Handle(service+"Client/"+method, connect.NewClientStreamHandler(service+"Client/"+method, clientStream, intercept))
		mux.Handle(service+"Server/"+method, connect.NewServerStreamHandler(service+"Server/"+method, serverStream, intercept))
		mux.Handle(service+"Bidi/"+method, connect.NewBidiStreamHandler(service+"Bidi/"+method, bidiStream, intercept))
	}
	return mux
}

// customError answers calls of methods of the application's own choice, and counts those of streams that ended.
func customError(refused *atomic.Int64) func(context.Context, connect.Spec, error) error {
	return func(_ context.Context, spec connect.Spec, _ error) error {
		if !strings.Contains(spec.Procedure, "/"+adaptertest.RPCCustom) {
			return nil
		}
		if strings.HasSuffix(spec.Procedure, adaptertest.RPCHold) {
			refused.Add(1)
		}
		return connect.NewError(adaptertest.RPCCustomCode, errors.New("sign in first"))
	}
}

func caller(ctx context.Context) *response {
	return wrapperspb.String(clerkauth.FromContext(ctx).UserID())
}

func unary(ctx context.Context, _ *connect.Request[request]) (*connect.Response[response], error) {
	return connect.NewResponse(caller(ctx)), nil
}

func clientStream(ctx context.Context, stream *connect.ClientStream[request]) (*connect.Response[response], error) {
	for stream.Receive() {
	}
	if err := stream.Err(); err != nil {
		return nil, err
	}
	return connect.NewResponse(caller(ctx)), nil
}

func serverStream(ctx context.Context, req *connect.Request[request], stream *connect.ServerStream[response]) error {
	if strings.HasSuffix(req.Spec().Procedure, adaptertest.RPCHold) {
		<-ctx.Done()
	}
	return stream.Send(caller(ctx))
}

func bidiStream(ctx context.Context, stream *connect.BidiStream[request, response]) error {
	for {
		if _, err := stream.Receive(); errors.Is(err, io.EOF) {
			return stream.Send(caller(ctx))
		} else if err != nil {
			return err
		}
	}
}

func newClient(server *httptest.Server, opts []connect.ClientOption) adaptertest.RPCServer {
	client := func(kind, method string) *connect.Client[request, response] {
		return connect.NewClient[request, response](server.Client(), server.URL+service+kind+"/"+method, opts...)
	}
	return adaptertest.RPCServer{
		Holding: []string{"client stream", "server stream", "bidirectional"},
		Calls: map[string]adaptertest.RPCCall{
			"unary": func(ctx context.Context, method string, header http.Header) adaptertest.RPCAnswer {
				req := connect.NewRequest(&request{})
				maps.Copy(req.Header(), header)
				resp, err := client("Unary", method).CallUnary(ctx, req)
				if err != nil {
					return answer(nil, err)
				}
				return answer(resp.Msg, nil)
			},
			"client stream": func(ctx context.Context, method string, header http.Header) adaptertest.RPCAnswer {
				stream := client("Client", method).CallClientStream(ctx)
				maps.Copy(stream.RequestHeader(), header)
				if strings.HasSuffix(method, adaptertest.RPCHold) {
					return hold(stream.Send, func() error { _, err := stream.CloseAndReceive(); return err })
				}
				resp, err := stream.CloseAndReceive()
				if err != nil {
					return answer(nil, err)
				}
				return answer(resp.Msg, nil)
			},
			"server stream": func(ctx context.Context, method string, header http.Header) adaptertest.RPCAnswer {
				req := connect.NewRequest(&request{})
				maps.Copy(req.Header(), header)
				stream, err := client("Server", method).CallServerStream(ctx, req)
				if err != nil {
					return answer(nil, err)
				}
				defer stream.Close()
				if !stream.Receive() {
					return answer(nil, stream.Err())
				}
				return answer(stream.Msg(), nil)
			},
			"bidirectional": func(ctx context.Context, method string, header http.Header) adaptertest.RPCAnswer {
				stream := client("Bidi", method).CallBidiStream(ctx)
				defer func() { _ = stream.CloseResponse() }()
				maps.Copy(stream.RequestHeader(), header)
				if err := stream.Send(nil); err != nil && !errors.Is(err, io.EOF) {
					return answer(nil, err)
				}
				if !strings.HasSuffix(method, adaptertest.RPCHold) {
					if err := stream.CloseRequest(); err != nil {
						return answer(nil, err)
					}
				}
				resp, err := stream.Receive()
				return answer(resp, err)
			},
		},
	}
}

// hold sends until the server has ended the stream, and reads why.
func hold(send func(*request) error, finish func() error) adaptertest.RPCAnswer {
	for send(&request{}) == nil {
	}
	return answer(nil, finish())
}

func answer(msg *response, err error) adaptertest.RPCAnswer {
	if err == nil {
		return adaptertest.RPCAnswer{UserID: msg.GetValue()}
	}
	out := adaptertest.RPCAnswer{Code: int(connect.CodeOf(err))}
	var connectErr *connect.Error
	if errors.As(err, &connectErr) {
		for _, detail := range connectErr.Details() {
			if value, err := detail.Value(); err == nil {
				if info, ok := value.(*errdetails.ErrorInfo); ok {
					out.Reason = info.GetReason()
				}
			}
		}
	}
	return out
}
