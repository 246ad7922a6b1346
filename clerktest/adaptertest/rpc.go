package adaptertest

import (
	"context"
	"net/http"
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
	// RPCCustom has no rule of its own. The application's own error handling answers with [RPCCustomCode], and with nothing of
	// its own for all other methods.
	RPCCustom = "Custom"
	// RPCHold has no rule of its own. Only streams have it. Where the client streams, its handler receives until that fails and
	// returns the error, and the caller sends nothing and does not close the stream. Where only the server streams, its handler
	// sends when its context has ended and returns the error.
	RPCHold = "Hold"
	// RPCCustomHold is RPCHold with the error handler of RPCCustom, which is called once when the token of a stream ends.
	RPCCustomHold = RPCCustom + RPCHold
)

// RPCCustomCode is failed precondition.
const RPCCustomCode = 9

// Codes that gRPC and Connect number alike.
const (
	codeOK               = 0
	codeNotFound         = 5
	codePermissionDenied = 7
	codeUnimplemented    = 12
	codeUnavailable      = 14
	codeUnauthenticated  = 16
)

// RPCAnswer is what a caller got: the id that the handler answered with, or the code and the reason of the refusal.
type RPCAnswer struct {
	UserID string
	Code   int
	Reason string
}

// RPCCall calls a method with this header, whose names are in the canonical form of net/http.
type RPCCall func(ctx context.Context, method string, header http.Header) RPCAnswer

// RPCInstanceHeader is the header that names the instance where [Config.Instances] is set.
const RPCInstanceHeader = "X-Instance"

// RPCServer is a running server: how to call it, by kind of call.
type RPCServer struct {
	// Calls has one entry for each kind of call that the framework knows, such as "bidirectional".
	Calls map[string]RPCCall
	// Holding names the kinds that have [RPCHold] and [RPCCustomHold].
	Holding []string
	// Refused returns how often the error handler has answered with [RPCCustomCode] to calls of [RPCCustomHold].
	Refused func() int
}

// RunRPC checks the contract of the modules for RPC frameworks. It calls build three times: for a Clerk that works, for one
// whose keys cannot be fetched, and for a server that chooses the instance of each call.
func RunRPC(t *testing.T, build func(t *testing.T, config Config) RPCServer) {
	t.Helper()
	clerk := newClerk(t)
	server := build(t, clerk.config())
	outage := build(t, clerk.outage(t))
	several := clerk.config()
	several.Instances, several.tenants = true, clerk.newTenants(t, 2)
	tenants := build(t, several)
	for kind, call := range server.Calls {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			checkRPC(t, clerk, call)
			checkRPCIdentities(t, clerk, call)
			checkRPCAnswer(t, "keys that cannot be fetched", outage.Calls[kind], RPCProtected,
				RPCAnswer{Code: codeUnavailable, Reason: "jwk-remote-failed-to-load"}, bearer(clerk.session("ada", nil)))
			checkRPCInstances(t, tenants.Calls[kind], several.tenants)
		})
	}
	for _, kind := range server.Holding {
		t.Run(kind+" ends with the token", func(t *testing.T) {
			t.Parallel()
			checkRPCAnswer(t, "a stream that waits", server.Calls[kind], RPCHold,
				RPCAnswer{Code: codeUnauthenticated, Reason: "token-expired"}, bearer(clerk.session("ada", shortLived)))
		})
	}
	t.Run("the error handler answers when a token ends", func(t *testing.T) {
		t.Parallel()
		for n, kind := range server.Holding {
			checkRPCAnswer(t, kind, server.Calls[kind], RPCCustomHold, RPCAnswer{Code: RPCCustomCode}, bearer(clerk.session("ada", shortLived)))
			if got := server.Refused(); got != n+1 {
				t.Errorf("%s: got %d calls of the error handler for %d streams, want one each", kind, got, n+1)
			}
		}
	})
}

// shortLived is a token that ends in a moment.
func shortLived(set func(string, any)) { set("exp", time.Now().Add(2*time.Second).Unix()) }

