package clerkchi_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/auth/clerkauthtest"
	clerkchi "github.com/clerkgo/clerk-go/chi"
	"github.com/clerkgo/clerk-go/clerktest/adaptertest"
)

func TestContract(t *testing.T) {
	t.Parallel()
	adaptertest.Run(t, func(t *testing.T, config adaptertest.Config) string {
		t.Helper()
		return adaptertest.Serve(t, contractApp(t, config))
	})
}

// contractApp is the application that package adaptertest describes.
func contractApp(tb testing.TB, config adaptertest.Config) chi.Router {
	tb.Helper()
	authn := clerkauthtest.ForContract(tb, config)
	attach := clerkchi.Middleware(authn, clerkauth.WithSkipper(func(r *http.Request) bool {
		return strings.HasPrefix(r.URL.Path, adaptertest.RouteSkipped)
	}))
	guard := clerkchi.RequireAuth
	handle := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(record(r, config))
	}

	app := chi.NewRouter()
	app.With(guard()).Get(adaptertest.RouteUnattached, handle)
	app.With(clerkchi.Middleware(clerkauthtest.InstancesForContract(tb, config, clerkauth.Request.Hostname)), guard()).Get(adaptertest.RouteInstance, handle)
	app.With(clerkchi.Middleware(authn, clerkauth.RejectInvalid())).Get(adaptertest.RouteReject, handle)
	app.With(clerkchi.Middleware(authn, clerkauth.WithCallOptions(
		clerkauth.AcceptTokens(clerkauth.TokenAPIKey, clerkauth.TokenM2M, clerkauth.TokenOAuth))), guard()).Get(adaptertest.RouteMachine, handle)
	app.With(clerkchi.Middleware(authn, clerkauth.WithErrorHandler(answerCustom)), guard()).Get(adaptertest.RouteCustom, handle)
	app.With(setCookie, attach).Get(adaptertest.RouteCookie, handle)
	app.With(answerPreflight, attach, guard()).HandleFunc(adaptertest.RouteCORS, handle)
	both := clerkchi.Middleware(authn, clerkauth.WithCallOptions(clerkauth.AcceptTokens(clerkauth.TokenSession, clerkauth.TokenAPIKey)))
	app.With(both, both, guard()).Get(adaptertest.RouteTwice, handle)
	other := app.With(clerkchi.Middleware(clerkauthtest.ForContract(tb, config.Other())), attach, guard())
	other.Get(adaptertest.RouteOther, handle)
	other.Get(adaptertest.RouteSkippedOther, handle)
	app.With(func(next http.Handler) http.Handler { return http.StripPrefix("/moved", next) }, attach, clerkchi.RedirectToSignIn()).
		Get(adaptertest.RouteMoved, handle)
	app.Group(func(app chi.Router) {
		app.Use(attach)
		app.Get(adaptertest.RoutePublic, handle)
		app.Get(adaptertest.RouteSkipped, handle)
		app.With(guard()).Get(adaptertest.RouteSkippedGuard, handle)
		app.With(guard()).HandleFunc(adaptertest.RouteProtected, handle)
		app.With(guard(clerkauth.HasPermission(adaptertest.Permission))).Get(adaptertest.RoutePermission, handle)
		app.With(guard(clerkauth.HasRole(adaptertest.Role))).Get(adaptertest.RouteRole, handle)
		app.With(guard(clerkauth.HasPlan(adaptertest.Plan))).Get(adaptertest.RoutePlan, handle)
		app.With(guard(clerkauth.Reverified(clerkauth.Strict()))).Get(adaptertest.RouteReverified, handle)
		app.With(clerkchi.RequirePage(clerkauth.Pages{Unauthorized: adaptertest.DeniedPage}, clerkauth.HasPermission(adaptertest.Permission))).Get(adaptertest.RouteDenied, handle)
		app.With(clerkchi.RedirectToSignIn()).Get(adaptertest.RoutePage, handle)
		app.With(guard()).Get(adaptertest.RouteSocket, func(w http.ResponseWriter, r *http.Request) {
			hijack(w, record(r, config))
		})
		app.With(guard()).Get(adaptertest.RouteEvents, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
			_, _ = fmt.Fprintf(w, "data: %s\n\n", record(r, config).UserID)
			_ = http.NewResponseController(w).Flush()
		})
	})
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
