package clerkecho_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/auth/clerkauthtest"
	"github.com/clerkgo/clerk-go/clerktest/adaptertest"
	clerkecho "github.com/clerkgo/clerk-go/echo"
)

func TestContract(t *testing.T) {
	t.Parallel()
	adaptertest.Run(t, func(t *testing.T, config adaptertest.Config) string {
		t.Helper()
		return adaptertest.Serve(t, contractApp(t, config))
	})
}

// contractApp is the application that package adaptertest describes.
func contractApp(tb testing.TB, config adaptertest.Config) *echo.Echo {
	tb.Helper()
	authn := clerkauthtest.ForContract(tb, config)
	attach := clerkecho.WithConfig(clerkecho.Config{Authenticator: authn, Skipper: func(c echo.Context) bool {
		return strings.HasPrefix(c.Path(), adaptertest.RouteSkipped)
	}})
	guard := clerkecho.RequireAuth
	handle := func(c echo.Context) error { return c.JSON(http.StatusOK, record(c, config)) }

	e := echo.New()
	e.GET(adaptertest.RouteUnattached, handle, guard())
	e.GET(adaptertest.RouteInstance, handle, clerkecho.Middleware(clerkauthtest.InstancesForContract(tb, config, clerkauth.Request.Hostname)), guard())
	e.GET(adaptertest.RouteReject, handle, clerkecho.WithConfig(clerkecho.Config{Authenticator: authn, RejectInvalid: true}))
	e.GET(adaptertest.RouteMachine, handle, clerkecho.WithConfig(clerkecho.Config{
		Authenticator: authn,
		CallOptions:   []clerkauth.CallOption{clerkauth.AcceptTokens(clerkauth.TokenAPIKey, clerkauth.TokenM2M, clerkauth.TokenOAuth)},
	}), guard())
	e.GET(adaptertest.RouteCustom, handle,
		clerkecho.WithConfig(clerkecho.Config{Authenticator: authn, ErrorHandler: answerCustom}), guard())
	e.GET(adaptertest.RouteCookie, handle, setCookie, attach)
	e.Any(adaptertest.RouteCORS, handle, answerPreflight, attach, guard())

	both := clerkecho.WithConfig(clerkecho.Config{
		Authenticator: authn, CallOptions: []clerkauth.CallOption{clerkauth.AcceptTokens(clerkauth.TokenSession, clerkauth.TokenAPIKey)},
	})
	e.GET(adaptertest.RouteTwice, handle, both, both, guard())
	other := e.Group("", clerkecho.Middleware(clerkauthtest.ForContract(tb, config.Other())), attach, guard())
	other.GET(adaptertest.RouteOther, handle)
	other.GET(adaptertest.RouteSkippedOther, handle)
	e.Pre(middleware.Rewrite(map[string]string{"/moved/*": "/$1"}))

	attached := e.Group("", attach)
	attached.GET(adaptertest.RoutePublic, handle)
	attached.GET(adaptertest.RouteSkipped, handle)
	attached.GET(adaptertest.RouteSkippedGuard, handle, guard())
	attached.Any(adaptertest.RouteProtected, handle, guard())
	attached.GET(adaptertest.RoutePermission, handle, guard(clerkauth.HasPermission(adaptertest.Permission)))
	attached.GET(adaptertest.RouteRole, handle, guard(clerkauth.HasRole(adaptertest.Role)))
	attached.GET(adaptertest.RoutePlan, handle, guard(clerkauth.HasPlan(adaptertest.Plan)))
	attached.GET(adaptertest.RouteReverified, handle, guard(clerkauth.Reverified(clerkauth.Strict())))
	attached.GET(adaptertest.RouteDenied, handle, clerkecho.RequirePage(clerkauth.Pages{Unauthorized: adaptertest.DeniedPage}, clerkauth.HasPermission(adaptertest.Permission)))
	attached.GET(adaptertest.RoutePage, handle, clerkecho.RedirectToSignIn())
	attached.GET(adaptertest.RouteSocket, func(c echo.Context) error { return hijack(c, record(c, config)) }, guard())
	attached.GET(adaptertest.RouteEvents, func(c echo.Context) error {
		c.Response().Header().Set(echo.HeaderContentType, "text/event-stream")
		_, err := fmt.Fprintf(c.Response(), "data: %s\n\n", record(c, config).UserID)
		c.Response().Flush()
		return err
	}, guard())
	return e
}

// record tells the suite that a handler ran, and with which identity.
func record(c echo.Context, config adaptertest.Config) adaptertest.Identity {
	id := identity(c.Request().Context(), clerkecho.FromContext(c))
	config.Handled(c.Request().Header.Get(adaptertest.CaseHeader), id)
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

func answerCustom(c echo.Context, err error) error {
	var refusal *clerkauth.Error
	if !errors.As(err, &refusal) {
		return err
	}
	return c.String(adaptertest.CustomStatus, string(refusal.Reason))
}

func setCookie(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		c.SetCookie(&http.Cookie{Name: "app", Value: "1", Path: "/", HttpOnly: true})
		return next(c)
	}
}

func answerPreflight(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if c.Request().Method == http.MethodOptions {
			return c.NoContent(http.StatusNoContent)
		}
		return next(c)
	}
}

func hijack(c echo.Context, id adaptertest.Identity) error {
	conn, rw, err := http.NewResponseController(c.Response()).Hijack()
	if err != nil {
		return err
	}
	defer conn.Close()
	_, _ = fmt.Fprintf(rw, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n%s\n", id.UserID)
	return rw.Flush()
}
