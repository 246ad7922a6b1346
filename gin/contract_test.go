package clerkgin_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	"github.com/clerkgo/clerk-go/auth/clerkauthtest"
	"github.com/clerkgo/clerk-go/clerktest/adaptertest"
	clerkgin "github.com/clerkgo/clerk-go/gin"
)

func TestMain(m *testing.M) {
	gin.SetMode(gin.ReleaseMode) // before tests run in parallel: the mode is a global of Gin
	m.Run()
}

func TestContract(t *testing.T) {
	t.Parallel()
	adaptertest.Run(t, func(t *testing.T, config adaptertest.Config) string {
		t.Helper()
		return adaptertest.Serve(t, contractApp(t, config))
	})
}

// contractApp is the application that package adaptertest describes.
func contractApp(tb testing.TB, config adaptertest.Config) *gin.Engine {
	tb.Helper()
	authn := clerkauthtest.ForContract(tb, config)
	attach := clerkgin.Middleware(authn, clerkgin.WithSkipper(func(c *gin.Context) bool {
		return strings.HasPrefix(c.FullPath(), adaptertest.RouteSkipped)
	}))
	handle := func(c *gin.Context) { c.JSON(http.StatusOK, record(c, config)) }

	engine := newEngine()
	engine.Handle(http.MethodGet, adaptertest.RouteUnattached, clerkgin.RequireAuth(), handle)
	engine.GET(adaptertest.RouteInstance, clerkgin.Middleware(clerkauthtest.InstancesForContract(tb, config, clerkauth.Request.Hostname)), clerkgin.RequireAuth(), handle)
	engine.GET(adaptertest.RouteReject, clerkgin.Middleware(authn, clerkgin.RejectInvalid()), handle)
	engine.GET(adaptertest.RouteMachine, clerkgin.Middleware(authn, clerkgin.WithCallOptions(
		clerkauth.AcceptTokens(clerkauth.TokenAPIKey, clerkauth.TokenM2M, clerkauth.TokenOAuth))), clerkgin.RequireAuth(), handle)
	engine.GET(adaptertest.RouteCustom, clerkgin.Middleware(authn, clerkgin.WithErrorHandler(answerCustom)),
		clerkgin.RequireAuth(), handle)
	engine.GET(adaptertest.RouteCookie, func(c *gin.Context) { c.SetCookie("app", "1", 0, "/", "", false, true) }, attach, handle)
	engine.Any(adaptertest.RouteCORS, answerPreflight, attach, clerkgin.RequireAuth(), handle)

	both := clerkgin.Middleware(authn, clerkgin.WithCallOptions(clerkauth.AcceptTokens(clerkauth.TokenSession, clerkauth.TokenAPIKey)))
	engine.GET(adaptertest.RouteTwice, both, both, clerkgin.RequireAuth(), handle)
	other := engine.Group("", clerkgin.Middleware(clerkauthtest.ForContract(tb, config.Other())), attach, clerkgin.RequireAuth())
	other.GET(adaptertest.RouteOther, handle)
	other.GET(adaptertest.RouteSkippedOther, handle)
	engine.GET(adaptertest.RouteMoved, func(c *gin.Context) {
		c.Request.URL.Path = adaptertest.RoutePage
		engine.HandleContext(c)
	})

	attached := engine.Group("", attach)
	attached.GET(adaptertest.RoutePublic, handle)
	attached.GET(adaptertest.RouteSkipped, handle)
	attached.GET(adaptertest.RouteSkippedGuard, clerkgin.RequireAuth(), handle)
	attached.Any(adaptertest.RouteProtected, clerkgin.RequireAuth(), handle)
	attached.GET(adaptertest.RoutePermission, clerkgin.RequireAuth(clerkauth.HasPermission(adaptertest.Permission)), handle)
	attached.GET(adaptertest.RouteRole, clerkgin.RequireAuth(clerkauth.HasRole(adaptertest.Role)), handle)
	attached.GET(adaptertest.RoutePlan, clerkgin.RequireAuth(clerkauth.HasPlan(adaptertest.Plan)), handle)
	attached.GET(adaptertest.RouteReverified, clerkgin.RequireAuth(clerkauth.Reverified(clerkauth.Strict())), handle)
	attached.GET(adaptertest.RouteDenied, clerkgin.RequirePage(clerkauth.Pages{Unauthorized: adaptertest.DeniedPage}, clerkauth.HasPermission(adaptertest.Permission)), handle)
	attached.GET(adaptertest.RoutePage, clerkgin.RedirectToSignIn(), handle)
	attached.GET(adaptertest.RouteSocket, clerkgin.RequireAuth(), func(c *gin.Context) { hijack(c, record(c, config)) })
	attached.GET(adaptertest.RouteEvents, clerkgin.RequireAuth(), func(c *gin.Context) {
		c.Header("Content-Type", "text/event-stream")
		_, _ = fmt.Fprintf(c.Writer, "data: %s\n\n", record(c, config).UserID)
		c.Writer.Flush()
	})
	return engine
}

func newEngine() *gin.Engine { return gin.New() }

// record tells the suite that a handler ran, and with which identity.
func record(c *gin.Context, config adaptertest.Config) adaptertest.Identity {
	id := identity(c.Request.Context(), clerkgin.FromContext(c))
	config.Handled(c.GetHeader(adaptertest.CaseHeader), id)
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

// answerCustom does not abort: the middleware does.
func answerCustom(c *gin.Context, err error) {
	var refusal *clerkauth.Error
	if !errors.As(err, &refusal) {
		c.String(http.StatusInternalServerError, "not a refusal")
		return
	}
	c.String(adaptertest.CustomStatus, string(refusal.Reason))
}

func answerPreflight(c *gin.Context) {
	if c.Request.Method == http.MethodOptions {
		c.AbortWithStatus(http.StatusNoContent)
	}
}

func hijack(c *gin.Context, id adaptertest.Identity) {
	conn, rw, err := c.Writer.Hijack()
	if err != nil {
		c.AbortWithStatus(http.StatusInternalServerError)
		return
	}
	defer conn.Close()
	_, _ = fmt.Fprintf(rw, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n%s\n", id.UserID)
	_ = rw.Flush()
}
