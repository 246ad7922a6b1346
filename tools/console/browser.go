package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/clerkgo/clerk-go/clerktest"
	"github.com/clerkgo/clerk-go/tools/internal/chromium"
)

// patience is how long the page may take for what a step waits for. A machine that does much else is slow.
const patience = 20 * time.Second

// visit is one browser at the console of one emulator.
type visit struct {
	ctx      context.Context //nolint:containedctx // chromedp keeps the browser in its context
	out      string
	srv      *clerktest.Server
	receiver *httptest.Server

	user, organization string // ids that the tour made
	closers            []func()

	mu   sync.Mutex
	ills []string
}

func open(ctx context.Context, path, out string) (*visit, error) {
	srv, err := clerktest.Start()
	if err != nil {
		return nil, err
	}
	v := &visit{out: out, srv: srv}
	v.receiver = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	v.closers = append(v.closers, srv.Close, v.receiver.Close)
	ctx, stop, err := chromium.Launch(ctx, path)
	if err != nil {
		v.close()
		return nil, err
	}
	v.ctx = ctx
	v.closers = append(v.closers, stop)
	if err := chromedp.Listen(ctx, v.watch); err != nil {
		v.close()
		return nil, err
	}
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(1280, 900), chromedp.Navigate(srv.URL()+"/")); err != nil {
		v.close()
		return nil, err
	}
	return v, v.ready("/")
}

func (v *visit) close() {
	for _, closer := range slices.Backward(v.closers) {
		closer()
	}
}

// watch notes what the page must not do.
func (v *visit) watch(event any) {
	ill := ""
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		ill = "exception: " + e.ExceptionDetails.Text
	case *runtime.EventConsoleAPICalled:
		if e.Type == "error" {
			ill = "an error on the page's console"
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == "error" && !strings.HasSuffix(e.Entry.URL, "/favicon.ico") {
			ill = "browser log: " + e.Entry.Text + " " + e.Entry.URL
		}
	case *network.EventRequestWillBeSent:
		// Images that the browser draws on controls of its own have data addresses.
		if !strings.HasPrefix(e.Request.URL, v.srv.URL()+"/") && !strings.HasPrefix(e.Request.URL, "data:") {
			ill = "a request to another host: " + e.Request.URL
		}
	}
	if ill != "" {
		v.mu.Lock()
		v.ills = append(v.ills, ill)
		v.mu.Unlock()
	}
}

func (v *visit) complaints() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.ills) > 0 {
		return errors.New(strings.Join(v.ills, "\n"))
	}
	return nil
}

// until waits for a JavaScript condition.
func (v *visit) until(condition string) error {
	if err := chromium.Until(v.ctx, condition, patience); err != nil {
		said, _ := v.text("document.getElementById('notices').innerText")
		return fmt.Errorf("%w; the page says %q", err, said)
	}
	return nil
}

// ready waits until the page of a path is drawn.
func (v *visit) ready(path string) error {
	return v.until(fmt.Sprintf("document.body.dataset.ready === %q", path))
}

// shows waits for text on the page.
func (v *visit) shows(text string) error {
	return v.until(fmt.Sprintf("document.getElementById('view').innerText.includes(%q)", text))
}

// open opens an address of the console as a bookmark would, when what was done before is done.
func (v *visit) open(address string) error {
	if err := v.settles(); err != nil {
		return err
	}
	path, _, _ := strings.Cut(address, "?")
	if err := chromium.Lands(v.ctx, patience, chromedp.Navigate(v.srv.URL()+address)); err != nil {
		return err
	}
	return v.ready(path)
}

// text evaluates a JavaScript expression to a string.
func (v *visit) text(expression string) (string, error) {
	return chromedp.Run(v.ctx, chromedp.Evaluate[string](expression))
}

// script runs JavaScript in the page.
func (v *visit) script(code string) error {
	return chromedp.Do(v.ctx, chromedp.Evaluate[chromedp.Void](code))
}

// press clicks a button or a link of a section by their texts. A section without a heading is the first.
func (v *visit) press(section, label string) error {
	return v.click(fmt.Sprintf("//section[h2[starts-with(., %q)]]//*[self::button or self::a or self::summary][normalize-space(.) = %q]", section, label))
}

// settles waits until nothing is under way that draws the page anew.
func (v *visit) settles() error {
	return v.until("!document.querySelector('#view[aria-busy], #view [data-busy]')")
}

// click clicks the first element of an XPath of a page that has settled.
func (v *visit) click(path string) error {
	if err := v.settles(); err != nil {
		return err
	}
	return v.tap(path)
}

// tap clicks the first element of an XPath, when that has its place.
func (v *visit) tap(path string) error {
	if err := chromium.Rests(v.ctx, path, patience); err != nil {
		return err
	}
	return v.onPage(chromedp.Click(path))
}

// hold presses the first element of an XPath, and lets it go when something has happened.
func (v *visit) hold(path string, happens func() error) error {
	if err := errors.Join(v.settles(), chromium.Rests(v.ctx, path, patience)); err != nil {
		return err
	}
	at, err := chromedp.Run(v.ctx, chromedp.Evaluate[[]float64](fmt.Sprintf(
		"(({ x, y, width, height }) => [x + width / 2, y + height / 2])(document.evaluate(%q, document, null, XPathResult.FIRST_ORDERED_NODE_TYPE, null).singleNodeValue.getBoundingClientRect())", path)))
	if err != nil {
		return err
	}
	mouse := func(what input.DispatchMouseEventType) error {
		return chromedp.Do(v.ctx, chromedp.MouseEvent(what, at[0], at[1], chromedp.ButtonType(input.MouseButtonLeft), chromedp.ClickCount(1)))
	}
	return inOrder(func() error { return mouse(chromedp.MousePressed) }, happens, func() error { return mouse(chromedp.MouseReleased) })
}

// enter types a value into a field of a section, by its name or its label.
func (v *visit) enter(section, name, value string) error {
	if err := v.settles(); err != nil {
		return err
	}
	path := fmt.Sprintf("//section[h2[starts-with(., %[1]q)]]//*[self::input or self::textarea][not(@type='hidden')][@name=%[2]q or @data-pick=%[2]q or @aria-label=%[2]q or @data-search=%[2]q]", section, name)
	return v.onPage(chromedp.Clear(path), chromedp.SendKeys(path, value))
}

// onPage acts on elements of the page, which redraws itself at any time: an element that was replaced after it was found,
// and before anything happened to it, is looked for again.
func (v *visit) onPage(actions ...chromedp.Action[chromedp.Void]) error {
	ctx, stop := context.WithTimeout(v.ctx, patience)
	defer stop()
	for {
		err := chromedp.Do(ctx, actions...)
		if err == nil || ctx.Err() != nil || !strings.Contains(err.Error(), "Could not find node with given id") {
			return err
		}
	}
}

// look sets the width of the page and its colours.
func (v *visit) look(width int64, theme string) error {
	return chromedp.Do(v.ctx, chromedp.EmulateViewport(width, 900), chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}},
		})
		return err
	}))
}

func (v *visit) picture(name string) error {
	if v.out == "" {
		return nil
	}
	png, err := chromedp.Run(v.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(v.out, name+".png"), png, 0o600)
}
