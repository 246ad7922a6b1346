package clerkfiberv3_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v3"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/auth/clerkauthtest"
	"github.com/clerkgo/clerk-go/clerktest/adaptertest"
	clerkfiberv3 "github.com/clerkgo/clerk-go/fiberv3"
)

func TestContract(t *testing.T) {
	t.Parallel()
	adaptertest.Run(t, func(t *testing.T, config adaptertest.Config) string {
		t.Helper()
		return serve(t, contractApp(t, config))
	})
}

// serve serves the application on loopback until the test ends and returns its base URL.
func serve(tb testing.TB, app *fiber.App) string {
	tb.Helper()
	listener, err := (&net.ListenConfig{}).Listen(tb.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- app.Listener(listener, fiber.ListenConfig{DisableStartupMessage: true}) }()
	tb.Cleanup(func() {
		if err := errors.Join(app.Shutdown(), <-done); err != nil {
			tb.Error(err)
		}
	})
	return "http://" + listener.Addr().String()
}

// contractApp is the application that package adaptertest describes.
func contractApp(tb testing.TB, config adaptertest.Config) *fiber.App {
	tb.Helper()
	authn := clerkauthtest.ForContract(tb, config)
	attach := clerkfiberv3.New(clerkfiberv3.Config{Authenticator: authn, Next: func(c fiber.Ctx) bool {
		return strings.HasPrefix(c.Path(), adaptertest.RouteSkipped)
	}})
	guard := clerkfiberv3.RequireAuth
	handle := func(c fiber.Ctx) error { return c.JSON(record(c, config)) }

	app := fiber.New(fiber.Config{ErrorHandler: clerkfiberv3.ErrorHandler})
	app.Use(func(c fiber.Ctx) error {
		if c.Path() == adaptertest.RouteMoved {
			c.Path(adaptertest.RoutePage)
			return c.RestartRouting()
		}
		return c.Next()
	})
	app.Get(adaptertest.RouteUnattached, guard(), handle)
	app.Get(adaptertest.RouteInstance, clerkfiberv3.New(clerkfiberv3.Config{Authenticator: clerkauthtest.InstancesForContract(tb, config, clerkauth.Request.Hostname)}), guard(), handle)
	app.Get(adaptertest.RouteReject, clerkfiberv3.New(clerkfiberv3.Config{Authenticator: authn, RejectInvalid: true}), handle)
	app.Get(adaptertest.RouteMachine, clerkfiberv3.New(clerkfiberv3.Config{
		Authenticator: authn,
		CallOptions:   []clerkauth.CallOption{clerkauth.AcceptTokens(clerkauth.TokenAPIKey, clerkauth.TokenM2M, clerkauth.TokenOAuth)},
	}), guard(), handle)
	app.Get(adaptertest.RouteCustom,
		clerkfiberv3.New(clerkfiberv3.Config{Authenticator: authn, ErrorHandler: answerCustom}), guard(), handle)
	app.Get(adaptertest.RouteCookie, setCookie, attach, handle)
	app.All(adaptertest.RouteCORS, answerPreflight, attach, guard(), handle)

	both := clerkfiberv3.New(clerkfiberv3.Config{
		Authenticator: authn, CallOptions: []clerkauth.CallOption{clerkauth.AcceptTokens(clerkauth.TokenSession, clerkauth.TokenAPIKey)},
	})
	app.Get(adaptertest.RouteTwice, both, both, guard(), handle)
	other := clerkfiberv3.New(clerkfiberv3.Config{Authenticator: clerkauthtest.ForContract(tb, config.Other())})
	app.Get(adaptertest.RouteOther, other, attach, guard(), handle)
	app.Get(adaptertest.RouteSkippedOther, other, attach, guard(), handle)

	attached := app.Group("", attach)
	attached.Get(adaptertest.RoutePublic, handle)
	attached.Get(adaptertest.RouteSkipped, handle)
	attached.Get(adaptertest.RouteSkippedGuard, guard(), handle)
	attached.All(adaptertest.RouteProtected, guard(), handle)
	attached.Get(adaptertest.RoutePermission, guard(clerkauth.HasPermission(adaptertest.Permission)), handle)
	attached.Get(adaptertest.RouteRole, guard(clerkauth.HasRole(adaptertest.Role)), handle)
	attached.Get(adaptertest.RoutePlan, guard(clerkauth.HasPlan(adaptertest.Plan)), handle)
	attached.Get(adaptertest.RouteReverified, guard(clerkauth.Reverified(clerkauth.Strict())), handle)
	attached.Get(adaptertest.RouteDenied, clerkfiberv3.RequirePage(clerkauth.Pages{Unauthorized: adaptertest.DeniedPage}, clerkauth.HasPermission(adaptertest.Permission)), handle)
	attached.Get(adaptertest.RoutePage, clerkfiberv3.RedirectToSignIn(), handle)
	attached.Get(adaptertest.RouteSocket, guard(), func(c fiber.Ctx) error { return upgrade(c, record(c, config)) })
	attached.Get(adaptertest.RouteEvents, guard(), func(c fiber.Ctx) error {
		c.Set(fiber.HeaderContentType, "text/event-stream")
		return c.SendString("data: " + record(c, config).UserID + "\n\n")
	})
	return app
}

// record tells the suite that a handler ran, and with which identity. What it keeps are the strings of the state itself.
func record(c fiber.Ctx, config adaptertest.Config) adaptertest.Identity {
	id := identity(c.Context(), clerkfiberv3.FromContext(c))
	config.Handled(c.Get(adaptertest.CaseHeader), id)
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

func answerCustom(c fiber.Ctx, err error) error {
	var refusal *clerkauth.Error
	if !errors.As(err, &refusal) {
		return err
	}
	return c.Status(adaptertest.CustomStatus).SendString(string(refusal.Reason))
}

func setCookie(c fiber.Ctx) error {
	c.Cookie(&fiber.Cookie{Name: "app", Value: "1", Path: "/", HTTPOnly: true})
	return c.Next()
}

func answerPreflight(c fiber.Ctx) error {
	if c.Method() == fiber.MethodOptions {
		return c.SendStatus(fiber.StatusNoContent)
	}
	return c.Next()
}

func upgrade(c fiber.Ctx, id adaptertest.Identity) error {
	c.Status(fiber.StatusSwitchingProtocols)
	c.Set(fiber.HeaderUpgrade, "websocket")
	c.Set(fiber.HeaderConnection, "Upgrade")
	c.RequestCtx().Hijack(func(conn net.Conn) { _, _ = fmt.Fprintln(conn, id.UserID) })
	return nil
}
