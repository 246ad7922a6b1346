package clerkgrpc_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/auth/clerkauthtest"
	"github.com/clerkgo/clerk-go/clerktest/adaptertest"
	clerkgrpc "github.com/clerkgo/clerk-go/grpc"
)

const prefix = "clerk.adaptertest.v1."

// kinds are the services: each has all methods as calls of one kind.
var kinds = map[string]grpc.StreamDesc{
	"unary":         {},
	"client_stream": {ClientStreams: true},
	"server_stream": {ServerStreams: true},
	"bidirectional": {ClientStreams: true, ServerStreams: true},
}

func TestContract(t *testing.T) {
	t.Parallel()
	adaptertest.RunRPC(t, func(t *testing.T, config adaptertest.Config) adaptertest.RPCServer {
		t.Helper()
		refused := new(atomic.Int64)
		connection := serve(t, newServer(t, config, refused))
		server := adaptertest.RPCServer{
			Calls:   map[string]adaptertest.RPCCall{},
			Holding: []string{"client_stream", "server_stream", "bidirectional"},
			Refused: func() int { return int(refused.Load()) },
		}
		for kind, desc := range kinds {
			server.Calls[kind] = func(ctx context.Context, method string, header http.Header) adaptertest.RPCAnswer {
				for name, values := range header {
					for _, value := range values {
						ctx = metadata.AppendToOutgoingContext(ctx, name, value)
					}
				}
				return call(ctx, connection, desc, "/"+prefix+kind+"/"+method, strings.HasSuffix(method, adaptertest.RPCHold) && desc.ClientStreams)
			}
		}
		return server
	})
}

func newServer(t *testing.T, config adaptertest.Config, refused *atomic.Int64) *grpc.Server {
	t.Helper()
	rules := clerkauth.ProcedureRules{}
	for kind := range kinds {
		rules["/"+prefix+kind+"/"+adaptertest.RPCPublic] = clerkauth.OpenProcedure()
		rules["/"+prefix+kind+"/"+adaptertest.RPCPermission] = clerkauth.GuardProcedure(clerkauth.HasPermission(adaptertest.Permission))
	}
	guard, err := clerkgrpc.NewGuard(clerkgrpc.Config{
		Authenticator: clerkauthtest.ForRPCContract(t, config), Rules: rules, ErrorHandler: customError(refused),
	})
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer(grpc.ChainUnaryInterceptor(guard.UnaryInterceptor), grpc.ChainStreamInterceptor(guard.StreamInterceptor))
	for kind, desc := range kinds {
		service := grpc.ServiceDesc{ServiceName: prefix + kind, HandlerType: (*any)(nil)}
		for _, method := range []string{
			adaptertest.RPCPublic, adaptertest.RPCProtected, adaptertest.RPCPermission, adaptertest.RPCCustom, adaptertest.RPCHold,
			adaptertest.RPCCustomHold,
		} {
			if kind == "unary" {
				service.Methods = append(service.Methods, grpc.MethodDesc{MethodName: method, Handler: unary("/" + prefix + kind + "/" + method)})
				continue
			}
			desc.StreamName, desc.Handler = method, stream
			service.Streams = append(service.Streams, desc)
		}
		server.RegisterService(&service, struct{}{})
	}
	return server
}

// customError answers calls of methods of the application's own choice, and counts those of streams that ended.
func customError(refused *atomic.Int64) func(context.Context, string, error) error {
	return func(_ context.Context, procedure string, _ error) error {
		if !strings.Contains(procedure, "/"+adaptertest.RPCCustom) {
			return nil
		}
		if strings.HasSuffix(procedure, adaptertest.RPCHold) {
			refused.Add(1)
		}
		return status.Error(adaptertest.RPCCustomCode, "sign in first")
	}
}

func caller(ctx context.Context) *wrapperspb.StringValue {
	return wrapperspb.String(clerkauth.FromContext(ctx).UserID())
}

// unary is what generated code does for a unary method.
func unary(procedure string) grpc.MethodHandler {
	return func(srv any, ctx context.Context, decode func(any) error, intercept grpc.UnaryServerInterceptor) (any, error) {
		req := &emptypb.Empty{}
		if err := decode(req); err != nil {
			return nil, err
		}
		return intercept(ctx, req, &grpc.UnaryServerInfo{Server: srv, FullMethod: procedure},
			func(ctx context.Context, _ any) (any, error) { return caller(ctx), nil })
	}
}

func stream(_ any, stream grpc.ServerStream) error {
	if method, _ := grpc.MethodFromServerStream(stream); strings.HasPrefix(method, "/"+prefix+"server_stream/") && strings.HasSuffix(method, adaptertest.RPCHold) {
		<-stream.Context().Done()
		return stream.SendMsg(caller(stream.Context()))
	}
	for {
		if err := stream.RecvMsg(&emptypb.Empty{}); errors.Is(err, io.EOF) {
			return stream.SendMsg(caller(stream.Context()))
		} else if err != nil {
			return err
		}
	}
}

// serve starts the server on loopback and connects to it.
func serve(t *testing.T, server *grpc.Server) *grpc.ClientConn {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = server.Serve(listener) }() // ends with Stop
	t.Cleanup(server.Stop)
	connection, err := grpc.NewClient(listener.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Close() })
	return connection
}

func call(ctx context.Context, connection *grpc.ClientConn, desc grpc.StreamDesc, procedure string, hold bool) adaptertest.RPCAnswer {
	resp := &wrapperspb.StringValue{}
	if !desc.ClientStreams && !desc.ServerStreams {
		return answer(resp, connection.Invoke(ctx, procedure, &emptypb.Empty{}, resp))
	}
	client, err := connection.NewStream(ctx, &desc, procedure)
	if err != nil {
		return answer(nil, err)
	}
	if !hold {
		if err := client.SendMsg(&emptypb.Empty{}); err != nil && !errors.Is(err, io.EOF) {
			return answer(nil, err)
		}
		if err := client.CloseSend(); err != nil {
			return answer(nil, err)
		}
	}
	return answer(resp, client.RecvMsg(resp))
}

func answer(msg *wrapperspb.StringValue, err error) adaptertest.RPCAnswer {
	if err == nil {
		return adaptertest.RPCAnswer{UserID: msg.GetValue()}
	}
	out := adaptertest.RPCAnswer{Code: int(status.Code(err))}
	for _, detail := range status.Convert(err).Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok {
			out.Reason = info.GetReason()
		}
	}
	return out
}