func checkRPC(t *testing.T, k *clerk, call RPCCall) {
	t.Helper()
	ada := RPCAnswer{UserID: k.user("ada")}
	token := k.session("ada", nil)
	two := bearer(token)
	two.Add("Authorization", "Bearer "+token)
	refused := func(reason string) RPCAnswer { return RPCAnswer{Code: codeUnauthenticated, Reason: reason} }
	for _, c := range []struct {
		name, method string
		want         RPCAnswer
		header       http.Header
	}{
		{"an open procedure, nobody", RPCPublic, RPCAnswer{}, nil},
		{"an open procedure, somebody", RPCPublic, ada, bearer(token)},
		{"an open procedure, a broken token", RPCPublic, RPCAnswer{}, bearer("broken")},
		{"a procedure without a rule, somebody", RPCProtected, ada, bearer(token)},
		{"a procedure without a rule, nobody", RPCProtected, refused("session-token-missing"), nil},
		{"a broken token", RPCProtected, refused("token-invalid"), bearer("broken")},
		{"an expired token", RPCProtected, refused("token-expired"), bearer(k.session("ada", expired))},
		{"a token of another instance", RPCProtected, refused("jwk-kid-mismatch"), bearer(k.foreign())},
		{"a forged token", RPCProtected, refused("token-invalid-signature"), bearer(tampered(token))},
		{"two headers", RPCProtected, refused("authorization-header-duplicate"), two},
		{"a pending session", RPCProtected, refused("session-pending"), bearer(k.session("ada", pending))},
		{"the cookies of a browser", RPCProtected, refused("session-token-missing"), cookies(token)},
		{"the permission", RPCPermission, ada, bearer(token)},
		{
			"no permission", RPCPermission, RPCAnswer{Code: codePermissionDenied, Reason: "missing-permission"},
			bearer(k.session("ada", member)),
		},
		{"an error of the application, somebody", RPCCustom, ada, bearer(token)},
		{"an error of the application, nobody", RPCCustom, RPCAnswer{Code: RPCCustomCode}, nil},
	} {
		checkRPCAnswer(t, c.name, call, c.method, c.want, c.header)
	}
}

// checkRPCInstances demands that the header of a call chooses the instance, whose tokens count and no others.
func checkRPCInstances(t *testing.T, call RPCCall, all *tenants) {
	t.Helper()
	for i := range len(all.byName) {
		person := all.byName[tenantName(i)].SignedInUser(lasting)
		for j := range len(all.byName) {
			want := RPCAnswer{UserID: person.UserID}
			if i != j {
				want = RPCAnswer{Code: codeUnauthenticated, Reason: "jwk-kid-mismatch"}
			}
			checkRPCAnswer(t, "a token of one instance at each", call, RPCProtected, want,
				with(bearer(person.Token), RPCInstanceHeader, tenantName(j)))
		}
		checkRPCAnswer(t, "no instance", call, RPCProtected, RPCAnswer{Code: codeNotFound, Reason: "unknown-instance"}, bearer(person.Token))
	}
}

// checkRPCAnswer makes one call.
func checkRPCAnswer(t *testing.T, name string, call RPCCall, method string, want RPCAnswer, header http.Header) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if got := call(ctx, method, header); got != want {
		t.Errorf("%s: got %+v, want %+v", name, got, want)
	}
}

// checkRPCIdentities lets many people call at once: everybody must get their own answer.
func checkRPCIdentities(t *testing.T, k *clerk, call RPCCall) {
	t.Helper()
	var callers sync.WaitGroup
	for i := range 8 {
		name := "caller " + strconv.Itoa(i)
		header, want := bearer(k.session(name, nil)), k.user(name)
		callers.Go(func() {
			for range 10 {
				if got := call(t.Context(), RPCProtected, header); got != (RPCAnswer{UserID: want, Code: codeOK}) {
					t.Errorf("%s: got %+v, want the user %s", name, got, want)
				}
			}
		})
	}
	callers.Wait()
}
