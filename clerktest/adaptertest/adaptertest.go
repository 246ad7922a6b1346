// Package adaptertest proves that a framework adapter keeps the contract of the Clerk middleware. The adapter's test
// builds a small application with the routes below, and [Run] drives it over HTTP: credentials of every kind, refusals,
// handshakes, streams and many identities at once.
//
//	func TestContract(t *testing.T) {
//		adaptertest.Run(t, func(t *testing.T, config adaptertest.Config) string {
//			return adaptertest.Serve(t, newApp(t, config))
//		})
//	}
//
// The package knows nothing about the adapter: it hands out plain strings and reads answers from the network.
package adaptertest

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// The routes that the application must have. All but the skipped ones and the last have the attaching middleware in
// front of them, and all handlers answer 200 with their [Identity] as JSON unless noted. Forwarded headers are trusted.
const (
	// RoutePublic has no guard.
	RoutePublic = "/public"
	// RouteCookie has no guard. A middleware above the attaching one sets the cookie app=1.
	RouteCookie = "/cookie"
	// RouteProtected demands that the visitor is signed in. It answers every method.
	RouteProtected = "/protected"
	// RoutePermission demands [Permission].
	RoutePermission = "/permission"
	// RouteRole demands [Role].
	RouteRole = "/role"
	// RoutePlan demands [Plan].
	RoutePlan = "/plan"
	// RouteReverified demands the strict reverification.
	RouteReverified = "/reverified"
	// RoutePage sends visitors who are not signed in to the sign-in page.
	RoutePage = "/page"
	// RouteDenied sends visitors who do not pass the check for [Permission] to [DeniedPage].
	RouteDenied = "/denied"
	// RouteMachine accepts API keys, M2M tokens and OAuth tokens and nothing else, and demands one.
	RouteMachine = "/machine"
	// RouteReject has an attaching middleware that refuses invalid credentials, and no guard.
	RouteReject = "/reject"
	// RouteCustom is guarded. The application's own error handling answers [CustomStatus] with the reason as text.
	RouteCustom = "/custom"
	// RouteSocket is guarded. It answers 101, writes the user id and a line feed, and hangs up.
	RouteSocket = "/socket"
	// RouteEvents is guarded. It answers text/event-stream and the one event "data: <user id>".
	RouteEvents = "/events"
	// RouteCORS is guarded. A middleware above the attaching one answers OPTIONS with 204.
	RouteCORS = "/cors"
	// RouteSkipped has no guard, and the framework's way of skipping a middleware skips the attaching one.
	RouteSkipped = "/skipped"
	// RouteSkippedGuard is like [RouteSkipped] with a guard.
	RouteSkippedGuard = "/skipped/guard"
	// RouteTwice is guarded and has the attaching middleware twice, both times for sessions and API keys.
	RouteTwice = "/twice"
	// RouteOther is guarded and has two attaching middlewares: the outer one is of [Config.Other].
	RouteOther = "/other"
	// RouteSkippedOther is like [RouteOther], and the inner middleware is skipped.
	RouteSkippedOther = "/skipped/other"
	// RouteMoved leads to [RoutePage] by the framework's own way of changing a path: a prefix that is taken off, or a
	// rewrite.
	RouteMoved = "/moved" + RoutePage
	// RouteUnattached has a guard but no attaching middleware.
	RouteUnattached = "/unattached"
	// RouteInstance is guarded. Its attaching middleware chooses the instance by the host ([Config.Tenant]) and keeps two.
	RouteInstance = "/instance"
)

// What the guarded routes demand, and how [RouteCustom] answers.
const (
	Permission   = "org:invoices:create"
	Role         = "org:admin"
	Plan         = "gold"
	CustomStatus = http.StatusTeapot
	// DeniedPage is where [RouteDenied] sends visitors who are signed in and lack the permission.
	DeniedPage = "/no-access"
)

// CaseHeader is the request header that handlers pass on to [Config.Handled].
const CaseHeader = "X-Case"

// Config is what the application is configured with.
type Config struct {
	// SecretKey, PublishableKey and APIURL are those of a local Clerk.
	SecretKey      string
	PublishableKey string
	APIURL         string
	// SignInURL is where [RoutePage] sends visitors.
	SignInURL string
	// Instances asks an RPC server to choose the instance of each call by [RPCInstanceHeader] ([Config.Tenant]).
	Instances bool

	records                             *records
	tenants                             *tenants
	otherSecretKey, otherPublishableKey string
}

// Identity is what a handler knows about the visitor.
type Identity struct {
	// UserID, SessionID, OrgID, TokenType, Reason and Token are read through the framework's own accessor.
	UserID    string `json:"user_id"`
	SessionID string `json:"session_id"`
	OrgID     string `json:"org_id"`
	TokenType string `json:"token_type"`
	Reason    string `json:"reason"`
	Token     string `json:"token"`
	// ContextUserID and ContextReason are read from the request's context.Context.
	ContextUserID string `json:"context_user_id"`
	ContextReason string `json:"context_reason"`
}

// Handled records that a handler ran. Every handler calls it once, with the [CaseHeader] of its request and the
// identity exactly as the adapter gave it.
func (c Config) Handled(testCase string, id Identity) {
	c.records.add(strings.Clone(testCase), id)
}

// Serve serves the handler on loopback until the test ends and returns its base URL.
func Serve(tb testing.TB, handler http.Handler) string {
	tb.Helper()
	server := httptest.NewServer(handler)
	tb.Cleanup(server.Close)
	return server.URL
}

// Run checks the whole contract. It calls build twice, for a Clerk that works and for one whose keys cannot be fetched;
// build starts the application and returns its base URL.
func Run(t *testing.T, build func(t *testing.T, config Config) string) {
	t.Helper()
	clerk := newClerk(t)
	config := clerk.config()
	config.tenants = clerk.newTenants(t, 4)
	app := newClient(t, config, build)
	t.Run("attached twice", func(t *testing.T) { checkTwice(t, app, clerk) }) // not in parallel: it counts calls
	t.Run("contract", func(t *testing.T) {
		t.Parallel()
		for _, c := range contract(clerk, config.tenants) {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				app.check(t, c)
			})
		}
	})
	t.Run("key outage", func(t *testing.T) {
		t.Parallel()
		checkOutage(t, newClient(t, clerk.outage(t), build), clerk)
	})
	t.Run("streams", func(t *testing.T) {
		t.Parallel()
		checkStreams(t, app, clerk)
	})
	t.Run("instances", func(t *testing.T) {
		t.Parallel()
		checkInstances(t, app, clerk, config.tenants)
	})
	t.Run("interleaved identities", func(t *testing.T) {
		t.Parallel()
		checkIdentities(t, app, clerk)
	})
}

// records collects which handlers ran with what.
type records struct {
	mu   sync.Mutex
	byID map[string][]Identity
}

func (r *records) add(testCase string, id Identity) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.byID == nil {
		r.byID = map[string][]Identity{}
	}
	r.byID[testCase] = append(r.byID[testCase], id)
}

func (r *records) of(testCase string) []Identity {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.byID[testCase]
}
