package adaptertest

import (
	"context"
	"strconv"
	"sync"
	"testing"
	"time"
)

// The methods that an RPC server must have for every kind of call. A handler answers with the id of the caller, or
// nothing, which it reads from its context.
const (
	// RPCPublic is open.
	RPCPublic = "Public"
	// RPCProtected has no rule of its own.
	RPCProtected = "Protected"
	// RPCPermission demands [Permission].
	RPCPermission = "Permission"
	// RPCHold has no rule of its own. Only kinds where the client streams have it: its handler receives until that
	// fails and returns the error, and the caller sends nothing and does not close the stream.
	RPCHold = "Hold"
)

// Codes that gRPC and Connect number alike.
const (
	codeOK               = 0
	codePermissionDenied = 7
	codeUnavailable      = 14
	codeUnauthenticated  = 16
)

// RPCAnswer is what a caller got: the id that the handler answered with, or the code and the reason of the refusal.
type RPCAnswer struct {
	UserID string
	Code   int
	Reason string
}

// RPCCall calls a method with these values of the authorization header, of which there may be none.
type RPCCall func(ctx context.Context, method string, authorization ...string) RPCAnswer

// RPCServer is a running server: how to call it, by kind of call.
type RPCServer struct {
	// Calls has one entry for each kind of call that the framework knows, such as "bidirectional".
	Calls map[string]RPCCall
	// Holding names the kinds that have [RPCHold].
	Holding []string
}

// RunRPC checks the contract of the modules for RPC frameworks. It calls build twice, for a Clerk that works and for one
// whose keys cannot be fetched.
func RunRPC(t *testing.T, build func(t *testing.T, config Config) RPCServer) {
	t.Helper()
	clerk := newClerk(t)
	server := build(t, clerk.config())
	outage := build(t, clerk.outage(t))
	for kind, call := range server.Calls {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			checkRPC(t, clerk, call)
			checkRPCIdentities(t, clerk, call)
			checkRPCAnswer(t, "keys that cannot be fetched", outage.Calls[kind], RPCProtected,
				RPCAnswer{Code: codeUnavailable, Reason: "jwk-remote-failed-to-load"}, "Bearer "+clerk.session("ada", nil))
		})
	}
	for _, kind := range server.Holding {
		t.Run(kind+" ends with the token", func(t *testing.T) {
			t.Parallel()
			soon := time.Now().Add(2 * time.Second).Unix()
			token := clerk.session("ada", func(set func(string, any)) { set("exp", soon) })
			checkRPCAnswer(t, "a stream that waits", server.Calls[kind], RPCHold,
				RPCAnswer{Code: codeUnauthenticated, Reason: "token-expired"}, "Bearer "+token)
		})
	}
}

func checkRPC(t *testing.T, k *clerk, call RPCCall) {
	t.Helper()
	ada := RPCAnswer{UserID: k.user("ada")}
	token := "Bearer " + k.session("ada", nil)
	refused := func(reason string) RPCAnswer { return RPCAnswer{Code: codeUnauthenticated, Reason: reason} }
	for _, c := range []struct {
		name, method  string
		want          RPCAnswer
		authorization []string
	}{
		{"an open procedure, nobody", RPCPublic, RPCAnswer{}, nil},
		{"an open procedure, somebody", RPCPublic, ada, []string{token}},
		{"an open procedure, a broken token", RPCPublic, RPCAnswer{}, []string{"Bearer broken"}},
		{"a procedure without a rule, somebody", RPCProtected, ada, []string{token}},
		{"a procedure without a rule, nobody", RPCProtected, refused("*"), nil},
		{"a broken token", RPCProtected, refused("token-invalid"), []string{"Bearer broken"}},
		{"an expired token", RPCProtected, refused("*"), []string{"Bearer " + k.session("ada", expired)}},
		{"a token of another instance", RPCProtected, refused("*"), []string{"Bearer " + k.foreign()}},
		{"a forged token", RPCProtected, refused("token-invalid-signature"), []string{tampered(token)}},
		{"two headers", RPCProtected, refused("authorization-header-duplicate"), []string{token, token}},
		{"a pending session", RPCProtected, refused("*"), []string{"Bearer " + k.session("ada", pending)}},
		{"the permission", RPCPermission, ada, []string{token}},
		{
			"no permission", RPCPermission, RPCAnswer{Code: codePermissionDenied, Reason: "missing-permission"},
			[]string{"Bearer " + k.session("ada", member)},
		},
	} {
		checkRPCAnswer(t, c.name, call, c.method, c.want, c.authorization...)
	}
}

// checkRPCAnswer makes one call. A star stands for any reason.
func checkRPCAnswer(t *testing.T, name string, call RPCCall, method string, want RPCAnswer, authorization ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	got := call(ctx, method, authorization...)
	if want.Reason == "*" && got.Reason != "" {
		want.Reason = got.Reason
	}
	if got != want {
		t.Errorf("%s: got %+v, want %+v", name, got, want)
	}
}

// checkRPCIdentities lets many people call at once: everybody must get their own answer.
func checkRPCIdentities(t *testing.T, k *clerk, call RPCCall) {
	t.Helper()
	var callers sync.WaitGroup
	for i := range 8 {
		name := "caller " + strconv.Itoa(i)
		token, want := "Bearer "+k.session(name, nil), k.user(name)
		callers.Go(func() {
			for range 10 {
				if got := call(t.Context(), RPCProtected, token); got != (RPCAnswer{UserID: want, Code: codeOK}) {
					t.Errorf("%s: got %+v, want the user %s", name, got, want)
				}
			}
		})
	}
	callers.Wait()
}
