// Package chromium starts the browser of the tools that drive pages.
package chromium

import (
	"context"
	"fmt"
	"os"
	"time"

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

// Until waits for a JavaScript condition on the page of a context's tab. A page that is replaced while it is asked gives no
// answer: the page that follows it is asked.
func Until(ctx context.Context, condition string, patience time.Duration) error {
	ctx, stop := context.WithTimeout(ctx, patience)
	defer stop()
	for {
		_, err := chromedp.Run(ctx, chromedp.Poll[bool]("!!("+condition+")", chromedp.WithPollingInterval(50*time.Millisecond), chromedp.WithPollingTimeout(patience)))
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
