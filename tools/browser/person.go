package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/clerkgo/clerk-go/tools/internal/chromium"
)

// The steps of somebody who reads pages, fills in forms and presses buttons.

// patience is how long a step may take.
const patience = 20 * time.Second

// goes opens an address.
func (v *visit) goes(address string) func() error {
	return func() error { return v.lands(chromedp.Navigate(address)) }
}

// fills types into the field of a name, in place of what is there.
func (v *visit) fills(name, text string) func() error {
	return func() error {
		field := chromedp.CSS(fmt.Sprintf(`[name=%q]:not([type=hidden])`, name))
		return v.acts(chromedp.Clear(field), chromedp.SendKeys(field, text))
	}
}

// presses clicks the button or link whose words begin with a text, and waits for the page that follows.
func (v *visit) presses(text string) func() error {
	return func() error {
		if err := v.lands(chromedp.Click(control(text))); err != nil {
			return fmt.Errorf("pressing %q: %w on the page %s", text, err, v.page())
		}
		return nil
	}
}

// sees waits until the page shows a text.
func (v *visit) sees(text string) func() error {
	return func() error {
		if err := v.until(fmt.Sprintf(`document.body.innerText.includes(%q)`, text)); err != nil {
			return fmt.Errorf("%q is not on the page %s (%w)", text, v.page(), err)
		}
		return nil
	}
}

// page is what the page shows, on one line.
func (v *visit) page() string {
	var text string
	if err := v.eval(`location.pathname + ": " + document.body.innerText`, &text); err != nil {
		return err.Error()
	}
	return strings.Join(strings.Fields(text), " ")
}

// missing checks that the page does not show a text.
func (v *visit) missing(text string) func() error {
	return v.gives(fmt.Sprintf(`document.body.innerText.includes(%q)`, text), "false")
}

// control is the button or link whose words begin with a text.
func control(text string) string {
	return fmt.Sprintf(`//*[self::button or self::a][starts-with(normalize-space(.), %q)]`, text)
}

// acts runs steps that stay on the page.
func (v *visit) acts(steps ...chromedp.Action[chromedp.Void]) error {
	ctx, stop := context.WithTimeout(v.ctx, patience)
	defer stop()
	return chromedp.Do(ctx, steps...)
}

// lands runs what leads to a page, and waits for it.
func (v *visit) lands(steps ...chromedp.Action[chromedp.Void]) error {
	return chromium.Lands(v.ctx, patience, steps...)
}

// forgetsRoundTrips stands for the two seconds for which a browser keeps count of handshakes with a server.
func (v *visit) forgetsRoundTrips(origin string) func() error {
	return func() error {
		return v.acts(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
			_, err := chromedp.Call(ctx, network.DeleteCookies, network.DeleteCookiesParams{Name: "__clerk_redirect_count", URL: origin})
			return err
		}))
	}
}

// shows keeps pictures of the page, wide and narrow, light and dark, when pictures are wanted.
func (v *visit) shows(name string) func() error {
	return func() error {
		if v.out == "" {
			return nil
		}
		for _, width := range []int64{1280, 390} {
			for _, scheme := range []string{"light", "dark"} {
				err := v.acts(chromedp.EmulateViewport(width, 844), chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
					media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
					_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, media)
					return err
				}))
				if err != nil {
					return err
				}
				image, err := chromedp.Run(v.ctx, chromedp.FullScreenshot(100))
				if err != nil {
					return err
				}
				file := fmt.Sprintf("%s-%d-%s.png", name, width, scheme)
				if err := os.WriteFile(filepath.Join(v.out, file), image, 0o600); err != nil {
					return err
				}
			}
		}
		return v.acts(chromedp.EmulateReset())
	}
}
