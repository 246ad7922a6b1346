package clerkauth_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/auth/clerkauthtest"
	"github.com/clerkgo/clerk-go/clerktest/adaptertest"
)

func TestMiddleware_Contract(t *testing.T) {
	t.Parallel()
	adaptertest.Run(t, func(t *testing.T, config adaptertest.Config) string {
		t.Helper()
		return adaptertest.Serve(t, contractApp(t, config))
	})
}

// contractApp is the application that package adaptertest describes.
func contractApp(tb testing.TB, config adaptertest.Config) http.Handler {
	tb.Helper()
	authn := clerkauthtest.ForContract(tb, config)
	attach := clerkauth.Middleware(authn, clerkauth.WithSkipper(func(r *http.Request) bool {
		return strings.HasPrefix(r.URL.Path, adaptertest.RouteSkipped)
	}))
	guard := clerkauth.RequireAuth
	handle := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(record(r, config))
	})

	app := http.NewServeMux()
	app.Handle(adaptertest.RouteUnattached, guard()(handle))
	app.Handle(adaptertest.RouteInstance, clerkauth.Middleware(clerkauthtest.InstancesForContract(tb, config, clerkauth.Request.Hostname))(guard()(handle)))
	app.Handle(adaptertest.RouteReject, clerkauth.Middleware(authn, clerkauth.RejectInvalid())(handle))
	app.Handle(adaptertest.RouteMachine, clerkauth.Middleware(authn, clerkauth.WithCallOptions(
		clerkauth.AcceptTokens(clerkauth.TokenAPIKey, clerkauth.TokenM2M, clerkauth.TokenOAuth)))(guard()(handle)))
	app.Handle(adaptertest.RouteCustom, clerkauth.Middleware(authn, clerkauth.WithErrorHandler(answerCustom))(guard()(handle)))
	app.Handle(adaptertest.RouteCookie, setCookie(attach(handle)))
	app.Handle(adaptertest.RouteCORS, answerPreflight(attach(guard()(handle))))
	both := clerkauth.Middleware(authn, clerkauth.WithCallOptions(clerkauth.AcceptTokens(clerkauth.TokenSession, clerkauth.TokenAPIKey)))
	app.Handle(adaptertest.RouteTwice, both(both(guard()(handle))))
	other := clerkauth.Middleware(clerkauthtest.ForContract(tb, config.Other()))
	app.Handle(adaptertest.RouteOther, other(attach(guard()(handle))))
	app.Handle(adaptertest.RouteSkippedOther, other(attach(guard()(handle))))
	app.Handle(adaptertest.RouteMoved, http.StripPrefix("/moved", attach(clerkauth.RedirectToSignIn()(handle))))
	for route, handler := range map[string]http.Handler{
		adaptertest.RoutePublic:       handle,
		adaptertest.RouteSkipped:      handle,
		adaptertest.RouteSkippedGuard: guard()(handle),
		adaptertest.RouteProtected:    guard()(handle),
		adaptertest.RoutePermission:   guard(clerkauth.HasPermission(adaptertest.Permission))(handle),
		adaptertest.RouteRole:         guard(clerkauth.HasRole(adaptertest.Role))(handle),
		adaptertest.RoutePlan:         guard(clerkauth.HasPlan(adaptertest.Plan))(handle),
		adaptertest.RouteReverified:   guard(clerkauth.Reverified(clerkauth.Strict()))(handle),
		adaptertest.RouteDenied:       clerkauth.Pages{Unauthorized: adaptertest.DeniedPage}.Require(clerkauth.HasPermission(adaptertest.Permission))(handle),
		adaptertest.RoutePage:         clerkauth.RedirectToSignIn()(handle),
		adaptertest.RouteSocket: guard()(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			hijack(w, record(r, config))
		})),
		adaptertest.RouteEvents: guard()(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
			_, _ = fmt.Fprintf(w, "data: %s\n\n", record(r, config).UserID)
			_ = http.NewResponseController(w).Flush()
		})),
	} {
		app.Handle(route, attach(handler))
	}
	return app
}

// record tells the suite that a handler ran, and with which identity.
func record(r *http.Request, config adaptertest.Config) adaptertest.Identity {
	id := identity(r.Context(), clerkauth.FromContext(r.Context()))
	config.Handled(r.Header.Get(adaptertest.CaseHeader), id)
	return id
}

func identity(ctx context.Context, state *clerkauth.RequestState) adaptertest.Identity {
	fromContext := clerkauth.FromContext(ctx)
	return adaptertest.Identity{
		UserID: state.UserID(), SessionID: state.SessionID(), OrgID: state.OrgID(),
		TokenType: string(state.TokenType()), Reason: string(state.Reason()), Token: state.Token(),
		ContextUserID: fromContext.UserID(), ContextReason: string(fromContext.Reason()),
	}
}

func answerCustom(w http.ResponseWriter, _ *http.Request, err error) {
	var refusal *clerkauth.Error
	if !errors.As(err, &refusal) {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.WriteHeader(adaptertest.CustomStatus)
	_, _ = fmt.Fprint(w, refusal.Reason)
}

func setCookie(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "app", Value: "1", Path: "/", HttpOnly: true})
		next.ServeHTTP(w, r)
	})
}

func answerPreflight(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodOptions {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func hijack(w http.ResponseWriter, id adaptertest.Identity) {
	conn, rw, err := http.NewResponseController(w).Hijack()
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	defer conn.Close()
	_, _ = fmt.Fprintf(rw, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n%s\n", id.UserID)
	_ = rw.Flush()
}
