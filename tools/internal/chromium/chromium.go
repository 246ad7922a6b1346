// Package chromium starts the browser of the tools that drive pages.
package chromium

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// Launch starts one headless Chromium with a profile of its own. Scripts cannot see that it is automated, certificates are not
// checked, and no name but those of this machine resolves. The context is that of its first tab; the function ends it.
func Launch(ctx context.Context, path string) (context.Context, func(), error) {
	profile, err := os.MkdirTemp("", "chromium-")
	if err != nil {
		return nil, nil, err
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.UserDataDir(profile), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("enable-automation", false), chromedp.Flag("disable-blink-features", "AutomationControlled"),
		chromedp.Flag("ignore-certificate-errors", true), chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.WSURLReadTimeout(time.Minute), chromedp.WindowSize(1280, 900))
	ctx, stopAllocator := chromedp.NewExecAllocator(ctx, opts...)
	ctx, stopBrowser := chromedp.NewContext(ctx)
	stop := func() { stopBrowser(); stopAllocator(); _ = os.RemoveAll(profile) }
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		stop()
		return nil, nil, err
	}
	return ctx, stop, nil
}

// Until waits for a JavaScript condition, or what its promise gives, on the page of a context's tab. A page that is replaced
// while it is asked gives no answer: the page that follows it is asked.
func Until(ctx context.Context, condition string, patience time.Duration) error {
	ctx, stop := context.WithTimeout(ctx, patience)
	defer stop()
	poll := chromedp.Poll[bool]("(async () => !!(await ("+condition+")))()",
		chromedp.WithPollingInterval(50*time.Millisecond), chromedp.WithPollingTimeout(patience))
	for {
		_, err := chromedp.Run(ctx, poll)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for %s: %w", condition, err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// atRest is whether the first element of an XPath can be pressed: it stands still for two frames, is not disabled, and nothing
// lies on it. It is scrolled to first, as before a click.
const atRest = `(async path => {
  const node = document.evaluate(path, document, null, XPathResult.FIRST_ORDERED_NODE_TYPE, null).singleNodeValue;
  if (!node || !node.checkVisibility() || node.disabled) return false;
  node.scrollIntoViewIfNeeded();
  const place = () => { const { x, y, width, height } = node.getClientRects()[0] ?? {}; return [x, y, width, height]; };
  const first = place();
  for (let frames = 0; frames < 2; frames++) await new Promise(requestAnimationFrame);
  const [x, y, width, height] = place();
  return node.isConnected && String(first) === String(place()) && node.contains(document.elementFromPoint(x + width / 2, y + height / 2));
})(%q)`

// atHand says where the first element of an XPath is, and what is in its middle.
const atHand = `(path => {
  const node = document.evaluate(path, document, null, XPathResult.FIRST_ORDERED_NODE_TYPE, null).singleNodeValue;
  if (!node) return "there is none";
  const { x, y, width, height } = node.getBoundingClientRect();
  const on = document.elementFromPoint(x + width / 2, y + height / 2);
  return [x, y, width, height].map(Math.round) + ", disabled: " + node.disabled + ", in its middle " + on?.outerHTML.slice(0, 200);
})(%q)`

// Rests waits until the first element of an XPath can be pressed where it is: what has just come to a page often moves, or
// moves others.
func Rests(ctx context.Context, path string, patience time.Duration) error {
	if err := Until(ctx, fmt.Sprintf(atRest, path), patience); err != nil {
		found, _ := chromedp.Run(ctx, chromedp.Evaluate[string](fmt.Sprintf(atHand, path)))
		return fmt.Errorf("%s cannot be pressed (%s): %w", path, found, errors.Unwrap(err))
	}
	return nil
}

// Lands runs what leads to another document, and waits until that one is loaded. What a page does to its own address is no
// other document.
func Lands(ctx context.Context, patience time.Duration, steps ...chromedp.Action[chromedp.Void]) error {
	ctx, stop := context.WithTimeout(ctx, patience)
	defer stop()
	ended := make(chan error, 1)
	end := func(err error) {
		select {
		case ended <- err:
		default:
		}
	}
	var frame cdp.FrameID
	var loader cdp.LoaderID
	err := chromedp.Listen(ctx, func(event any) {
		switch e := event.(type) {
		case *page.EventFrameNavigated:
			if e.Frame.ParentID != "" {
				return
			}
			frame, loader = e.Frame.ID, e.Frame.LoaderID
			if e.Frame.UnreachableURL != "" {
				end(fmt.Errorf("%s cannot be reached", e.Frame.UnreachableURL))
			}
		case *page.EventLifecycleEvent:
			if loader != "" && e.FrameID == frame && e.LoaderID == loader && e.Name == "load" {
				end(nil)
			}
		}
	})
	if err != nil {
		return err
	}
	if err := chromedp.Do(ctx, steps...); err != nil {
		return err
	}
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
		return fmt.Errorf("no other page: %w", ctx.Err())
	}
}
