package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/evanw/esbuild/pkg/api"

	"github.com/clerkgo/clerk-go/clerktest"
)

// browser is a headless Chromium, with a site whose page is a client.
type browser struct {
	path   string
	base   context.Context //nolint:containedctx // the browser lives longer than a row
	ctx    context.Context //nolint:containedctx // chromedp keeps the browser in its context
	site   *httptest.Server
	origin string
	stop   []func()
}

// page is the page of the site; at /callback it hands over what the authorization server sends back.
const page = `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Client</title><link rel="icon" href="data:,"></head><body>
<script>if (location.pathname === "/callback") { new BroadcastChannel("answers").postMessage(location.search); close(); }</script>
<script type="module" src="/page.js"></script></body></html>`

// start starts the browser and the site, once, and returns the origin of the site. The browser resolves no names but those of
// this machine.
func (b *browser) start() (string, error) {
	if b.site != nil {
		return b.origin, nil
	}
	bundle := api.Build(api.BuildOptions{
		EntryPoints: []string{packages + "/page.mjs"}, Bundle: true, Format: api.FormatESModule, Platform: api.PlatformBrowser, LogLevel: api.LogLevelWarning,
	})
	if len(bundle.OutputFiles) != 1 {
		return "", fmt.Errorf("the page cannot be bundled: %d errors", len(bundle.Errors))
	}
	profile, err := os.MkdirTemp("", "mcp-")
	if err != nil {
		return "", err
	}
	b.site = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/page.js" {
			w.Header().Set("Content-Type", "text/javascript")
			_, _ = w.Write(bundle.OutputFiles[0].Contents)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(page))
	}))
	b.origin = strings.Replace(b.site.URL, "127.0.0.1", "localhost", 1)
	allocator, stopAllocator := chromedp.NewExecAllocator(b.base, append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(b.path), chromedp.UserDataDir(profile), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"),
		chromedp.Flag("disable-component-update", true), chromedp.WSURLReadTimeout(time.Minute))...)
	tab, stopBrowser := chromedp.NewContext(allocator)
	b.ctx, b.stop = tab, []func(){stopBrowser, stopAllocator, b.site.Close, func() { _ = os.RemoveAll(profile) }}
	return b.origin, chromedp.Do(b.ctx, chromedp.Navigate("about:blank"))
}

func (b *browser) close() {
	for _, stop := range b.stop {
		stop()
	}
}

// pageClient is version 2 of the TypeScript SDK in a page.
type pageClient struct {
	ctx   context.Context //nolint:containedctx // chromedp keeps the browser in its context
	clock *clerktest.Clock
	first order // what every order has
	stop  func()
}

func (b *browser) open(_ context.Context, w *world, id string) (client, error) {
	ctx, stop := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	c := &pageClient{ctx: ctx, clock: w.in.Clock(), first: order{URL: w.url, ClientID: id}, stop: stop}
	if err := chromedp.Do(ctx, chromedp.Navigate(b.origin+"/")); err != nil { //nolint:contextcheck // the browser has its own
		stop()
		return nil, err
	}
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool]("!!window.orders", chromedp.WithPollingTimeout(time.Minute))); err != nil { //nolint:contextcheck // as above
		stop()
		return nil, err
	}
	return c, nil
}

func (c *pageClient) run(o order) error {
	o.URL, o.ClientID = c.first.URL, c.first.ClientID
	text, err := json.Marshal(o)
	if err != nil {
		return err
	}
	problem, err := chromedp.Run(c.ctx, chromedp.Evaluate[string](
		fmt.Sprintf(`orders[%q](%s).then(() => "", (e) => e.name + ": " + e.message)`, o.Do, text), chromedp.EvalAwaitPromise))
	if err != nil {
		return err
	}
	return want(problem == "", "%s", problem)
}

func (c *pageClient) connect(_ context.Context, keepRefreshTokens bool) error {
	return c.run(order{Do: "connect", KeepRefreshTokens: keepRefreshTokens})
}

func (c *pageClient) call(_ context.Context, tool string) error {
	return c.run(order{Do: "call", Tool: tool})
}

func (c *pageClient) age(context.Context) error {
	c.clock.Advance(25 * time.Hour)
	return nil
}

func (c *pageClient) close() { c.stop() }
