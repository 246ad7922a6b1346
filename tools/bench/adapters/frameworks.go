package main

import (
	"bufio"
	"bytes"
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/go-chi/chi/v5"
	fiberv2 "github.com/gofiber/fiber/v2"
	fiberv3 "github.com/gofiber/fiber/v3"
	echov4 "github.com/labstack/echo/v4"
	echov5 "github.com/labstack/echo/v5"
	"github.com/valyala/fasthttp"

	clerkauth "github.com/clerkgo/clerk-go/auth"
	clerkchi "github.com/clerkgo/clerk-go/chi"
	clerkecho "github.com/clerkgo/clerk-go/echo"
	clerkechov5 "github.com/clerkgo/clerk-go/echov5"
	clerkfiber "github.com/clerkgo/clerk-go/fiber"
	clerkfiberv3 "github.com/clerkgo/clerk-go/fiberv3"
	clerkgin "github.com/clerkgo/clerk-go/gin"
)

func (fx *fixture) subjects() []subject {
	list := []subject{fx.netHTTP(), fx.chi(), fx.gin(), fx.echo(), fx.echov5(), fx.fiber(), fx.fiberv3()}
	if !fx.cookie { // clerk-sdk-go reads no cookies
		least := fx.least()
		list = append(list, subject{"chi, clerk-sdk-go", fx.serve(chiApp()), fx.serve(chiApp(least.attach, least.enforce)), fx.serve(chiApp(fx.official()))})
	}
	return list
}

func ok(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }

func (fx *fixture) netHTTP() subject {
	bare, guarded := http.NewServeMux(), http.NewServeMux()
	bare.HandleFunc("GET /me", ok)
	guarded.Handle("GET /me", clerkauth.RequireAuth()(http.HandlerFunc(ok)))
	least := fx.least()
	mux := http.NewServeMux()
	mux.Handle("GET /me", least.enforce(http.HandlerFunc(ok)))
	return subject{"net/http", fx.serve(bare), fx.serve(least.attach(mux)), fx.serve(clerkauth.Middleware(fx.authn)(guarded))}
}

func chiApp(middlewares ...func(http.Handler) http.Handler) http.Handler {
	app := chi.NewRouter()
	app.Use(middlewares...)
	app.Get("/me", ok)
	return app
}

func (fx *fixture) chi() subject {
	least := fx.least()
	return subject{"chi v5", fx.serve(chiApp()), fx.serve(chiApp(least.attach, least.enforce)), fx.serve(chiApp(clerkchi.Middleware(fx.authn), clerkchi.RequireAuth()))}
}

func (fx *fixture) gin() subject {
	gin.SetMode(gin.ReleaseMode)
	app := func(middlewares ...gin.HandlerFunc) http.Handler {
		app := gin.New()
		app.Use(middlewares...)
		app.GET("/me", func(c *gin.Context) { c.Status(http.StatusOK) })
		return app
	}
	return subject{"gin", fx.serve(app()), fx.serve(app(fx.least().gin()...)), fx.serve(app(clerkgin.Middleware(fx.authn), clerkgin.RequireAuth()))}
}

func (fx *fixture) echo() subject {
	app := func(middlewares ...echov4.MiddlewareFunc) http.Handler {
		app := echov4.New()
		app.Use(middlewares...)
		app.GET("/me", func(c echov4.Context) error { return c.NoContent(http.StatusOK) })
		return app
	}
	return subject{"echo v4", fx.serve(app(empty4, empty4)), fx.serve(app(fx.least().echov4()...)), fx.serve(app(clerkecho.Middleware(fx.authn), clerkecho.RequireAuth()))}
}

// empty4 is in the bare application what the middleware is in the other: Echo 4 makes each of them anew for a request.
func empty4(next echov4.HandlerFunc) echov4.HandlerFunc {
	return func(c echov4.Context) error { return next(c) }
}

func (fx *fixture) echov5() subject {
	app := func(middlewares ...echov5.MiddlewareFunc) http.Handler {
		app := echov5.New()
		app.Use(middlewares...)
		app.GET("/me", func(c *echov5.Context) error { return c.NoContent(http.StatusOK) })
		return app
	}
	return subject{"echo v5", fx.serve(app()), fx.serve(app(fx.least().echov5()...)), fx.serve(app(clerkechov5.Middleware(fx.authn), clerkechov5.RequireAuth()))}
}

func (fx *fixture) fiber() subject {
	app := func(handlers ...any) fasthttp.RequestHandler {
		app := fiberv2.New()
		app.Use(handlers...)
		app.Get("/me", func(c *fiberv2.Ctx) error { c.Status(fiberv2.StatusOK); return nil })
		return app.Handler()
	}
	attach := clerkfiber.New(clerkfiber.Config{Authenticator: fx.authn})
	return subject{"fiber v2", fx.serveFast(app(next2)), fx.serveFast(app(fx.least().fiberv2()...)), fx.serveFast(app(attach, clerkfiber.RequireAuth()))}
}

// next2 is in the bare application what the guard is in the other: Fiber needs one handler for Use.
func next2(c *fiberv2.Ctx) error { return c.Next() }

func (fx *fixture) fiberv3() subject {
	app := func(handlers ...any) fasthttp.RequestHandler {
		app := fiberv3.New()
		app.Use(handlers...)
		app.Get("/me", func(c fiberv3.Ctx) error { c.Status(fiberv3.StatusOK); return nil })
		return app.Handler()
	}
	attach := clerkfiberv3.New(clerkfiberv3.Config{Authenticator: fx.authn})
	return subject{"fiber v3", fx.serveFast(app(next3)), fx.serveFast(app(fx.least().fiberv3()...)), fx.serveFast(app(attach, clerkfiberv3.RequireAuth()))}
}

func next3(c fiberv3.Ctx) error { return c.Next() }

// serveFast returns a function that sends the request into a handler of fasthttp.
func (fx *fixture) serveFast(handler fasthttp.RequestHandler) func() int {
	var raw bytes.Buffer
	raw.WriteString("GET /me HTTP/1.1\r\nHost: bench.example.com\r\n")
	if err := fx.header.Write(&raw); err != nil {
		panic(err)
	}
	raw.WriteString("\r\n")
	var req fasthttp.Request // as a server reads it: fasthttp parses some headers on first use
	if err := req.Read(bufio.NewReader(&raw)); err != nil {
		panic(err)
	}
	var ctx fasthttp.RequestCtx
	ctx.Init(&req, nil, nil)
	return func() int {
		ctx.Response.Reset()
		ctx.ResetUserValues()
		handler(&ctx)
		return ctx.Response.StatusCode()
	}
}
