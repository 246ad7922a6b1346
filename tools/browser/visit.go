package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/clerkgo/clerk-go/tools/internal/chromium"
)

// visit is one person at a page of a browser, on the site of one flow.
type visit struct {
	*site

	ctx    context.Context //nolint:containedctx // chromedp keeps the page in its context
	out    string
	webapp string // the program of the example
	apps   string // folder of the applications with Clerk's own packages
}

// another is somebody else, at a browser that knows nothing yet.
func (v *visit) another() (*visit, error) { return v.at(chromedp.WithNewBrowserContext()) }

// tab is another tab of the same browser.
func (v *visit) tab() (*visit, error) { return v.at() }

func (v *visit) at(opts ...chromedp.ContextOption) (*visit, error) {
	other := *v
	var stop func()
	other.ctx, stop = chromedp.NewContext(v.ctx, opts...)
	v.stops = append(v.stops, stop)
	return &other, chromedp.Listen(other.ctx, v.watch)
}

// watch notes what must not happen.
func (v *visit) watch(event any) {
	ill := ""
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		ill = "exception: " + e.ExceptionDetails.Text
		if e.ExceptionDetails.Exception != nil {
			ill += " " + e.ExceptionDetails.Exception.Description
		}
	case *network.EventRequestWillBeSent:
		if !v.local(e.Request.URL) {
			ill = "a request left the machine: " + e.Request.URL
		}
	}
	if ill != "" {
		v.complain(ill)
	}
}

// open shows a path of the application and waits for ClerkJS.
func (v *visit) open(path string) error {
	if err := v.lands(chromedp.Navigate(v.origin + path)); err != nil {
		return err
	}
	if err := v.until(`document.body && document.body.dataset.ready`); err != nil {
		return err
	}
	return v.expect(`document.body.dataset.ready`, "ready", "loaded")
}

// leave runs a JavaScript expression that leads to another page, and waits until the browser is at its path. Its promise is
// not waited for: it ends with the page that made it.
func (v *visit) leave(expression, path string) error {
	ctx, stop := context.WithTimeout(v.ctx, patience)
	defer stop()
	arrived := make(chan struct{}, 1)
	err := chromedp.Listen(ctx, func(event any) {
		if e, ok := event.(*page.EventFrameNavigated); ok && e.Frame.ParentID == "" && e.Frame.URL == v.origin+path {
			select {
			case arrived <- struct{}{}:
			default:
			}
		}
	})
	if err != nil {
		return err
	}
	if err := v.eval("void "+expression, nil); err != nil {
		return err
	}
	select {
	case <-arrived:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("%s: the browser did not go to %s", expression, path)
	}
}

// until waits for a JavaScript condition.
func (v *visit) until(condition string) error {
	return chromium.Until(v.ctx, condition, patience)
}

// eval runs a JavaScript expression, waits for its promise, and decodes what it gives.
func (v *visit) eval(expression string, into any) error {
	raw, err := chromedp.Run(v.ctx, chromedp.Evaluate[string](
		"(async () => { const value = await ("+expression+"); return JSON.stringify(value === undefined ? null : value); })()", chromedp.EvalAwaitPromise))
	if err != nil {
		return fmt.Errorf("%s: %w", expression, err)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal([]byte(raw), into)
}

// expect runs a JavaScript expression that gives one of the texts.
func (v *visit) expect(expression string, want ...string) error {
	var got any
	if err := v.eval(expression, &got); err != nil {
		return err
	}
	if !slices.Contains(want, fmt.Sprint(got)) {
		return fmt.Errorf("%s: got %v, want %s", expression, got, strings.Join(want, " or "))
	}
	return nil
}
