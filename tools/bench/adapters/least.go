package main

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
	fiberv2 "github.com/gofiber/fiber/v2"
	fiberv3 "github.com/gofiber/fiber/v3"
	echov4 "github.com/labstack/echo/v4"
	echov5 "github.com/labstack/echo/v5"
)

// least is the least that a middleware for tokens which it knows can do: it reads the credential as the framework offers
// that, finds the token in a map, compares its expiry with the clock, and puts a pointer into the context, which a second
// handler looks for. It decides nothing else, so it tells how fast a machine is at the work that no middleware can leave.
type least struct {
	known  sync.Map // token to *visitor
	cookie bool
}

type visitor struct {
	userID  string
	expires int64
}

type visitorKey struct{}

func (fx *fixture) least() *least {
	f := &least{cookie: fx.cookie}
	f.known.Store(fx.token, &visitor{userID: "user_1", expires: time.Now().Add(time.Hour).Unix()})
	return f
}

// find returns the visitor behind a token, or nil.
func (f *least) find(token string) *visitor {
	entry, ok := f.known.Load(token)
	if !ok {
		return nil
	}
	if v := entry.(*visitor); time.Now().Unix() < v.expires {
		return v
	}
	return nil
}

// request returns the request with the visitor in its context, or nil.
func (f *least) request(r *http.Request) *http.Request {
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	if f.cookie {
		cookie, err := r.Cookie("__session")
		if err != nil {
			return nil
		}
		token = cookie.Value
	}
	v := f.find(token)
	if v == nil {
		return nil
	}
	return r.WithContext(context.WithValue(r.Context(), visitorKey{}, v))
}

func admits(ctx context.Context) bool {
	v, ok := ctx.Value(visitorKey{}).(*visitor)
	return ok && v.userID != ""
}

func (f *least) attach(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r = f.request(r); r == nil {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (f *least) enforce(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !admits(r.Context()) {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (f *least) gin() []gin.HandlerFunc {
	return []gin.HandlerFunc{
		func(c *gin.Context) {
			r := f.request(c.Request)
			if r == nil {
				c.AbortWithStatus(http.StatusUnauthorized)
				return
			}
			c.Request = r
		},
		func(c *gin.Context) {
			if !admits(c.Request.Context()) {
				c.AbortWithStatus(http.StatusUnauthorized)
			}
		},
	}
}

func (f *least) echov4() []echov4.MiddlewareFunc {
	return []echov4.MiddlewareFunc{
		func(next echov4.HandlerFunc) echov4.HandlerFunc {
			return func(c echov4.Context) error {
				r := f.request(c.Request())
				if r == nil {
					return echov4.ErrUnauthorized
				}
				c.SetRequest(r)
				return next(c)
			}
		},
		func(next echov4.HandlerFunc) echov4.HandlerFunc {
			return func(c echov4.Context) error {
				if !admits(c.Request().Context()) {
					return echov4.ErrUnauthorized
				}
				return next(c)
			}
		},
	}
}

func (f *least) echov5() []echov5.MiddlewareFunc {
	return []echov5.MiddlewareFunc{
		func(next echov5.HandlerFunc) echov5.HandlerFunc {
			return func(c *echov5.Context) error {
				r := f.request(c.Request())
				if r == nil {
					return echov5.ErrUnauthorized
				}
				c.SetRequest(r)
				return next(c)
			}
		},
		func(next echov5.HandlerFunc) echov5.HandlerFunc {
			return func(c *echov5.Context) error {
				if !admits(c.Request().Context()) {
					return echov5.ErrUnauthorized
				}
				return next(c)
			}
		},
	}
}

// findFast returns the visitor behind a request of Fiber, whose versions read headers and cookies alike, or nil.
func (f *least) findFast(header, cookie func(name string, otherwise ...string) string) *visitor {
	if f.cookie {
		return f.find(cookie("__session"))
	}
	return f.find(strings.TrimPrefix(header("Authorization"), "Bearer "))
}

func (f *least) fiberv2() []any {
	return []any{
		func(c *fiberv2.Ctx) error {
			v := f.findFast(c.Get, c.Cookies)
			if v == nil {
				return fiberv2.ErrUnauthorized
			}
			c.SetUserContext(context.WithValue(c.UserContext(), visitorKey{}, v))
			return c.Next()
		},
		func(c *fiberv2.Ctx) error {
			if !admits(c.UserContext()) {
				return fiberv2.ErrUnauthorized
			}
			return c.Next()
		},
	}
}

func (f *least) fiberv3() []any {
	return []any{
		func(c fiberv3.Ctx) error {
			v := f.findFast(c.Get, c.Cookies)
			if v == nil {
				return fiberv3.ErrUnauthorized
			}
			c.SetContext(context.WithValue(c.Context(), visitorKey{}, v))
			return c.Next()
		},
		func(c fiberv3.Ctx) error {
			if !admits(c.Context()) {
				return fiberv3.ErrUnauthorized
			}
			return c.Next()
		},
	}
}
