package clerkfiber

import (
	"net/http"
	"strings"
	"sync"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/utils"

	clerkauth "github.com/clerkgo/clerk-go/auth"
)

// request describes the request. Its strings point into memory of fasthttp: package clerkauth clones what it keeps.
func request(c *fiber.Ctx) clerkauth.Request { return newReader(c).request() }

// reader describes a request. Its memory serves one request after the other, so that a request costs none of its own.
type reader struct {
	c      *fiber.Ctx
	values []string                   // of the headers that were read
	header func(name string) []string // its own method, made once
	answer http.Header                // what authentication sets on the response

	app       *fiber.App // of the last request
	asWritten bool       // app leaves the names of headers as clients write them
}

func newReader(c *fiber.Ctx) *reader {
	r := &reader{c: c, answer: http.Header{}}
	r.header = r.lines
	return r
}

var readers sync.Pool

// borrowReader returns a reader. What it has read counts until it is given back.
func borrowReader(c *fiber.Ctx) *reader {
	if r, ok := readers.Get().(*reader); ok {
		r.c = c
		return r
	}
	return newReader(c)
}

func (r *reader) giveBack() {
	r.c = nil
	clear(r.values)
	clear(r.answer)
	r.values = r.values[:0]
	readers.Put(r)
}

func (r *reader) request() clerkauth.Request {
	fast := r.c.Context()
	req := clerkauth.Request{
		Method: r.c.Method(), Scheme: "http", Host: utils.UnsafeString(fast.Host()), RemoteAddr: fast.RemoteAddr(), Header: r.header,
	}
	req.Path, req.RawQuery = target(r.c)
	if fast.IsTLS() {
		req.Scheme = "https"
	}
	return req
}

// lines returns the values of a header.
func (r *reader) lines(name string) []string {
	if app := r.c.App(); app != r.app {
		r.app, r.asWritten = app, app.Config().DisableHeaderNormalizing // The configuration is large and copied.
	}
	if r.asWritten {
		return headerInAnyCase(r.c, name)
	}
	start := len(r.values)
	for _, line := range r.c.Request().Header.PeekAll(name) {
		r.values = append(r.values, utils.UnsafeString(line))
	}
	return r.values[start:len(r.values):len(r.values)]
}

// target returns path and query as the browser sent them, whatever rewrites have made of them. An absolute URL in the
// request line is left to Fiber.
func target(c *fiber.Ctx) (path, rawQuery string) {
	path = utils.UnsafeString(c.Request().Header.RequestURI())
	if !strings.HasPrefix(path, "/") {
		uri := c.Request().URI()
		return utils.UnsafeString(uri.PathOriginal()), utils.UnsafeString(uri.QueryString())
	}
	path, rawQuery, _ = strings.Cut(path, "?")
	return path, rawQuery
}

// headerInAnyCase finds a header where Fiber leaves the names as the client wrote them.
func headerInAnyCase(c *fiber.Ctx, name string) (values []string) {
	c.Request().Header.VisitAll(func(key, value []byte) { //nolint:staticcheck // The lowest fasthttp has no other way.
		if strings.EqualFold(string(key), name) {
			values = append(values, string(value))
		}
	})
	return values
}
